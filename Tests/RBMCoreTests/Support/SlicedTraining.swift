import RBMCore

/// Training on several processes, played by one: each has a slice of the batch and of the chains,
/// and their statistics are added up.
struct SlicedTraining {
    let shape: LayerShape
    let rule: LearningRule
    let arithmetic: ArithmeticKind
    /// Chains of all processes; the size of the batch under contrastive divergence.
    let chains: Int
    /// The largest batch.
    let batch: Int
    var seed: UInt64 = 77
    var baseRates: [Double] = []

    /// The most rows of a phase.
    private var rowsOfPhase: Int { max(batch, chains) }

    /// The contiguous share of one of `processes` of `count` rows.
    static func slice(_ process: Int, of processes: Int, _ count: Int) -> Range<Int> {
        (process * count / processes)..<((process + 1) * count / processes)
    }

    /// What every process has after a run.
    struct Outcome: Equatable {
        var parameters: Parameters
        /// The statistics of every step.
        var integers: [[Int32]] = []
        /// Hidden states of the chains of all processes in order.
        var chains: [UInt8] = []
    }

    /// Runs steps on batches of bytes, shape `[size, visible]` each.
    func run(
        _ batches: [[UInt8]], from parameters: Parameters, processes: Int, rate: Float
    ) -> Outcome {
        var optimizer = Optimizer(Optimizer.Options(), parameters: parameters)
        var outcome = Outcome(parameters: parameters)
        let layers = (0..<processes).map { _ in
            Layer(shape, trained: arithmetic, seed: seed, layer: 0)
        }
        for layer in layers { layer.load(parameters) }
        let rates = baseRates.isEmpty ? [Double](repeating: 0.5, count: shape.visible) : baseRates
        var states: [Chains?] = (0..<processes).map { process in
            guard rule.algorithm == .persistent else { return nil }
            return Chains(
                indices: Self.slice(process, of: processes, chains), baseRates: rates,
                arithmetic: layers[process], seed: seed, layer: 0)
        }
        for (step, bytes) in batches.enumerated() {
            let size = bytes.count / shape.visible
            let count = rule.algorithm == .persistent ? chains : size
            var total = layers[0].makeStatistics(panelUnits: shape.visible, rows: rowsOfPhase)
            var shared = PhaseRows(positive: 0..<0, of: size, negative: 0..<0, of: count)
            for process in 0..<processes {
                let slice = Self.slice(process, of: processes, size)
                let rows = PhaseRows(
                    positive: slice, of: size,
                    negative: Self.slice(process, of: processes, count), of: count)
                var estimator = GradientEstimator(
                    arithmetic: layers[process], rule: rule, seed: seed, layer: 0, batch: batch,
                    chains: max(batch, chains), timer: StepTimer(),
                    statistics: layers[process].makeStatistics(
                        panelUnits: shape.visible, rows: rowsOfPhase))
                estimator.loadData { data in
                    for i in 0..<(slice.count * shape.visible) {
                        data[i] = bytes[slice.lowerBound * shape.visible + i]
                    }
                }
                estimator.estimate(step: step, rows: rows, chains: &states[process])
                total.add(estimator.statistics)
                shared = rows
            }
            outcome.integers.append(
                (total.products.values + total.moments.values).map { Int32($0) })
            optimizer.update(
                with: total, of: layers[0], counts: shared, rate: rate, averaging: false)
            for layer in layers { layer.load(optimizer.parameters, step: step + 1) }
        }
        outcome.parameters = optimizer.parameters
        outcome.chains = states.flatMap { $0?.states ?? [] }
        return outcome
    }
}
