import Foundation
import RandomStreams
import TestSupport
import Testing

@testable import RBMCore

/// A small machine with Gaussian visible units in double precision, by enumerating hidden states.
struct NaiveGaussian {
    var weights: [[Double]]
    var visibleBias: [Double]
    var hiddenBias: [Double]
    var logVariances: [Double]
    let hiddenUnits: any UnitKind

    init(_ rbm: RBM) {
        weights = (0..<rbm.visibleCount).map { i in
            (0..<rbm.hiddenCount).map { Double(rbm.parameters[i, $0]) }
        }
        visibleBias = rbm.parameters.visibleBias.map { Double($0) }
        hiddenBias = rbm.parameters.hiddenBias.map { Double($0) }
        logVariances =
            rbm.parameters.hasLogVariances
            ? rbm.parameters.logVariances.map { Double($0) } : visibleBias.map { _ in 0 }
        hiddenUnits = rbm.hiddenUnits
    }

    var hiddenStates: [[Double]] { NaiveRBM.states(hiddenUnits, hiddenBias.count) }

    func energy(_ v: [Double], _ h: [Double]) -> Double {
        var energy = 0.0
        for i in v.indices {
            let variance = exp(logVariances[i])
            energy += pow(v[i] - visibleBias[i], 2) / (2 * variance)
            for j in h.indices { energy -= v[i] * weights[i][j] * h[j] / variance }
        }
        for j in h.indices { energy -= hiddenBias[j] * h[j] }
        return energy
    }

    func freeEnergy(_ v: [Double]) -> Double { -logSum(hiddenStates.map { -energy(v, $0) }) }

    func means(_ h: [Double]) -> [Double] {
        visibleBias.indices.map { i in
            h.indices.reduce(visibleBias[i]) { $0 + weights[i][$1] * h[$1] }
        }
    }

    /// ln ∫ dv e^{−E(v, h)}.
    func logIntegral(_ h: [Double]) -> Double {
        let m = means(h)
        return m.indices.reduce(zip(hiddenBias, h).reduce(0) { $0 + $1.0 * $1.1 }) {
            let variance = exp(logVariances[$1])
            return $0 + 0.5 * log(2 * .pi * variance)
                + (m[$1] * m[$1] - visibleBias[$1] * visibleBias[$1]) / (2 * variance)
        }
    }

    var logPartition: Double { logSum(hiddenStates.map(logIntegral)) }

    func logLikelihood(of cases: [[Double]]) -> Double {
        -cases.reduce(0) { $0 + freeEnergy($1) } / Double(cases.count) - logPartition
    }

    /// The parameters in the order of `Parameters.values`.
    var values: [Double] {
        get { weights.flatMap { $0 } + visibleBias + hiddenBias + logVariances }
        set {
            let (n, m) = (visibleBias.count, hiddenBias.count)
            weights = (0..<n).map { Array(newValue[($0 * m)..<(($0 + 1) * m)]) }
            visibleBias = Array(newValue[(n * m)..<(n * m + n)])
            hiddenBias = Array(newValue[(n * m + n)..<(n * m + n + m)])
            logVariances = Array(newValue[(n * m + n + m)...])
        }
    }

    /// The gradient of the log-likelihood by central differences.
    func gradient(of cases: [[Double]]) -> [Double] {
        values.indices.map { k in
            var (up, down) = (self, self)
            up.values[k] += 1e-5
            down.values[k] -= 1e-5
            return (up.logLikelihood(of: cases) - down.logLikelihood(of: cases)) / 2e-5
        }
    }

    /// Draws a visible state exactly: a hidden state by its weight, and a normal number about its mean.
    func draw(_ generator: inout TestGenerator) -> [Double] {
        let logZ = logPartition
        var rest = Double.random(in: 0..<1, using: &generator)
        var state = hiddenStates[0]
        for h in hiddenStates {
            state = h
            rest -= exp(logIntegral(h) - logZ)
            if rest < 0 { break }
        }
        return means(state).enumerated().map {
            $0.element + exp(logVariances[$0.offset] / 2) * generator.normal()
        }
    }
}

/// Bytes of real values.
func bytes(of reals: [[Double]]) -> [UInt8] {
    let values = reals.flatMap { $0 }.map { Float($0) }
    var bytes = [UInt8](repeating: 0, count: 4 * values.count)
    writeReals(values.span, into: &bytes, at: 0)
    return bytes
}

@Suite struct GaussianUnitsTests {
    static func machine(
        _ hiddenUnits: any UnitKind, learned: Bool = true, visible: Int = 4, hidden: Int = 3
    ) -> RBM {
        var generator = TestGenerator(seed: 120)
        let base = generator.parameters(visible, hidden, weights: 0.5, biases: 0.4)
        let logVariances = (0..<visible).map { _ in Float(0.6 * generator.normal()) }
        return RBM(
            visibleUnits: .gaussian, hiddenUnits: hiddenUnits,
            parameters: Parameters(
                weights: base.weights, visibleBias: base.visibleBias, hiddenBias: base.hiddenBias,
                logVariances: learned ? logVariances : nil))
    }

    private func cases(_ count: Int, _ visible: Int = 4) -> [[Double]] {
        var generator = TestGenerator(seed: 121)
        return (0..<count).map { _ in
            (0..<visible).map { _ in Double(Float(1.5 * generator.normal())) }
        }
    }

    // MARK: Energies

    @Test(arguments: UnitKinds.binary, [true, false])
    func energiesAreTheirDefinitions(hiddenUnits: any UnitKind, learned: Bool) {
        let rbm = Self.machine(hiddenUnits, learned: learned)
        let naive = NaiveGaussian(rbm)
        let evaluator = LayerEvaluator(rbm, encoding: .float32, arithmetic: .float32)
        let cases = cases(9)
        let found = evaluator.freeEnergies(of: bytes(of: cases), cases: 9)
        for (row, v) in cases.enumerated() {
            let exact = naive.freeEnergy(v)
            #expect(abs(rbm.freeEnergy(ofVisible: v) - exact) < 1e-12)
            #expect(abs(found[row] - exact) < 1e-4)
            for h in naive.hiddenStates {
                #expect(abs(rbm.energy(visible: v, hidden: h) - naive.energy(v, h)) < 1e-12)
            }
        }
        for h in naive.hiddenStates {
            #expect(abs(rbm.freeEnergy(ofHidden: h) + naive.logIntegral(h)) < 1e-12)
        }
    }

    /// ∫ dv e^{−F} of one visible unit on a fine grid.
    @Test(arguments: UnitKinds.binary) func thePartitionFunctionIsTheIntegral(
        hiddenUnits: any UnitKind
    ) {
        let rbm = Self.machine(hiddenUnits, visible: 1, hidden: 3)
        let step = 0.01
        let sum = stride(from: -40.0, to: 40, by: step).reduce(0) {
            $0 + exp(-rbm.freeEnergy(ofVisible: [$1])) * step
        }
        let enumeration = Enumeration(rbm)
        #expect(abs(enumeration!.logPartition - log(sum)) < 1e-10)
    }

    @Test(arguments: UnitKinds.binary, [2, 5, 13])
    func enumerationGoesOverTheHiddenSide(hiddenUnits: any UnitKind, hidden: Int) throws {
        // Also where the visible side is the smaller one.
        let rbm = Self.machine(hiddenUnits, visible: 4, hidden: hidden)
        let enumeration = try #require(Enumeration(rbm))
        #expect(enumeration.side == hidden)
        #expect(abs(enumeration.logPartition - NaiveGaussian(rbm).logPartition) < 1e-10)
    }

    @Test func theReconstructionIsTheDensityAboutItsMeans() {
        let rbm = Self.machine(.bernoulli)
        let evaluator = LayerEvaluator(rbm, encoding: .float32, arithmetic: .float32)
        let v = cases(1)[0]
        var sums = CaseMeasures()
        evaluator.addCrossEntropies(of: bytes(of: [v]), cases: 1, to: &sums)
        // Means enter as bytes.
        let h = rbm.hiddenPreactivations(given: v).map {
            (Bernoulli().mean(field: $0) * 127).rounded() / 127
        }
        let means = rbm.visiblePreactivations(given: h)
        let exact = v.indices.reduce(0.0) {
            let variance = rbm.visibleVariances[$1]
            return $0 + 0.5 * log(2 * .pi * variance) + pow(v[$1] - means[$1], 2) / (2 * variance)
        }
        #expect(abs(sums.crossEntropy.value - exact) < 1e-4)
    }

    // MARK: The gradient

    /// Data against very many states drawn exactly: their statistics are the gradient.
    @Test(.slow, arguments: UnitKinds.binary)
    func theStatisticsAreTheGradientByCentralDifferences(hiddenUnits: any UnitKind) {
        let rbm = Self.machine(hiddenUnits)
        let naive = NaiveGaussian(rbm)
        var generator = TestGenerator(seed: 122)
        let data = cases(8)
        let count = 200_000
        let model = (0..<count).map { _ in naive.draw(&generator) }
        let shape = LayerSpec(rbm, encoding: .float32)
        let arithmetic = Layer(shape, frozen: .float32)
        arithmetic.load(rbm.parameters)
        let visible = bytes(of: data + model)
        var probabilities = [Float](repeating: 0, count: (8 + count) * 3)
        arithmetic.upward(visible, rows: 0..<(8 + count), into: &probabilities)
        activate(hiddenUnits, units: 3, rows: 0..<(8 + count), &probabilities)
        let rows = StepShare(positive: 0..<8, of: 8, negative: 0..<count, of: count)
        var statistics = arithmetic.makeStatistics()
        arithmetic.collect(
            visible: visible, probabilities: probabilities, rows: rows,
            rounding: PhaseRounding(seed: 1, layer: 0, step: 0), into: &statistics)
        let exact = naive.gradient(of: data)
        let variances = rbm.visibleVariances
        // Weights and visible biases come times the variance.
        for i in 0..<4 {
            var row = [Float](repeating: 0, count: 3)
            var span = row.mutableSpan
            statistics.withWeightGradients(rows) { write in write(i, &span) }
            for j in 0..<3 {
                #expect(abs(Double(row[j]) - variances[i] * exact[i * 3 + j]) < 0.02)
            }
        }
        let biases = arithmetic.biasGradients(from: statistics, counts: rows)
        for i in 0..<4 {
            #expect(abs(Double(biases.visible[i]) - variances[i] * exact[12 + i]) < 0.02)
        }
        for j in 0..<3 { #expect(abs(Double(biases.hidden[j]) - exact[16 + j]) < 0.02) }
        let logarithms = statistics.ownGradient(at: rbm.parameters)
        for i in 0..<4 { #expect(abs(Double(logarithms[i]) - exact[19 + i]) < 0.03) }
    }

    // MARK: Sampling

    /// Chains keep the exact distribution: means, variances and the noise about them.
    @Test(arguments: UnitKinds.binary)
    func gibbsSamplingKeepsTheExactMoments(hiddenUnits: any UnitKind) {
        let rbm = Self.machine(hiddenUnits)
        let naive = NaiveGaussian(rbm)
        let logZ = naive.logPartition
        let weights = naive.hiddenStates.map { exp(naive.logIntegral($0) - logZ) }
        let count = 40_000
        var sampler = GibbsSampler(rbm, chains: 0..<count, arithmetic: .float32, seed: 3)
        sampler.run(sweeps: 60)
        var values = [Float]()
        readReals(sampler.visible, 0..<(count * 4), into: &values)
        for i in 0..<4 {
            let means = naive.hiddenStates.map { naive.means($0)[i] }
            let mean = zip(weights, means).reduce(0) { $0 + $1.0 * $1.1 }
            let square = zip(weights, means).reduce(0) { $0 + $1.0 * $1.1 * $1.1 }
            let variance = square - mean * mean + exp(naive.logVariances[i])
            let column = (0..<count).map { Double(values[$0 * 4 + i]) }
            let found = column.reduce(0, +) / Double(count)
            let spread = column.reduce(0) { $0 + ($1 - found) * ($1 - found) } / Double(count)
            let error = (variance / Double(count)).squareRoot()
            #expect(abs(found - mean) < 5 * error)
            #expect(abs(spread / variance - 1) < 5 * (2 / Double(count)).squareRoot() * 1.5)
        }
    }

    @Test func anyDivisionOfTheChainsDrawsTheSame() {
        let rbm = Self.machine(.bernoulli)
        func states(_ chains: Range<Int>) -> [UInt8] {
            var sampler = GibbsSampler(rbm, chains: chains, arithmetic: .float32, seed: 3)
            sampler.run(sweeps: 1)
            return sampler.visible
        }
        #expect(states(0..<7) == states(0..<3) + states(3..<7))
    }

    // MARK: Learning

    /// Steps on data at rates that users try first: everything stays finite and the data's likelihood
    /// rises, with learned and with fixed variances.
    @Test(
        .slow, arguments: [0.001, 0.01, 0.05, 0.5] as [Float], [true, false])
    func learningIsStableAtUsualRates(rate: Float, learned: Bool) {
        let (visible, hidden, count) = (60, 200, 300)
        var generator = TestGenerator(seed: 124)
        // Two sources behind all values, and a little noise; the last value is constant.
        let data = (0..<count).map { _ in
            let (a, b) = (generator.normal(), generator.normal())
            return (0..<visible).map { i in
                i == visible - 1
                    ? 0 : (i % 2 == 0 ? a : b) * 0.95 + 0.3 * generator.normal()
            }
        }
        let moments = VisibleMoments(
            means: [Double](repeating: 0, count: visible),
            variances: (0..<visible).map { $0 == visible - 1 ? 0 : 1 })
        let start = Parameters(
            initialWeights: 0.01, moments: moments, hidden: hidden, learnsVariances: learned,
            startsAtMeans: true, seed: 1, layer: 0)
        let shape = LayerSpec(
            visible: visible, hidden: hidden, visibleUnits: .gaussian, hiddenUnits: .bernoulli,
            encoding: .float32)
        for type in NegativePhaseKind.all {
            let arithmetic = Layer(shape, frozen: .float32)
            arithmetic.load(start)
            var phase = type.phase(ChainSettings(sweeps: 1, chains: 100))
            phase.begin(
                0..<100,
                from: ChainStart(moments: moments, layer: arithmetic, seed: 1, place: 0))
            var optimizer = Optimizer(Optimizer.Options(), parameters: start)
            var estimator = GradientEstimator(
                layer: arithmetic, negativePhase: phase, seed: 1, place: 0, batch: 100,
                chains: 100, timer: StepTimer())
            let rows = StepShare(positive: 0..<100, of: 100, negative: 0..<100, of: 100)
            for step in 0..<300 {
                let first = step % 3 * 100
                let batch = bytes(of: Array(data[first..<(first + 100)]))
                estimator.loadData { visible in
                    for i in batch.indices { visible[i] = batch[i] }
                }
                estimator.estimate(step: step, share: rows)
                optimizer.update(
                    with: estimator.statistics, of: arithmetic, share: rows, rate: rate,
                    averaging: false)
                arithmetic.load(optimizer.parameters)
            }
            #expect(optimizer.parameters.isFinite)
            func reconstruction(_ parameters: Parameters) -> Double {
                let rbm = RBM(
                    visibleUnits: .gaussian, hiddenUnits: .bernoulli, parameters: parameters)
                let evaluator = LayerEvaluator(rbm, encoding: .float32, arithmetic: .float32)
                var sums = CaseMeasures()
                evaluator.addCrossEntropies(of: bytes(of: data), cases: count, to: &sums)
                return sums.crossEntropy.value / Double(count)
            }
            let (before, after) = (reconstruction(start), reconstruction(optimizer.parameters))
            #expect(after < before, "\(type.name) \(rate): \(before) to \(after)")
            #expect(optimizer.parameters.largestMagnitudeBits < Float(30).bitPattern)
        }
    }

    @Test func theRateIsThatOfTheImplicitStep() {
        let rbm = Self.machine(.spin)
        let arithmetic = Layer(LayerSpec(rbm, encoding: .float32), frozen: .float32)
        let statistics = arithmetic.makeStatistics()
        let counts = StepShare(positive: 0..<1, of: 1, negative: 0..<1, of: 1)
        let step = KindStep(
            statistics, of: arithmetic.shape, counts, parameters: rbm.parameters, rate: 0.5)
        #expect(abs(step.rate - 0.5 / (1 + 0.5 * 4)) < 1e-7)
        let small = KindStep(
            statistics, of: arithmetic.shape, counts, parameters: rbm.parameters, rate: 1e-6)
        #expect(abs(small.rate / 1e-6 - 1) < 1e-5)
    }

    // MARK: The start

    @Test func trainingStartsAtTheMomentsOfTheData() {
        let moments = VisibleMoments(means: [1, -2, 0], variances: [4, 0.25, 0])
        let start = Parameters(
            initialWeights: 0.1, moments: moments, hidden: 500, learnsVariances: true,
            startsAtMeans: true, seed: 7, layer: 0)
        #expect(start.visibleBias == [1, -2, 0])
        #expect(abs(start.logVariances[0] - log(4)) < 1e-6)
        #expect(start.logVariances[2] == Gaussian.logVarianceBounds.lowerBound)
        let norms = (0..<3).map { i in
            (0..<500).reduce(0.0) { $0 + pow(Double(start[i, $1]), 2) / 500 }.squareRoot()
        }
        // Weights in units of the deviations: 2, ½ and that of the lower bound.
        for (norm, sigma) in zip(norms, [2, 0.5, 0.1]) {
            #expect(abs(norm / (0.1 * sigma) - 1) < 0.15)
        }
        let fixed = Parameters(
            initialWeights: 0.1, moments: moments, hidden: 2, learnsVariances: false,
            startsAtMeans: false, seed: 7, layer: 0)
        #expect(!fixed.hasLogVariances && fixed.visibleBias == [0, 0, 0])
    }

    @Test func realRowsAreReadAsTheyWereWritten() {
        var bytes = [UInt8](repeating: 0, count: 24)
        let values: [Float] = [1.5, -.greatestFiniteMagnitude, -0.0]
        writeReals(values.span, into: &bytes, at: 2)
        var read: [Float] = []
        readReals(bytes, 2..<5, into: &read)
        #expect(read == values)
    }
}
