import Foundation
import RandomStreams
import TestSupport
import Testing

@testable import RBMCore

@Suite struct UnobservedDrawTests {
    private func layer(of rbm: RBM) -> Layer {
        let shape = LayerSpec(states: rbm)
        let layer = Layer(shape, frozen: ArithmeticKind.integer.able(of: rbm))
        layer.load(rbm.parameters)
        return layer
    }

    private func fill(
        _ states: [UInt8], by rbm: RBM, _ marginals: UnobservedUnits.Marginals, step: Int = 1,
        numbers: ((Int) -> Int)? = nil
    ) -> [UInt8] {
        var draw = UnobservedDraw(UnobservedUnits(marginals))
        var states = states
        let layer = layer(of: rbm)
        let rows = states.count / layer.shape.visibleBytes
        draw.fill(&states, rows: rows, number: numbers ?? { $0 }, by: layer) { slot, sweep in
            RandomStream(seed: 5, .unobserved(slot, layer: 0, step: step, sweep: sweep))
        }
        return states
    }

    private func rates(_ count: Int) -> UnobservedUnits.Marginals {
        .rates(Array(repeating: 0.5, count: count))
    }

    /// Two observed units, three others: the shares of the eight fillings against their probabilities.
    @Test(.statistical, arguments: UnitKinds.binary)
    func fillingsHaveTheirProbabilities(kind: any UnitKind) {
        var generator = TestGenerator(seed: 70)
        let rbm = generator.rbm(5, 4, kind, kind, weights: kind == .spin ? 0.4 : 1.2, biases: 0.4)
        let mark = UnobservedUnits.mark
        let count = 40_000
        let row: [UInt8] = [mark, 1, mark, 0, mark]
        let filled = fill((0..<count).flatMap { _ in row }, by: rbm, rates(5))
        let naive = NaiveRBM(rbm)
        let fitting = (0..<32).filter { $0 >> 1 & 1 == 1 && $0 >> 3 & 1 == 0 }
        let weights = fitting.map { exp(-naive.freeEnergy(visible: naive.visibleStates[$0])) }
        var counts = [Int: Int]()
        for row in 0..<count { counts[stateNumber(filled, row: row, of: 5), default: 0] += 1 }
        #expect(Set(counts.keys).isSubset(of: fitting))
        for (number, weight) in zip(fitting, weights) {
            let p = weight / weights.reduce(0, +)
            let error = (p * (1 - p) / Double(count)).squareRoot()
            let share = Double(counts[number] ?? 0) / Double(count)
            #expect(abs(share - p) < 5 * error, "state \(number): \(share), expected \(p)")
        }
    }

    /// A real unit that was not observed, given one that was: the mean by enumeration of the hidden side.
    @Test(.statistical) func realUnitsHaveTheirMeans() {
        var generator = TestGenerator(seed: 71)
        let rbm = generator.rbm(2, 3, .gaussian, .bernoulli, weights: 0.6, biases: 0.3)
        let seen = 0.7
        let count = 40_000
        var states = [UInt8](repeating: 0, count: 8 * count)
        writeReals(
            (0..<count).flatMap { _ in [Float.nan, Float(seen)] }.span, into: &states, at: 0)
        let filled = fill(
            states, by: rbm, .moments(VisibleMoments(means: [0, 0], variances: [1, 1])))
        var values: [Float] = []
        readReals(filled, 0..<(2 * count), into: &values)
        // p(h | v₂) ∝ e^{c·h} · e^{(v₂ − b₂) (Wh)₂ − …}: unit variances, v₁ integrated out.
        let p = rbm.parameters
        let hidden = NaiveRBM.states(.bernoulli, 3)
        let fields = hidden.map { h in
            (0..<2).map { i in (0..<3).reduce(0.0) { $0 + Double(p[i, $1]) * h[$1] } }
        }
        let bias = p.visibleBias.map(Double.init)
        let weights = zip(hidden, fields).map { h, field in
            let own = zip(p.hiddenBias, h).reduce(0.0) { $0 + Double($1.0) * $1.1 }
            return exp(own + bias[0] * field[0] + field[0] * field[0] / 2 + seen * field[1])
        }
        let total = weights.reduce(0, +)
        let mean = zip(weights, fields).reduce(0.0) { $0 + $1.0 / total * (bias[0] + $1.1[0]) }
        let found = (0..<count).reduce(0.0) { $0 + Double(values[2 * $1]) } / Double(count)
        // The variance is at most that of a unit, 1, and of its field.
        let spread = fields.map { $0[0] }
        let error = ((1 + pow(spread.max()! - spread.min()!, 2) / 4) / Double(count)).squareRoot()
        #expect(abs(found - mean) < 5 * error, "\(found), expected \(mean)")
        #expect((0..<count).allSatisfy { values[2 * $0 + 1] == Float(seen) })
    }

    /// Units of several columns are drawn as a whole.
    @Test func categoricalUnitsGetOneState() {
        var generator = TestGenerator(seed: 72)
        let rbm = generator.rbm(6, 4, .categorical(3), .bernoulli, weights: 0.5, biases: 0.3)
        let mark = UnobservedUnits.mark
        let filled = fill(
            (0..<50).flatMap { _ in [mark, mark, mark, 0, 1, 0] }, by: rbm,
            .rates(Array(repeating: 1.0 / 3, count: 6)))
        var met = Set<[UInt8]>()
        for row in 0..<50 {
            let states = Array(filled[rowRange(row, of: 6)])
            #expect(states[..<3].reduce(0, +) == 1 && states[..<3].max() == 1)
            #expect(states[3...] == [0, 1, 0])
            met.insert(Array(states[..<3]))
        }
        #expect(met.count == 3)
    }

    /// A row's draw depends on its number, and on nothing beside it.
    @Test func theCompanyOfARowDoesNotMatter() {
        var generator = TestGenerator(seed: 73)
        let rbm = generator.rbm(7, 5, .bernoulli, .bernoulli, weights: 1)
        var states = generator.bytes(20 * 7, .bits)
        for i in states.indices where generator.next() % 4 == 0 { states[i] = UnobservedUnits.mark }
        let whole = fill(states, by: rbm, rates(7))
        #expect(whole.allSatisfy { $0 <= 1 })
        #expect(whole != fill(states, by: rbm, rates(7), step: 2))
        let order = [13, 4, 5, 6, 19, 0]
        let some = fill(
            order.flatMap { states[rowRange($0, of: 7)] }, by: rbm, rates(7),
            numbers: { order[$0] })
        #expect(some == order.flatMap { whole[rowRange($0, of: 7)] })
    }

    @Test func wholeCasesStayAsTheyAre() {
        var generator = TestGenerator(seed: 74)
        let rbm = generator.rbm(7, 5, .bernoulli, .bernoulli, weights: 1)
        let states = generator.bytes(20 * 7, .bits)
        #expect(fill(states, by: rbm, rates(7)) == states)
        #expect(
            FilledCases(
                MemoryCases(states, visible: 7), by: rbm, arithmetic: .integer, seed: 1, layer: 0)
                == nil)
    }
}
