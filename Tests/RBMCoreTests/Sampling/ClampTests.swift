import TestSupport
import Testing

@testable import RBMCore

@Suite struct ClampTests {
    private let free = Clamp.free

    /// A machine of five visible units, two of which are held, and what its free units then do.
    private struct HeldMachine {
        let rbm: RBM
        let clamp: [UInt8]
        /// Found by enumeration.
        let conditional: StateDistribution
        let chains = 20_000

        init(_ visible: any UnitKind, _ hidden: any UnitKind, weights: Double, seed: UInt64) {
            var generator = TestGenerator(seed: seed)
            rbm = generator.rbm(5, 4, visible, hidden, weights: weights, biases: 0.5)
            clamp = [1, Clamp.free, 0, Clamp.free, Clamp.free]
            conditional = StateDistribution(
                probabilities: NaiveStack(layers: [rbm]).visibleProbabilities(given: clamp))
        }

        var clamps: [UInt8] { (0..<chains).flatMap { _ in clamp } }
        /// What the distance of exact draws is.
        var floor: Double { conditional.floor(draws: chains) }

        func variation(_ states: [UInt8], from distribution: StateDistribution) -> Double {
            distribution.variation((0..<chains).map { stateNumber(states, row: $0, of: 5) })
        }

        func variation(_ states: [UInt8]) -> Double { variation(states, from: conditional) }
    }

    @Test(.statistical, arguments: UnitKinds.binary, UnitKinds.binary)
    func freeUnitsFollowTheHeldOnes(visible: any UnitKind, hidden: any UnitKind) {
        let held = HeldMachine(visible, hidden, weights: 1, seed: 41)
        var sampler = GibbsSampler(
            held.rbm, chains: 0..<held.chains, arithmetic: .integer, seed: 6)
        sampler.hold(held.clamps)
        #expect(held.variation(sampler.visible) > 4 * held.floor)
        sampler.run(sweeps: 60)
        #expect(held.variation(sampler.visible) < 2 * held.floor)
        // The distribution without the clamp is another one.
        let plain = StateDistribution(
            probabilities: NaiveStack(layers: [held.rbm]).visibleProbabilities)
        #expect(held.variation(sampler.visible, from: plain) > 10 * held.floor)
    }

    /// The top of a ladder has the distribution given the held units.
    @Test(.statistical, arguments: UnitKinds.binary, UnitKinds.binary)
    func temperedFreeUnitsFollowTheHeldOnes(visible: any UnitKind, hidden: any UnitKind) {
        let held = HeldMachine(visible, hidden, weights: 2, seed: 43)
        var chains = TemperedChains(
            held.rbm, ladder: TemperingLadder(levels: 4, lowest: 0), lanes: 0..<held.chains,
            arithmetic: .integer, seed: 6)
        chains.hold(held.clamps)
        #expect(held.variation(chains.visible) > 4 * held.floor)
        chains.run(sweeps: 60)
        #expect(held.variation(chains.visible) < 2 * held.floor)
        #expect(chains.tally.roundTrips > held.chains)
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
