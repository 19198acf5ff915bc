import TestSupport
import Testing

@testable import RBMCore

@Suite struct ClampedStackSamplerTests {
    private let free = Clamp.free

    /// Two layers, three, and spins among them.
    private func stack(_ number: Int) -> DBN {
        var generator = TestGenerator(seed: 61)
        func layer(_ visible: Int, _ hidden: Int, _ below: any UnitKind, _ above: any UnitKind)
            -> RBM
        {
            generator.rbm(visible, hidden, below, above, weights: 1.2, biases: 0.5)
        }
        return switch number {
        case 0:
            DBN(layers: [layer(5, 4, .bernoulli, .bernoulli), layer(4, 3, .bernoulli, .bernoulli)])
        case 1:
            DBN(layers: [
                layer(5, 4, .spin, .bernoulli), layer(4, 3, .bernoulli, .spin),
                layer(3, 3, .spin, .spin),
            ])
        default: DBN(layers: [layer(5, 4, .bernoulli, .spin), layer(4, 4, .spin, .bernoulli)])
        }
    }

    @Test(.statistical, arguments: 0..<3) func freeUnitsFollowTheHeldOnes(number: Int) {
        let stack = stack(number)
        let clamp = [1, 0, free, free, 1]
        let exact = NaiveStack(layers: stack.layers)
        let conditional = StateDistribution(
            probabilities: exact.visibleProbabilities(given: clamp))
        let count = 6000
        let all = (0..<count).flatMap { _ in clamp }
        var sampler = ClampedStackSampler(
            stack.layers, chains: 0..<count, clamp: all, start: all.map { min($0, 1) },
            arithmetic: .integer, seed: 7)
        func variation() -> Double {
            let states = sampler.visible().states
            return conditional.variation((0..<count).map { stateNumber(states, row: $0, of: 5) })
        }
        let floor = conditional.floor(draws: count)
        // What one pass up and down gives is something else.
        #expect(variation() > 3 * floor)
        sampler.run(sweeps: 30)
        #expect(variation() < 2 * floor)
    }

    @Test(.statistical, arguments: UnitKinds.binary, [true, false])
    func freeGaussianUnitsFollowTheHeldOnes(between: any UnitKind, learned: Bool) {
        var generator = TestGenerator(seed: 63)
        let layers = [
            GaussianUnitsTests.machine(between, learned: learned),
            generator.rbm(3, 3, between, .bernoulli, weights: 1.2, biases: 0.5),
        ]
        let held: [Float] = [1.5, .nan, -0.75, .nan]
        let exact = HeldGaussians(layers, held: held)
        let count = 8_000
        let clamp = bytes(of: Array(repeating: held.map { Double($0) }, count: count))
        let start = bytes(of: Array(repeating: [0, 3, 0, -3], count: count))
        var sampler = ClampedStackSampler(
            layers, chains: 0..<count, clamp: clamp, start: start,
            arithmetic: .integer, seed: 7)
        func rows() -> [[Double]] { reals(sampler.visible().states, units: 4) }
        // What one pass up and down gives is something else.
        #expect(exact.deviation(of: rows()) > 6)
        sampler.run(sweeps: 25)
        #expect(rows().allSatisfy { $0[0] == 1.5 && $0[2] == -0.75 })
        #expect(sampler.visible().probabilities[6] == -0.75)
        #expect(exact.deviation(of: rows()) < 4)
    }

    @Test func heldUnitsStayAndChainsDependOnTheirNumbersAlone() {
        var generator = TestGenerator(seed: 62)
        let stack = DBN(layers: [
            generator.rbm(31, 17, .bernoulli, .bernoulli),
            generator.rbm(17, 9, .bernoulli, .spin),
        ])
        let clamp = (0..<(9 * 31)).map { _ in UInt8.random(in: 0...2, using: &generator) }
        let start = generator.bytes(9 * 31, .bits)
        func draw(_ chains: Range<Int>, _ runs: [Int]) -> [UInt8] {
            let part = (chains.lowerBound * 31)..<(chains.upperBound * 31)
            var sampler = ClampedStackSampler(
                stack.layers, chains: chains, clamp: Array(clamp[part]), start: Array(start[part]),
                arithmetic: .integer, seed: 6)
            for sweeps in runs { sampler.run(sweeps: sweeps) }
            let (states, probabilities) = sampler.visible()
            for (i, byte) in clamp[part].enumerated() where byte != free {
                #expect(states[i] == byte && probabilities[i] == Float(byte))
            }
            return states
        }
        let whole = draw(0..<9, [7])
        #expect(draw(0..<4, [3, 4]) + draw(4..<4, [7]) + draw(4..<9, [7]) == whole)
        #expect(draw(0..<9, [6]) != whole)
    }
}
