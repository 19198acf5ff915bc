import CBitProducts

/// A way to make exact products of bits and integers; all of them give the same sums.
public enum IntegerKernel: String, Sendable, CaseIterable {
    /// oneDNN's product of bytes; words are split into two bytes.
    case oneDNN = "onednn"
    /// Tables for 32 columns, row by row, with AVX2.
    case avx2
    /// The same with AVX-512.
    case avx512
    /// Tables for 64 columns, some rows in turn, with AVX-512.
    case wide
    /// The same, with additions by VNNI's instruction vpdpwssd.
    case wideVNNI = "wide-vnni"

    /// The name by which a kernel is forced and reported.
    public var name: String { rawValue }

    /// The kernels that this machine can run, within the limits that oneDNN is set.
    public static var runnable: [IntegerKernel] { allCases.filter(\.canRun) }

    var canRun: Bool {
        let set = MatrixProducts.effectiveSet
        switch self {
        case .oneDNN: return true
        case .avx2: return set.hasAVX2 && processorHas
        case .avx512, .wide: return set.hasAVX512 && processorHas
        case .wideVNNI: return set.hasVNNI && processorHas
        }
    }

    /// Whether tables make the sums.
    var usesTables: Bool { self != .oneDNN }

    #if arch(x86_64)
        /// What the C code calls the kernel; nil for oneDNN.
        var code: bit_products_kernel? {
            switch self {
            case .oneDNN: nil
            case .avx2: BIT_PRODUCTS_AVX2
            case .avx512: BIT_PRODUCTS_AVX512
            case .wide: BIT_PRODUCTS_WIDE
            case .wideVNNI: BIT_PRODUCTS_WIDE_VNNI
            }
        }

        private var processorHas: Bool { code.map { bit_products_runs($0) != 0 } ?? true }
    #else
        private var processorHas: Bool { false }
    #endif
}
