/// Estimates the partition function of an RBM by annealing independent chains from a base model,
/// whose units are independent, to the RBM.
///
/// Between them lie p_β(v) ∝ e^{((1−β)a + βb)·v} Σ_h e^{βh·(c + Wᵀv)}, with a the biases of the base
/// model and β from 0 to 1 in equal steps. A chain visits them in turn, one Gibbs sweep each, and its
/// weight is the product of the ratios p*_β′(v)/p*_β(v) that it meets; the mean weight is Z. The
/// sweeps run on the products of the trainer. The last ratio leads to the RBM with its weights as
/// they are: no rounding of weights enters.
///
/// Gaussian visible units keep their variances all the way:
/// p_β(v) ∝ e^{−Σ ((1−β)(v−a)² + β(v−b)²)/2σ²} Σ_h e^{βh·(c + Wᵀ(v/σ²))}.
///
/// Chains are named by their global numbers, so that any division among processes gives the same
/// weights in integer arithmetic; Gaussian units are float32. Source: [Neal01], [Salakhutdinov08].
public struct AnnealedImportanceSampling {
    /// The number of ratios in a weight: one more than the sweeps of a chain.
    public let temperatures: Int

    private let rbm: RBM
    private let baseBias: [Float]
    private let arithmetic: Layer
    private let seed: UInt64
    private let layer: Int

    /// Chains that move together.
    private static let blockRows = 256

    /// Creates the sampling of an RBM.
    ///
    /// - Parameters:
    ///   - baseBias: The biases a of the base model, shape `[visible]`. Biases from the data's base
    ///     rates bring the base model near to a trained one. Nil takes zero, or for units of real
    ///     values the RBM's own biases.
    ///   - temperatures: 1 to 2³² − 1.
    public init(
        _ rbm: RBM, baseBias: [Float]? = nil, temperatures: Int, arithmetic kind: ArithmeticKind,
        seed: UInt64, layer: Int = 0
    ) {
        precondition(
            temperatures >= 1 && temperatures < 1 << 32, "\(temperatures) temperatures")
        self.rbm = rbm
        self.baseBias =
            baseBias
            ?? (rbm.visibleUnits.isDiscrete
                ? Array(repeating: 0, count: rbm.visibleCount) : rbm.parameters.visibleBias)
        self.temperatures = temperatures
        self.seed = seed
        self.layer = layer
        arithmetic = Layer(rbm, arithmetic: kind)
    }

    /// ln Z from all of `chains` chains, run by this process alone.
    public func estimate(chains: Int) -> LogPartitionEstimate {
        LogPartitionEstimate(logWeights: logWeights(chains: 0..<chains))
    }

    /// The logarithm of the weight of each of some chains, whose mean weight is Z, shape
    /// `[chains.count]`.
    ///
    /// - Parameters:
    ///   - chains: Global numbers.
    ///   - progress: Receives the share of the work that is done, in [0, 1].
    public func logWeights(
        chains: Range<Int>, progress: (Double) -> Void = { _ in }
    ) -> [Double] {
        var logs: [Double] = []
        var first = chains.lowerBound
        while first < chains.upperBound {
            let block = first..<min(first + Self.blockRows, chains.upperBound)
            let done = Double(logs.count)
            logs += anneal(block) {
                progress((done + $0 * Double(block.count)) / Double(chains.count))
            }
            first = block.upperBound
        }
        return logs
    }

    /// Moves the chains of one block through all temperatures.
    private func anneal(_ block: Range<Int>, progress: (Double) -> Void) -> [Double] {
        var chains = AnnealedChains(
            rbm, baseBias: baseBias, arithmetic: arithmetic, chains: block, seed: seed,
            layer: layer)
        var logs = [Double](repeating: chains.baseLogPartition, count: block.count)
        for step in 1...temperatures {
            let warmer = Double(step - 1) / Double(temperatures)
            let colder = Double(step) / Double(temperatures)
            let before = chains.logWeights(beta: warmer)
            let after =
                step < temperatures ? chains.logWeights(beta: colder) : chains.logWeightsOfRBM
            for row in logs.indices { logs[row] += after[row] - before[row] }
            if step < temperatures { chains.sweep(beta: colder, step: step) }
            progress(colder)
        }
        return logs
    }
}
