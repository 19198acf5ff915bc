import RandomStreams
import TestSupport
import Testing

@testable import RBMCore

@Suite struct ChainCheckTests {
    private func layer(_ parameters: Parameters, _ kind: any UnitKind) -> Layer {
        let layer = Layer(
            LayerSpec(
                visible: parameters.visibleCount, hidden: parameters.hiddenCount,
                visibleUnits: kind,
                hiddenUnits: kind, encoding: .bits), frozen: .integer)
        layer.load(parameters)
        return layer
    }

    /// Units that hold their states do not flip; those without weights flip half the time, and forget.
    @Test(.statistical) func flipsAndMemoryAreThoseOfTheMachine() {
        var held = Parameters(visible: 10, hidden: 10)
        for i in 0..<10 { held[i, i] = 20 }
        var generator = TestGenerator(seed: 160)
        let states = generator.bytes(400 * 10, .bits)
        func check(_ parameters: Parameters) -> ChainCheck {
            ChainCheck(layer(parameters, .spin), states, first: 0, seed: 3, place: 0, step: 1)
        }
        let still = check(held)
        #expect(still.flips == 0)
        #expect(abs((still.autocorrelation(chains: 400) ?? 0) - 1) < 1e-12)
        let free = check(Parameters(visible: 10, hidden: 10))
        let flips = Double(free.flips) / Double(400 * 10 * ChainCheck.sweeps)
        #expect(abs(flips - 0.5) < 4 * 0.5 / 32_000.0.squareRoot())
        #expect(abs(free.autocorrelation(chains: 400) ?? 1) < 4 / 4000.0.squareRoot())
        let up = (0..<400).count { row in
            states[(10 * row)..<(10 * row + 10)].reduce(0) { $0 + Int($1) } > 5
        }
        #expect(still.up == up && free.up == up)
        let constant = ChainCheck(
            layer(held, .spin), [UInt8](repeating: 1, count: 20), first: 0, seed: 3, place: 0,
            step: 1)
        #expect(constant.autocorrelation(chains: 2) == nil)
    }

    /// Sums of processes with a share of the chains each are those of one.
    @Test func chainsMayBeSharedOut() {
        var generator = TestGenerator(seed: 161)
        let layer = layer(generator.parameters(31, 17, weights: 0.3, biases: 0.3), .bernoulli)
        let states = generator.bytes(9 * 31, .bits)
        func units(_ rows: Range<Int>) -> [Int64] {
            ChainCheck(
                layer, Array(states[(31 * rows.lowerBound)..<(31 * rows.upperBound)]),
                first: rows.lowerBound, seed: 3, place: 2, step: 5
            ).units
        }
        let parts = [units(0..<4), units(4..<4), units(4..<9)]
        #expect(parts.dropFirst().reduce(parts[0]) { zip($0, $1).map(+) } == units(0..<9))
    }
}
