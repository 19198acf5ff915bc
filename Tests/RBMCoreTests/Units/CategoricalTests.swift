import Analysis
import Foundation
import RandomStreams
import TestSupport
import Testing

@testable import RBMCore

/// Categorical units on either side, beside enumeration of all joint states.
@Suite struct CategoricalTests {
    /// A machine and how it is called in messages.
    private static let machines: [RBM] = {
        var generator = TestGenerator(seed: 120)
        return [
            generator.rbm(9, 4, .categorical(3), .bernoulli, weights: 0.7, biases: 0.5),
            generator.rbm(8, 3, .categorical(4), .spin, weights: 0.7, biases: 0.5),
            generator.rbm(5, 6, .spin, .categorical(3), weights: 0.7, biases: 0.5),
            generator.rbm(6, 8, .categorical(3), .categorical(2), weights: 0.7, biases: 0.5),
            generator.rbm(10, 4, .categorical(5), .categorical(4), weights: 0.7, biases: 0.5),
        ]
    }()

    private static var places: Range<Int> { machines.indices }

    /// The number of a row of bytes among some states of values.
    private func number(_ bytes: ArraySlice<UInt8>, _ kind: any UnitKind, in states: [[Double]])
        -> Int?
    {
        states.firstIndex(of: bytes.map { kind.value(Double($0)) })
    }

    // MARK: Exact

    @Test(arguments: places) func exactFunctionsMeetTheirDefinitions(place: Int) throws {
        let rbm = Self.machines[place]
        let naive = NaiveRBM(rbm)
        for v in naive.visibleStates {
            #expect(abs(rbm.freeEnergy(ofVisible: v) - naive.freeEnergy(visible: v)) < 1e-10)
            let means = rbm.hiddenUnits.levels(fields: rbm.hiddenPreactivations(given: v))
                .map(rbm.hiddenUnits.value)
            #expect(largestDifference(means, naive.hiddenMeans(given: v)) < 1e-10)
            for h in naive.hiddenStates {
                #expect(abs(rbm.energy(visible: v, hidden: h) - naive.energy(v, h)) < 1e-10)
            }
        }
        for h in naive.hiddenStates {
            #expect(abs(rbm.freeEnergy(ofHidden: h) - naive.freeEnergy(hidden: h)) < 1e-10)
        }
        let enumeration = try #require(Enumeration(rbm))
        #expect(abs(enumeration.logPartition - naive.logPartition) < 1e-10)
    }

    /// 3⁹ states in blocks of 3⁷: nine blocks, each from a start of its own.
    @Test func blocksOfAnEnumerationAddUp() throws {
        var generator = TestGenerator(seed: 121)
        let rbm = generator.rbm(27, 20, .categorical(3), .bernoulli, weights: 0.5, biases: 0.3)
        let enumeration = try #require(Enumeration(rbm))
        #expect(enumeration.side == 9 && enumeration.blocks == 9)
        let other = try #require(
            Enumeration(
                RBM(
                    visibleUnits: rbm.hiddenUnits, hiddenUnits: rbm.visibleUnits,
                    parameters: transposed(rbm.parameters))))
        #expect(abs(enumeration.logPartition - other.logPartition) < 1e-9)
        let naive = NaiveRBM(rbm)
        let logs = naive.visibleStates.map { -rbm.freeEnergy(ofVisible: $0) }
        #expect(abs(enumeration.logPartition - logSum(logs)) < 1e-9)
    }

    private func transposed(_ parameters: Parameters) -> Parameters {
        var result = Parameters(
            visible: parameters.hiddenCount, hidden: parameters.visibleCount)
        for i in 0..<parameters.visibleCount {
            for j in 0..<parameters.hiddenCount { result[j, i] = parameters[i, j] }
        }
        result.values.replaceSubrange(result.visibleBiasRange, with: parameters.hiddenBias)
        result.values.replaceSubrange(result.hiddenBiasRange, with: parameters.visibleBias)
        return result
    }

    @Test func tooManyStatesAreNotEnumerated() {
        // 3¹⁶ < 2²⁶ < 3¹⁷, and 3¹⁵ < 2²⁵.
        func machine(_ units: Int) -> RBM {
            RBM(
                visibleUnits: .categorical(3), hiddenUnits: .categorical(3),
                parameters: Parameters(visible: 3 * units, hidden: 3 * units))
        }
        #expect(Enumeration(machine(15)) != nil)
        #expect(Enumeration(machine(16)) == nil)
        #expect(Enumeration.side(of: machine(16)) == 26)
    }

    /// Two states are a Bernoulli unit with the differences of weights and biases.
    @Test func twoStatesAreABernoulliUnit() throws {
        var generator = TestGenerator(seed: 122)
        let potts = generator.rbm(10, 4, .categorical(2), .spin, weights: 0.8, biases: 0.5)
        var parameters = Parameters(visible: 5, hidden: 4)
        var constant = 0.0
        for i in 0..<5 {
            let (zero, one) = (2 * i, 2 * i + 1)
            let bias = potts.parameters.visibleBias
            parameters.values[parameters.visibleBiasRange.lowerBound + i] = bias[one] - bias[zero]
            constant += Double(bias[zero])
            for j in 0..<4 {
                parameters[i, j] = potts.parameters[one, j] - potts.parameters[zero, j]
                parameters.values[parameters.hiddenBiasRange.lowerBound + j] +=
                    potts.parameters[zero, j]
            }
        }
        for j in 0..<4 {
            parameters.values[parameters.hiddenBiasRange.lowerBound + j] +=
                potts.parameters.hiddenBias[j]
        }
        let bernoulli = RBM(
            visibleUnits: .bernoulli, hiddenUnits: .spin, parameters: parameters)
        for bits in NaiveRBM.states(.bernoulli, 5) {
            let oneHot = bits.flatMap { [1 - $0, $0] }
            let difference =
                bernoulli.freeEnergy(ofVisible: bits) - potts.freeEnergy(ofVisible: oneHot)
            #expect(abs(difference - constant) < 1e-5)
        }
        let (z, other) = (
            try #require(Enumeration(potts)).logPartition,
            try #require(Enumeration(bernoulli)).logPartition
        )
        #expect(abs(z - other - constant) < 1e-5)
        let states = generator.bytes(5 * 40, .bits)
        var sums = (FixedPointSum(), FixedPointSum())
        PseudoLikelihood(potts).add(
            of: states.flatMap { [1 - $0, $0] }, cases: 40,
            evaluator: LayerEvaluator(potts, encoding: .bits, arithmetic: .float32), to: &sums.0)
        PseudoLikelihood(bernoulli).add(
            of: states, cases: 40,
            evaluator: LayerEvaluator(bernoulli, encoding: .bits, arithmetic: .float32), to: &sums.1
        )
        #expect(abs(sums.0.value - sums.1.value) < 1e-3)
    }

    /// A constant on all columns of a unit changes no probability.
    @Test func theGaugeChangesNothing() throws {
        var rbm = Self.machines[0]
        let before = NaiveRBM(rbm).visibleProbabilities
        for a in 0..<3 {
            rbm.parameters.values[rbm.parameters.visibleBiasRange.lowerBound + 3 + a] += 1.5
            // The weights of unit 1 with hidden unit 2: its bias takes the constant back.
            rbm.parameters[3 + a, 2] += 0.75
        }
        rbm.parameters.values[rbm.parameters.hiddenBiasRange.lowerBound + 2] -= 0.75
        #expect(largestDifference(NaiveRBM(rbm).visibleProbabilities, before) < 1e-6)
        let biases = Categorical(states: 3).biases(ofRates: [0.2, 0.3, 0.5, 0.1, 0.1, 0.8])
        for unit in 0..<2 { #expect(abs(biases[3 * unit..<3 * unit + 3].reduce(0, +)) < 1e-6) }
        let rates = Categorical(states: 3).levels(fields: biases.map { Double($0) })
        #expect(largestDifference(rates, [0.2, 0.3, 0.5, 0.1, 0.1, 0.8]) < 1e-6)
    }

    // MARK: Kernels

    @Test(arguments: [2, 3, 21, 256]) func kernelsAgreeWithTheExactFunctions(states: Int) {
        var generator = TestGenerator(seed: 123)
        let law = Categorical(states: states)
        let fields = (0..<(5 * states)).map { _ in Float(6 * generator.normal()) }
        var levels = fields
        var span = levels.mutableSpan
        law.levels(fields: &span)
        let exact = law.levels(fields: fields.map { Double($0) })
        #expect(largestDifference(levels.map { Double($0) }, exact) < 1e-6)
        var terms: [Float] = []
        let doubles = fields.map { Double($0) }
        let sum = law.logPartition(fields: doubles.span, bias: doubles.span)
        #expect(abs(law.logPartition(fields: fields.span, terms: &terms) - sum) < 1e-4)
        var drawn = [Float](repeating: 0, count: fields.count)
        for unit in 0..<5 { drawn[unit * states + (unit * 7) % states] = 1 }
        let entropy = law.crossEntropy(
            ofLevels: drawn.span, fields: fields.span, terms: &terms)
        let expected = (0..<5).reduce(0.0) { $0 - log(exact[$1 * states + ($1 * 7) % states]) }
        #expect(abs(entropy - expected) < 1e-3)
    }

    /// Each state by its share of a word's interval: frequencies, and both ends of the interval.
    @Test func drawsFollowTheLevels() {
        let law = Categorical(states: 4)
        let levels: [Float] = [0.1, 0, 0.6, 0.3]
        let count = 60_000
        var counts = [Double](repeating: 0, count: 4)
        var bytes = [UInt8](repeating: 9, count: 4)
        for row in 0..<count {
            var span = bytes.mutableSpan
            law.draw(
                levels.span, row: row,
                from: RandomStream(seed: 5, .sampling(.visible, layer: 0, sweep: 0)), one: 127,
                into: &span)
            #expect(bytes.reduce(0) { $0 + Int($1) } == 127)
            counts[bytes.firstIndex(of: 127)!] += 1
        }
        #expect(counts[1] == 0)
        for (n, p) in zip(counts, levels) where p > 0 {
            let error = (Double(p) * Double(1 - p) / Double(count)).squareRoot()
            #expect(abs(n / Double(count) - Double(p)) < 4 * error)
        }
        func state(_ levels: [Float], _ word: UInt32) -> Int? {
            var span = bytes.mutableSpan
            law.draw(levels.span, [word].span, one: 1, into: &span)
            return bytes.firstIndex(of: 1)
        }
        #expect(state(levels, 0) == 0 && state(levels, .max) == 3)
        #expect(state([0, 0, 1, 0], 0) == 2 && state([0, 0, 1, 0], .max) == 2)
        // What rounding left of a unit are zeros: every state alike.
        #expect((0..<4).map { state([0, 0, 0, 0], UInt32($0) << 30) } == [0, 1, 2, 3])
    }

    /// Rows and threads divide a draw without a change.
    @Test(arguments: [ArithmeticKind.integer, .integerOneByte, .float32])
    func blocksOfRowsDrawTheSameStates(arithmetic: ArithmeticKind) {
        var generator = TestGenerator(seed: 124)
        // Units straddle the 256 columns that are made at a time.
        let rbm = generator.rbm(21 * 31, 90, .categorical(21), .categorical(3), weights: 0.2)
        let layer = Layer(
            LayerSpec(rbm, encoding: .bits), trained: arithmetic, seed: 1, layer: 0)
        layer.load(rbm.parameters)
        let hidden = (0..<20).flatMap { row in
            (0..<30).flatMap { unit in (0..<3).map { UInt8(($0 + row + unit) % 3 == 0 ? 1 : 0) } }
        }
        let stream = RandomStream(seed: 3, .visibleState(layer: 0, step: 1, sweep: 0))
        func draw(_ blocks: [Range<Int>]) -> [UInt8] {
            var states = [UInt8](repeating: 9, count: 20 * rbm.visibleCount)
            for rows in blocks {
                layer.drawVisible(
                    given: hidden, rows: rows, stream: stream, firstRow: 40 + rows.lowerBound,
                    into: &states, at: rows.lowerBound)
            }
            return states
        }
        let whole = draw([0..<20])
        for unit in 0..<(20 * 31) {
            #expect(whole[rowRange(unit, of: 21)].reduce(0) { $0 + Int($1) } == 1)
        }
        if arithmetic != .float32 { #expect(draw([7..<20, 0..<1, 1..<7]) == whole) }
        var fields = [Float](repeating: 0, count: 20 * 90)
        layer.upward(whole, rows: 0..<20, into: &fields)
        layer.activateHidden(&fields, rows: 0..<20)
        var levels = [Float](repeating: 0, count: 20 * 90)
        layer.hiddenProbabilities(whole, rows: 0..<20, into: &levels)
        #expect(levels == fields)
    }

    // MARK: Sampling and learning

    /// Sweeps reach the machine's own distribution from a far start.
    @Test(.statistical, arguments: places) func sweepsReachTheDistribution(place: Int) throws {
        let rbm = Self.machines[place]
        let naive = NaiveRBM(rbm)
        let exact = StateDistribution(probabilities: naive.visibleProbabilities)
        let (states, count) = (naive.visibleStates, 20_000)
        var sampler = GibbsSampler(rbm, chains: 0..<count, arithmetic: .integer, seed: 8)
        func variation() throws -> Double {
            try exact.variation(
                (0..<count).map { row in
                    try #require(
                        number(
                            sampler.visible[rowRange(row, of: rbm.visibleCount)],
                            rbm.visibleUnits, in: states))
                })
        }
        let floor = exact.floor(draws: count)
        #expect(try variation() > 3 * floor)
        sampler.run(sweeps: 60)
        #expect(try variation() < 1.5 * floor)
    }

    /// With chains from the exact distribution the mean statistics are the gradient.
    @Test(arguments: places, [ArithmeticKind.integer, .integerOneByte, .float32])
    func statisticsAreTheGradient(place: Int, arithmetic: ArithmeticKind) {
        let rbm = Self.machines[place]
        let naive = NaiveRBM(rbm)
        let hidden = rbm.hiddenCount
        let distribution = StateDistribution(probabilities: naive.visibleProbabilities)
        let states = naive.visibleStates
        var generator = TestGenerator(seed: 125)
        let data = (0..<8).map { states[($0 * 5) % states.count] }
        let chains = (0..<8_000).map { _ in states[distribution.draw(&generator)] }
        func bytes(_ rows: [[Double]]) -> [UInt8] { rows.flatMap { $0.map { $0 > 0 ? 1 : 0 } } }
        let rows = StepShare(positive: 0..<8, of: 8, negative: 0..<8_000, of: 8_000)
        let all = bytes(data) + bytes(chains)
        let layer = Layer(
            LayerSpec(rbm, encoding: .bits), trained: arithmetic, seed: 1, layer: 0)
        var sum = [Double](repeating: 0, count: rbm.parameters.values.count)
        let trials = arithmetic == .float32 ? 1 : 40
        for step in 0..<trials {
            // Bytes are rounded at random, afresh each step.
            layer.load(rbm.parameters, step: step)
            var probabilities = [Float](repeating: 0, count: 8_008 * hidden)
            layer.hiddenProbabilities(all, rows: 0..<8_008, into: &probabilities)
            var statistics = layer.makeStatistics()
            layer.collect(
                visible: all, probabilities: probabilities, rows: rows,
                rounding: PhaseRounding(seed: 3, layer: 0, step: step), into: &statistics)
            let gradient = layer.gradient(from: statistics, counts: rows)
            for i in gradient.indices { sum[i] += gradient[i] / Double(trials) }
        }
        // 4.5 standard errors of 8,000 draws, whose deviation is at most half the range of a value, and
        // what forty roundings of the data's means to bytes leave.
        let error = rbm.visibleUnits.scale / 2 / (8_000.0).squareRoot()
        #expect(largestDifference(sum, naive.gradient(of: data)) < 4.5 * error + 0.002)
    }

    @Test(arguments: places) func annealingMeetsEnumeration(place: Int) throws {
        let rbm = Self.machines[place]
        let sampling = AnnealedImportanceSampling(
            rbm, base: TemperingBase(plainFor: rbm), schedule: AnnealingSchedule(linear: 200),
            arithmetic: .integer, seed: 4)
        let mean = MeanWeight(logWeights: sampling.forward(chains: 0..<400).logWeights)
        let exact = try #require(Enumeration(rbm)).logPartition
        #expect(mean.effectiveSampleSize > 50)
        #expect(abs(mean.logarithm.value - exact) < 4 * mean.logarithm.error + 1e-3)
    }

    /// ln p(vᵢ | the others) by the free energies of all alternatives.
    @Test(arguments: places) func thePseudoLikelihoodIsThatOfTheConditionals(place: Int) {
        let rbm = Self.machines[place]
        let naive = NaiveRBM(rbm)
        let kind = rbm.visibleUnits
        let cases = Array(naive.visibleStates.prefix(30))
        let units = rbm.visibleCount / kind.columns
        var expected = 0.0
        for v in cases {
            for unit in 0..<units {
                let logs = (0..<(kind.alternatives ?? 0)).map { other in
                    var changed = v
                    for column in 0..<kind.columns {
                        changed[unit * kind.columns + column] = kind.value(
                            ofAlternative: other, column: column)
                    }
                    return -naive.freeEnergy(visible: changed)
                }
                expected += -naive.freeEnergy(visible: v) - logSum(logs)
            }
        }
        var sum = FixedPointSum()
        PseudoLikelihood(rbm).add(
            of: cases.flatMap { $0.map { $0 > 0 ? 1 : 0 } }, cases: cases.count,
            evaluator: LayerEvaluator(rbm, encoding: .bits, arithmetic: .float32), to: &sum)
        #expect(abs(sum.value - expected) < 1e-3)
    }

    /// Free units follow the held ones, and a unit is held as a whole.
    @Test func heldUnitsStay() throws {
        let rbm = Self.machines[0]
        let clamp: [UInt8] = [0, 0, 1] + Array(repeating: Clamp.free, count: 6)
        let naive = NaiveRBM(rbm)
        let joint = zip(naive.visibleStates, naive.visibleProbabilities).map {
            $0[2] == 1 ? $1 : 0
        }
        let exact = StateDistribution(
            probabilities: joint.map { $0 / joint.reduce(0, +) })
        let count = 20_000
        var sampler = GibbsSampler(rbm, chains: 0..<count, arithmetic: .integer, seed: 6)
        sampler.hold((0..<count).flatMap { _ in clamp })
        sampler.run(sweeps: 60)
        let states = naive.visibleStates
        let numbers = try (0..<count).map { row in
            try #require(
                number(sampler.visible[rowRange(row, of: 9)], .categorical(3), in: states))
        }
        #expect(exact.variation(numbers) < 1.5 * exact.floor(draws: count))
    }

    /// A clamped stack with categorical units between and below: its hidden units are drawn one by one.
    @Test(.statistical) func evidenceIsWeighedForEveryAlternative() throws {
        var generator = TestGenerator(seed: 126)
        let below = generator.rbm(6, 6, .categorical(3), .categorical(3), weights: 1, biases: 0.5)
        let above = generator.rbm(6, 3, .categorical(3), .bernoulli, weights: 1, biases: 0.5)
        let (lower, upper) = (NaiveRBM(below), NaiveRBM(above))
        // p(h | unit 0 of the visible is in state 1) ∝ p_above(h) Σ_v p(v | h) over these v.
        let prior = upper.visibleProbabilities
        let weights = zip(upper.visibleStates, prior).map { h, p in
            let z = logSum(lower.visibleStates.map { -lower.energy($0, h) })
            return lower.visibleStates.reduce(0.0) {
                $1[1] == 1 ? $0 + p * exp(-lower.energy($1, h) - z) : $0
            }
        }
        let total = weights.reduce(0, +)
        let exact = lower.visibleStates.map { v -> Double in
            guard v[1] == 1 else { return 0 }
            var sum = 0.0
            for (h, p) in zip(upper.visibleStates, prior) {
                let z = logSum(lower.visibleStates.map { -lower.energy($0, h) })
                sum += p * exp(-lower.energy(v, h) - z)
            }
            return sum / total
        }
        let count = 10_000
        let clamp = (0..<count).flatMap { _ -> [UInt8] in [0, 1, 0, 2, 2, 2] }
        let start = (0..<count).flatMap { _ -> [UInt8] in [0, 1, 0, 1, 0, 0] }
        var sampler = ClampedStackSampler(
            [below, above], chains: 0..<count, clamp: clamp, start: start,
            arithmetic: .integer, seed: 2)
        sampler.run(sweeps: 40)
        let drawn = sampler.visible().states
        let distribution = StateDistribution(probabilities: exact)
        let numbers = try (0..<count).map { row in
            try #require(
                number(drawn[rowRange(row, of: 6)], .categorical(3), in: lower.visibleStates))
        }
        #expect(distribution.variation(numbers) < 1.6 * distribution.floor(draws: count))
    }
}
