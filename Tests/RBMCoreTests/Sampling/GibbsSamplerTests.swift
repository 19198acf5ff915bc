import TestSupport
import Testing

@testable import RBMCore

@Suite struct GibbsSamplerTests {
    @Test(.statistical, arguments: ArithmeticKind.allCases)
    func chainsReachTheDistributionOfTheMachine(kind: ArithmeticKind) {
        for (visible, hidden) in [
            (Bernoulli() as any UnitKind, Spin() as any UnitKind), (.spin, .bernoulli),
        ] {
            var generator = TestGenerator(seed: 93)
            let rbm = generator.rbm(5, 4, visible, hidden, weights: 1, biases: 0.5)
            let distribution = StateDistribution(
                probabilities: NaiveRBM(rbm).visibleProbabilities)
            let count = 20_000
            var sampler = GibbsSampler(rbm, chains: 0..<count, arithmetic: kind, seed: 6)
            func variation(_ states: [UInt8]) -> Double {
                distribution.variation(
                    (0..<count).map { stateNumber(states, row: $0, of: 5) })
            }
            let floor = distribution.floor(draws: count)
            #expect(variation(sampler.visible) > 4 * floor)
            sampler.run(sweeps: 60)
            #expect(variation(sampler.visible) < 2 * floor)
        }
    }

    @Test func chainsStartUniform() {
        var generator = TestGenerator(seed: 94)
        let rbm = generator.rbm(4, 2, .spin, .spin)
        let sampler = GibbsSampler(rbm, chains: 0..<20_000, arithmetic: .integer, seed: 6)
        let uniform = StateDistribution(probabilities: [Double](repeating: 1 / 16.0, count: 16))
        let states = sampler.visible
        let numbers = (0..<20_000).map { stateNumber(states, row: $0, of: 4) }
        #expect(uniform.variation(numbers) < 2 * uniform.floor(draws: 20_000))
    }

    /// Any division among processes, and any division of the run, draws the same states.
    @Test func chainsDependOnTheirNumbersAlone() {
        var generator = TestGenerator(seed: 95)
        let rbm = generator.rbm(31, 17, .bernoulli, .spin)
        func states(_ chains: Range<Int>, _ runs: [Int]) -> [UInt8] {
            var sampler = GibbsSampler(rbm, chains: chains, arithmetic: .integer, seed: 6)
            for sweeps in runs { sampler.run(sweeps: sweeps) }
            return sampler.visible
        }
        let whole = states(0..<9, [7])
        #expect(states(0..<4, [3, 4]) + states(4..<4, [7]) + states(4..<9, [0, 7]) == whole)
        #expect(states(0..<9, [6]) != whole)
    }

    @Test func chainsStartFromGivenStates() {
        var generator = TestGenerator(seed: 96)
        // Couplings of 20 hold a state for ever: every sweep returns it.
        var rbm = generator.rbm(6, 6, .spin, .spin, weights: 0, biases: 0)
        for i in 0..<6 { rbm.parameters[i, i] = 20 }
        let start = generator.bytes(10 * 6, .bits)
        var sampler = GibbsSampler(rbm, chains: 0..<10, arithmetic: .integer, seed: 6)
        sampler.start(from: start)
        #expect(sampler.visible == start)
        sampler.run(sweeps: 5)
        #expect(sampler.visible == start)
        let certain = zip(sampler.visibleProbabilities, start).allSatisfy {
            abs($0 - Float($1)) < 1e-6
        }
        #expect(certain)
    }

    /// One half sweep down: p(v | h) by its definition, the same for any division of the chains.
    @Test(arguments: UnitKinds.binary, UnitKinds.binary)
    func theWayDownDrawsFromTheConditional(visible: any UnitKind, hidden: any UnitKind) {
        var generator = TestGenerator(seed: 97)
        let rbm = generator.rbm(3, 4, visible, hidden)
        let (count, units) = (10_000, 3)
        let pattern = generator.bytes(4, .bits)
        let states = (0..<count).flatMap { _ in pattern }
        let pass = DownwardPass(rbm, arithmetic: .integer)
        let drawn = pass.draw(
            from: states, firstChain: 0, chains: count, seed: 2, layer: 1, sweep: 5)
        let fields = NaiveRBM(rbm).visibleFields(pattern.map { unitValue($0, hidden, .bits) })
        for (i, x) in fields.enumerated() {
            let mean = visible.mean(field: x)
            let p = visible == .spin ? (mean + 1) / 2 : mean
            #expect(abs(Double(drawn.probabilities[i]) - p) < 1e-6)
            let ones = (0..<count).reduce(0.0) { $0 + Double(drawn.states[$1 * units + i]) }
            let error = (p * (1 - p) / Double(count)).squareRoot()
            #expect(abs(ones / Double(count) - p) < 4 * error)
        }
        let second = pass.draw(
            from: Array(states[(4 * 7)..<(4 * 20)]), firstChain: 7, chains: 13, seed: 2, layer: 1,
            sweep: 5)
        #expect(second.states == Array(drawn.states[(7 * units)..<(20 * units)]))
        // After another sweep the draws are others, of the same probabilities.
        let later = pass.draw(
            from: states, firstChain: 0, chains: count, seed: 2, layer: 1, sweep: 6)
        #expect(later.states != drawn.states && later.probabilities == drawn.probabilities)
    }

    @Test func statesThatDoNotFitTrap() async {
        await #expect(processExitsWith: .failure) {
            let rbm = RBM(
                visibleUnits: .spin, hiddenUnits: .spin,
                parameters: Parameters(visible: 2, hidden: 2))
            var sampler = GibbsSampler(rbm, chains: 0..<2, arithmetic: .integer, seed: 1)
            sampler.start(from: [1, 0, 1])
        }
    }
}
