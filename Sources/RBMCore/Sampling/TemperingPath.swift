/// The machines on the way from a base model without weights to an RBM, and where levels stand on it.
///
/// p_β(v, h) ∝ e^{−(1−β)U_a(v) − βU_b(v) + (1−β)d·h + βh·(c + Wᵀs(v))}: at β = 0 all units are
/// independent, with the biases a and d, and at β = 1 stands the RBM.
public struct TemperingPath: Sendable, Equatable {
    public var base: TemperingBase
    public var ladder: TemperingLadder

    public init(base: TemperingBase, ladder: TemperingLadder) {
        self.base = base
        self.ladder = ladder
    }
}

/// A model of independent units on both sides, at which tempering begins.
///
/// The nearer its means lie to those of the RBM, the fewer levels are needed between the two.
public struct TemperingBase: Sendable, Equatable {
    /// The biases a, shape `[visible]`.
    public let visibleBias: [Float]
    /// The biases d, shape `[hidden]`.
    public let hiddenBias: [Float]

    public init(visibleBias: [Float], hiddenBias: [Float]) {
        self.visibleBias = visibleBias
        self.hiddenBias = hiddenBias
    }

    /// Takes the base that `AnnealedImportanceSampling` has without data: no biases, or for units of real
    /// values the RBM's own.
    public init(plainFor machine: any Machine, visibleBias: [Float]? = nil) {
        let own =
            machine.visibleUnits.isDiscrete
            ? [Float](repeating: 0, count: machine.visibleCount) : machine.visibleBiases
        self.init(
            visibleBias: visibleBias ?? own,
            hiddenBias: Array(repeating: 0, count: machine.hiddenCount))
    }

    /// Takes the base whose units have the mean levels of samples.
    ///
    /// - Parameters:
    ///   - marginals: Sums over the samples, of the levels of visible units and then of hidden ones.
    ///   - count: How many samples there are.
    public init(marginals: [Double], count: Int, _ spec: LayerSpec) {
        func biases(_ kind: any UnitKind, _ sums: ArraySlice<Double>) -> [Float] {
            guard let alternatives = kind.alternatives else {
                return kind.biases(ofRates: sums.map { $0 / Double(count) })
            }
            // One sample more of each alternative keeps the rates off 0 and 1.
            return kind.biases(ofRates: sums.map { ($0 + 1) / Double(count + alternatives) })
        }
        self.init(
            visibleBias: biases(spec.visibleUnits, marginals.prefix(spec.visible)),
            hiddenBias: biases(spec.hiddenUnits, marginals.dropFirst(spec.visible)))
    }
}
