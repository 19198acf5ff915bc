import TestSupport
import Testing

@testable import RBMCore

@Suite struct ClampTests {
    private let free = Clamp.free

    /// The free units reach their distribution given the held ones, found by enumeration.
    @Test(.statistical, arguments: UnitKinds.binary, UnitKinds.binary)
    func freeUnitsFollowTheHeldOnes(visible: any UnitKind, hidden: any UnitKind) {
        var generator = TestGenerator(seed: 41)
        let rbm = generator.rbm(5, 4, visible, hidden, weights: 1, biases: 0.5)
        let clamp = [1, free, 0, free, free]
        let stack = NaiveStack(layers: [rbm])
        let conditional = StateDistribution(
            probabilities: stack.visibleProbabilities(given: clamp))
        let count = 20_000
        var sampler = GibbsSampler(rbm, chains: 0..<count, arithmetic: .integer, seed: 6)
        sampler.hold((0..<count).flatMap { _ in clamp })
        func variation() -> Double {
            let states = sampler.visible
            return conditional.variation(
                (0..<count).map { stateNumber(states, row: $0, of: 5) })
        }
        let floor = conditional.floor(draws: count)
        #expect(variation() > 4 * floor)
        sampler.run(sweeps: 60)
        #expect(variation() < 2 * floor)
        // The distribution without the clamp is another one.
        let plain = StateDistribution(probabilities: stack.visibleProbabilities)
        let states = sampler.visible
        #expect(
            plain.variation((0..<count).map { stateNumber(states, row: $0, of: 5) }) > 10 * floor)
    }

    @Test(.statistical, arguments: UnitKinds.binary, [true, false])
    func freeGaussianUnitsFollowTheHeldOnes(hidden: any UnitKind, learned: Bool) {
        let rbm = GaussianUnitsTests.machine(hidden, learned: learned)
        let held: [Float] = [1.5, .nan, -0.75, .nan]
        let exact = HeldGaussians([rbm], held: held)
        let count = 8_000
        var sampler = GibbsSampler(rbm, chains: 0..<count, arithmetic: .integer, seed: 6)
        sampler.run(sweeps: 30)
        // The distribution without the clamp is another one.
        #expect(exact.deviation(of: reals(sampler.visible, units: 4)) > 10)
        sampler.hold(bytes(of: Array(repeating: held.map { Double($0) }, count: count)))
        sampler.run(sweeps: 40)
        let rows = reals(sampler.visible, units: 4)
        #expect(rows.allSatisfy { $0[0] == 1.5 && $0[2] == -0.75 })
        #expect(sampler.visibleProbabilities[4] == 1.5)
        #expect(exact.deviation(of: rows) < 4)
    }

    @Test func heldUnitsStayAndEachChainHasItsOwn() {
        var generator = TestGenerator(seed: 42)
        let rbm = generator.rbm(30, 20, .bernoulli, .spin)
        let clamp = (0..<300).map { _ in UInt8.random(in: 0...2, using: &generator) }
        var sampler = GibbsSampler(rbm, chains: 0..<10, arithmetic: .integer, seed: 6)
        sampler.hold(clamp)
        func expectHeld() {
            let (states, probabilities) = (sampler.visible, sampler.visibleProbabilities)
            for i in clamp.indices where clamp[i] != free {
                #expect(states[i] == clamp[i] && probabilities[i] == Float(clamp[i]))
            }
        }
        expectHeld()
        sampler.start(from: generator.bytes(300, .bits))
        expectHeld()
        sampler.run(sweeps: 3)
        expectHeld()
        // A clamp that holds nothing changes nothing.
        var held = GibbsSampler(rbm, chains: 0..<10, arithmetic: .integer, seed: 6)
        held.hold(Array(repeating: free, count: 300))
        var plain = GibbsSampler(rbm, chains: 0..<10, arithmetic: .integer, seed: 6)
        held.run(sweeps: 5)
        plain.run(sweeps: 5)
        #expect(held.visible == plain.visible)
    }
}
