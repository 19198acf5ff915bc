import Analysis
import Ising
import RealModule

/// The exact measures of a kernel, from all visible states of a small target.
public struct ExactTrace: Sendable, Equatable {
    /// The largest number of visible units, whose states are enumerated.
    public static let largestUnits = 20

    public let residual: TraceResidual

    /// ΔF = F_h − F_v = −ln ⟨Tr_h e^T⟩, in nats.
    ///
    /// It is only a normalization: a constant that is added to an RBM's energy makes it zero.
    public let freeEnergyDifference: Double

    /// KL(P‖p) in nats, where P is the target and p the visible marginal of e^{T(v,h) − H(v)}.
    public let divergence: Double

    /// I(v; h) in nats under P(v) and the kernel's p(h | v); nil if the pairs of a visible and a hidden
    /// state are too many.
    public let mutualInformation: Double?

    /// Enumerates all visible states.
    ///
    /// - Throws: `RenormalizationError.argument` for more than 20 visible units, or `.model` if the kernel
    ///   does not fit the target.
    public init(_ kernel: some RGKernel, on target: some TargetDistribution)
        throws(RenormalizationError)
    {
        try checkFit(kernel, target)
        guard target.units <= Self.largestUnits else {
            throw .argument(
                """
                \(target.units) visible units have 2^\(target.units) states; up to \
                \(Self.largestUnits) are summed exactly
                """)
        }
        let states = (0..<1 << target.units).map { visibleState($0, units: target.units) }
        let probabilities = states.map { Double.exp(-target.energy(of: $0) - target.logPartition) }
        let residuals = zip(states, probabilities).map { state, probability in
            probability > 0 ? kernel.logTrace(of: state) : 0
        }
        residual = TraceResidual(exact: residuals, probabilities: probabilities)
        let logs = zip(residuals, probabilities).map { $0 + .log($1) }
        freeEnergyDifference = -logSumExp(logs)
        divergence = -residual.mean.value - freeEnergyDifference
        mutualInformation = MutualInformation.exact(
            kernel, states: states, probabilities: probabilities)
    }
}

extension RGKernel {
    /// Returns the renormalized Hamiltonian −ln Tr_v e^{T(v,h) − H(v)} of a hidden state, in units of kT.
    ///
    /// - Throws: The errors of `ExactTrace`.
    public func renormalizedHamiltonian(
        of hidden: [UInt8], on target: some TargetDistribution
    ) throws(RenormalizationError) -> Double {
        try checkFit(self, target)
        guard target.units <= ExactTrace.largestUnits else {
            throw .argument(
                "\(target.units) visible units; up to \(ExactTrace.largestUnits) are summed out")
        }
        var logs: [Double] = []
        for number in 0..<1 << target.units {
            let state = visibleState(number, units: target.units)
            let energy = target.energy(of: state)
            if energy.isFinite { logs.append(value(visible: state, hidden: hidden) - energy) }
        }
        return -logSumExp(logs)
    }
}

/// Returns the bytes of a state; unit i is bit i of its number.
func visibleState(_ number: Int, units: Int) -> [UInt8] {
    (0..<units).map { UInt8(number >> $0 & 1) }
}

/// Refuses a kernel that has not as many visible units as the target.
func checkFit(_ kernel: some RGKernel, _ target: some TargetDistribution)
    throws(RenormalizationError)
{
    guard kernel.visibleCount == target.units else {
        throw .model(
            "the kernel sees \(kernel.visibleCount) units, but the target has \(target.units)")
    }
}
