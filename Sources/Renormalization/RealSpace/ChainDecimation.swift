import Analysis
public import RBMCore
import RealModule

/// One step of the exact renormalization of the Ising chain: every other spin is summed over.
///
/// Σ_t e^{Kt(s + s′)} = e^{g + K′ss′} with K′ = ½ ln cosh 2K, so tanh K′ = tanh² K, and
/// g = ½ ln(4 cosh 2K).
public struct ChainDecimation: Sendable, Equatable {
    /// K before.
    public let coupling: Double
    /// K′ after, K′ ≥ 0 for either sign of K.
    public let image: Double
    /// ln of the factor that each spin summed over leaves behind.
    public let constant: Double

    public init(coupling: Double) {
        self.coupling = coupling
        image = logCosh(2 * coupling) / 2
        constant = (logTwoCosh(2 * coupling) + .log(2)) / 2
    }

    /// The steps from a coupling on, until no weight is left in the sum of constants.
    ///
    /// The free energy survives: ln Z/N = Σ g_n/2^{n+1}, which is ln 2cosh K of the chain itself.
    public static func flow(from coupling: Double) -> [ChainDecimation] {
        var steps = [ChainDecimation(coupling: coupling)]
        while steps.count < 64 {
            steps.append(ChainDecimation(coupling: steps[steps.count - 1].image))
        }
        return steps
    }

    /// Σ g_n/2^{n+1} of a flow from its first step on.
    public static func logPartitionPerSite(_ flow: [ChainDecimation]) -> Double {
        // The smallest terms first.
        flow.indices.reversed().reduce(0) { ($0 + flow[$1].constant) / 2 }
    }

    /// The step as an RBM: the periodic chain of 2n spins whose even ones are visible and whose odd
    /// ones are hidden, each with the weight K to its two neighbours.
    ///
    /// Summed over hidden units it is the chain of n spins with K′ and the factor e^{ng} exactly, for
    /// the weight that a float can hold.
    ///
    /// - Precondition: n ≥ 3, so that no two spins share two neighbours.
    public static func machine(spins: Int, coupling: Float) -> RBM {
        precondition(spins >= 3, "a ring of \(spins) spins")
        var parameters = Parameters(visible: spins, hidden: spins)
        for hidden in 0..<spins {
            parameters[hidden, hidden] = coupling
            parameters[(hidden + 1) % spins, hidden] = coupling
        }
        return RBM(visibleUnits: .spin, hiddenUnits: .spin, parameters: parameters)
    }
}
