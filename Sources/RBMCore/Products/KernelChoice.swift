import Synchronization

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Which kernels multiply bits in this process, and why.
///
/// The choice changes no result, so that the ranks of a run may choose differently.
public struct KernelChoice: Sendable, Equatable {
    /// The kernel for few rows, fewer than `leastOfMany`.
    public let fewRows: IntegerKernel
    /// The kernel for all other products of bits.
    public let manyRows: IntegerKernel
    /// Why these, such as `forced by WILSON_KERNEL`.
    public let reason: String

    /// The environment variable that forces a kernel, by its name.
    public static let variable = "WILSON_KERNEL"

    static let leastOfMany = 64

    init(fewRows: IntegerKernel, manyRows: IntegerKernel, reason: String) {
        self.fewRows = fewRows
        self.manyRows = manyRows
        self.reason = reason
    }

    /// Takes one kernel for all products of bits.
    ///
    /// - Precondition: The kernel is one of `IntegerKernel.runnable`.
    public init(only kernel: IntegerKernel, because reason: String) {
        precondition(kernel.canRun, "this processor cannot run the kernel \(kernel.name)")
        self.init(fewRows: kernel, manyRows: kernel, reason: reason)
    }

    func kernel(rows: Int) -> IntegerKernel { rows < Self.leastOfMany ? fewRows : manyRows }

    /// Whether tables make the products, and not oneDNN.
    var usesTables: Bool { manyRows.usesTables }

    // MARK: The choice of the process

    private static let chosen = Mutex<KernelChoice?>(nil)

    /// The choice for products that are made ready from now on.
    ///
    /// The first use asks the environment, else times the kernels that this machine can run, which
    /// takes less than a millisecond. A wrong name in the environment traps; `environmentFault` finds
    /// it before.
    public static var current: KernelChoice {
        chosen.withLock { choice in
            if let choice { return choice }
            let new = forced ?? fastest(among: IntegerKernel.runnable)
            choice = new
            return new
        }
    }

    /// Sets the choice for products that are made ready from now on; nil lets the process choose again.
    public static func use(_ choice: KernelChoice?) { chosen.withLock { $0 = choice } }

    /// What is wrong with the environment's choice, what was expected, and what to do; nil if nothing
    /// is.
    public static var environmentFault: String? {
        environmentName.flatMap { fault(ofName: $0, runnable: IntegerKernel.runnable) }
    }

    static func fault(ofName name: String, runnable: [IntegerKernel]) -> String? {
        let names = runnable.map(\.name).joined(separator: ", ")
        guard let kernel = IntegerKernel(rawValue: name) else {
            return "\(variable) is '\(name)'; expected one of \(names)"
        }
        guard !runnable.contains(kernel) else { return nil }
        return "\(variable) is '\(name)', which this processor cannot run; expected one of \(names)"
    }

    private static var environmentName: String? {
        guard let value = unsafe getenv(variable) else { return nil }
        let name = unsafe String(cString: value)
        return name.isEmpty ? nil : name
    }

    private static var forced: KernelChoice? {
        guard let name = environmentName else { return nil }
        guard environmentFault == nil, let kernel = IntegerKernel(rawValue: name) else {
            preconditionFailure(environmentFault ?? name)
        }
        return KernelChoice(only: kernel, because: "forced by \(variable)")
    }

    /// Takes the fastest of the best kernels of this machine.
    static func fastest(among runnable: [IntegerKernel]) -> KernelChoice {
        let tables = runnable.filter(\.usesTables)
        // The 32 columns of AVX2 are the same with AVX-512, and never faster.
        let candidates = tables.contains(.avx512) ? tables.filter { $0 != .avx2 } : tables
        guard candidates.count > 1 else {
            let only = candidates.first ?? .oneDNN
            return KernelChoice(
                fewRows: only, manyRows: only, reason: "the only one for this processor")
        }
        return KernelChoice(
            fewRows: KernelTiming(rows: 32).fastest(of: candidates),
            manyRows: KernelTiming(rows: 128).fastest(of: candidates),
            reason: "the fastest here of "
                + candidates.map(\.name).joined(separator: ", "))
    }
}

extension KernelChoice: CustomStringConvertible {
    /// The kernels and the reason, in words.
    public var description: String {
        let names =
            fewRows == manyRows
            ? manyRows.name
            : "\(manyRows.name), for fewer than \(Self.leastOfMany) rows \(fewRows.name)"
        return "\(names) (\(reason))"
    }
}
