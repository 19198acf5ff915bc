import Analysis
public import RBMCore
import RealModule

/// One step of the exact renormalization of the Ising chain, which sums over every other spin.
///
/// Σ_t e^{Kt(s + s′)} = e^{g + K′ss′} with K′ = ½ ln cosh 2K and g = ½ ln(4 cosh 2K). It follows that
/// tanh K′ = tanh² K.
public struct ChainDecimation: Sendable, Equatable {
    /// K before the step.
    public let coupling: Double
    /// K′ after the step, which is not negative for either sign of K.
    public let image: Double
    /// g, the logarithm of the factor that is left of each spin that is summed over.
    public let constant: Double

    public init(coupling: Double) {
        self.coupling = coupling
        image = logCosh(2 * coupling) / 2
        constant = (logTwoCosh(2 * coupling) + .log(2)) / 2
    }

    /// Returns the steps from a coupling on, until further steps add nothing to the sum of constants.
    ///
    /// The free energy survives: ln Z/N = Σ g_n/2^{n+1}, which is ln 2cosh K of the chain itself.
    public static func flow(from coupling: Double) -> [ChainDecimation] {
        var steps = [ChainDecimation(coupling: coupling)]
        while steps.count < 64 {
            steps.append(ChainDecimation(coupling: steps[steps.count - 1].image))
        }
        return steps
    }

    /// Returns Σ g_n/2^{n+1} over the steps of a flow.
    public static func logPartitionPerSite(_ flow: [ChainDecimation]) -> Double {
        // Adds the smallest terms first.
        flow.indices.reversed().reduce(0) { ($0 + flow[$1].constant) / 2 }
    }

    /// Returns the step as an RBM: the periodic chain of 2n spins, of which every other one is hidden.
    ///
    /// Each spin has the weight K to its two neighbours. Summing over the hidden units leaves exactly the
    /// chain of n spins with K′ and the factor e^{ng}, where K is the weight as a float holds it.
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
