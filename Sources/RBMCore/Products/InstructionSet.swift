/// The instruction sets for which oneDNN generates different code.
enum InstructionSet: Equatable, CustomStringConvertible {
    case sse41, avx, avx2, avx2VNNI, avx2VNNI2, avx512, avx512VNNI, avx512BFloat16
    case beyond(Int)
    case unknown(Int)

    /// Takes a value of dnnl_cpu_isa_t, as oneDNN 2 and 3 document them.
    init(code: Int) {
        self =
            switch code {
            case 0x1: .sse41
            case 0x3: .avx
            case 0x7: .avx2
            case 0xF: .avx2VNNI
            case 0x1F: .avx2VNNI2
            case 0x27: .avx512
            case 0x67: .avx512VNNI
            case 0xE7: .avx512BFloat16
            default: code > 0xE7 ? .beyond(code) : .unknown(code)
            }
    }

    /// Whether the set has AVX-512, including the instructions for words and bytes.
    var hasAVX512: Bool {
        switch self {
        case .avx512, .avx512VNNI, .avx512BFloat16, .beyond: true
        default: false
        }
    }

    /// Whether the set has AVX-512 with its instructions for products of small integers.
    var hasVNNI: Bool { hasAVX512 && self != .avx512 }

    /// Whether the set is known to have AVX2.
    var hasAVX2: Bool {
        switch self {
        case .sse41, .avx, .unknown: false
        default: true
        }
    }

    var description: String {
        switch self {
        case .sse41: "SSE4.1"
        case .avx: "AVX"
        case .avx2: "AVX2"
        case .avx2VNNI: "AVX2 with VNNI"
        case .avx2VNNI2: "AVX2 with VNNI 2"
        case .avx512: "AVX-512"
        case .avx512VNNI: "AVX-512 with VNNI"
        case .avx512BFloat16: "AVX-512 with bfloat16"
        case .beyond(let code): "AVX-512 and beyond (\(code))"
        case .unknown(let code): "unknown (\(code))"
        }
    }
}
