import RBMCore

/// Training on several processes, played by one: each has a slice of the batch and of the chains,
/// and their statistics are added up.
struct SlicedTraining {
    let shape: LayerSpec
    let negativePhase: any NegativePhase
    let arithmetic: ArithmeticKind
    /// The largest batch.
    let batch: Int
    var seed: UInt64 = 77
    var baseRates: [Double] = []

    /// The most rows of a phase.
    private var rowsOfPhase: Int { max(batch, negativePhase.chainCount) }

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
        let chains = negativePhase.chainCount
        var phases = (0..<processes).map { process in
            var phase = negativePhase
            phase.begin(
                Self.slice(process, of: processes, chains),
                from: ChainStart(
                    rates: rates, layer: layers[process], seed: seed, place: 0))
            return phase
        }
        for (step, bytes) in batches.enumerated() {
            let size = bytes.count / shape.visible
            var total = layers[0].makeStatistics(panelUnits: shape.visible, rows: rowsOfPhase)
            for process in 0..<processes {
                let slice = Self.slice(process, of: processes, size)
                let own = Self.slice(process, of: processes, chains)
                var estimator = GradientEstimator(
                    layer: layers[process], negativePhase: phases[process], seed: seed,
                    place: 0, batch: batch, chains: own.count, timer: StepTimer(),
                    statistics: layers[process].makeStatistics(
                        panelUnits: shape.visible, rows: rowsOfPhase))
                estimator.loadData { data in
                    for i in 0..<(slice.count * shape.visible) {
                        data[i] = bytes[slice.lowerBound * shape.visible + i]
                    }
                }
                estimator.estimate(
                    step: step,
                    share: negativePhase.share(of: slice, ofBatch: size, chains: own))
                total.add(estimator.statistics)
                phases[process] = estimator.negativePhase
            }
            outcome.integers.append(
                (total.products.values + total.moments.values).map { Int32($0) })
            optimizer.update(
                with: total, of: layers[0],
                share: negativePhase.share(of: 0..<size, ofBatch: size, chains: 0..<chains),
                rate: rate, averaging: false)
            for layer in layers { layer.load(optimizer.parameters, step: step + 1) }
        }
        outcome.parameters = optimizer.parameters
        outcome.chains = phases.flatMap { ($0 as? PersistentChains)?.states ?? [] }
        return outcome
    }
}
