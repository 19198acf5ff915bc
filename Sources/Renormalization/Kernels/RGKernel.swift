import Analysis

/// A renormalization kernel T(v, h): it says which hidden states summarize a visible state, and how well.
///
/// e^{−H′(h)} = Tr_v e^{T(v,h) − H(v)} gives the renormalized Hamiltonian H′ of the target H. The trace
/// condition Tr_h e^{T(v,h)} = 1 says that no weight is lost on the way. Given v, hidden units are
/// independent: T(v, h) = t₀(v) + Σⱼ tⱼ(v, hⱼ).
///
/// States are bytes 0 or 1; the byte 1 stands for a spin of +1. Source: [Kadanoff75], in the words of
/// [MehtaSchwab14].
public protocol RGKernel: Sendable {
    var visibleCount: Int { get }
    var hiddenCount: Int { get }

    /// Returns t₀(v), which does not depend on hidden units.
    func offset(of visible: [UInt8]) -> Double

    /// Returns tⱼ(v, hⱼ) of each hidden unit; −∞ for a value that cannot occur.
    func terms(of visible: [UInt8]) -> KernelTerms
}

/// The terms of a kernel at one visible state, shape [hidden] each.
public struct KernelTerms: Sendable, Equatable {
    /// The terms of hidden units whose byte is 0.
    public var lower: [Double]
    /// The terms of hidden units whose byte is 1.
    public var upper: [Double]

    public init(lower: [Double], upper: [Double]) {
        precondition(lower.count == upper.count, "\(lower.count) and \(upper.count) terms")
        self.lower = lower
        self.upper = upper
    }

    /// ln Σ_h e^{tⱼ} of each unit.
    var logSums: [Double] { zip(lower, upper).map { logSumExp([$0, $1]) } }
}

extension RGKernel {
    /// Returns T(v, h).
    public func value(visible: [UInt8], hidden: [UInt8]) -> Double {
        precondition(hidden.count == hiddenCount, "\(hidden.count) bytes, \(hiddenCount) units")
        let terms = terms(of: visible)
        return hidden.indices.reduce(offset(of: visible)) {
            $0 + (hidden[$1] == 0 ? terms.lower[$1] : terms.upper[$1])
        }
    }

    /// Returns the residual of the trace condition, ln Tr_h e^{T(v,h)} in nats; 0 where it holds.
    public func logTrace(of visible: [UInt8]) -> Double {
        offset(of: visible) + terms(of: visible).logSums.reduce(0, +)
    }

    /// Returns ln p(hⱼ | v) = tⱼ − ln Σ_h e^{tⱼ} of both values of each hidden unit.
    public func logConditionals(of visible: [UInt8]) -> KernelTerms {
        let terms = terms(of: visible)
        let sums = terms.logSums
        return KernelTerms(
            lower: zip(terms.lower, sums).map { $0 - $1 },
            upper: zip(terms.upper, sums).map { $0 - $1 })
    }
}
