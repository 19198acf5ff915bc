import RBMCore
import TestSupport

/// Trains a small machine for twenty steps of two sweeps, with momentum, decay and averaging.
///
/// Every third batch is short.
func trainingChecksum(
    _ type: NegativePhaseKind, _ kind: any UnitKind, _ encoding: StateEncoding,
    _ precision: ArithmeticKind
) -> Checksum {
    let (visible, hidden, batch, seed) = (83, 61, 23, 5 as UInt64)
    let arithmetic = Layer(
        LayerSpec(
            visible: visible, hidden: hidden, visibleUnits: kind, hiddenUnits: kind,
            encoding: encoding),
        trained: precision, seed: seed, layer: 0)
    let rates = [Double](repeating: 0.4, count: visible)
    var optimizer = Optimizer(
        Optimizer.Options(momentum: 0.5, terms: [WeightDecay(l1: 1e-4, l2: 1e-3)]),
        parameters: Parameters(
            initialWeights: 0.3, visible: visible, hidden: hidden, visibleUnits: kind,
            logOddsOf: rates, seed: seed, layer: 0))
    arithmetic.load(optimizer.parameters)
    var phase = type.phase(ChainSettings(sweeps: 2, chains: batch))
    phase.begin(
        0..<batch, from: ChainStart(rates: rates, layer: arithmetic, seed: seed, place: 0))
    var estimator = GradientEstimator(
        layer: arithmetic, negativePhase: phase, seed: seed, place: 0, batch: batch,
        chains: batch, timer: StepTimer(),
        statistics: arithmetic.makeStatistics(panelUnits: visible, rows: batch))
    for step in 0..<20 {
        let size = step % 3 == 2 ? 5 : batch
        let words = randomWords(size * visible, row: 1000 + step)
        let shift: UInt32 = encoding == .levels ? 25 : 31
        estimator.loadData { data in
            for i in words.indices { data[i] = UInt8(words[i] >> shift) }
        }
        let share = phase.share(of: 0..<size, ofBatch: size, chains: 0..<batch)
        estimator.estimate(step: step, share: share)
        optimizer.update(
            with: estimator.statistics, of: arithmetic, share: share, rate: 0.1,
            averaging: step >= 15)
        arithmetic.load(optimizer.parameters, step: step + 1)
    }
    var checksum = Checksum()
    for value in optimizer.parameters.values + optimizer.result.values {
        checksum.add(value.bitPattern)
    }
    let chains = estimator.negativePhase as? PersistentChains
    for state in chains?.states ?? [] { checksum.add(UInt32(state)) }
    return checksum
}
