import Foundation
import TestSupport
import Testing

@testable import RBMCore

@Suite struct PropagatedCasesTests {
    /// Cases that are the same at every draw.
    private final class FixedCases: CaseSource {
        let visible: Int
        let encoding: StateEncoding
        let bytes: [UInt8]
        var count: Int { bytes.count / visible }

        init(_ bytes: [UInt8], visible: Int, encoding: StateEncoding) {
            self.bytes = bytes
            self.visible = visible
            self.encoding = encoding
        }

        func load(_ cases: [Int], draw: Int, into result: inout [UInt8]) {
            for (row, number) in cases.enumerated() {
                for i in 0..<visible { result[row * visible + i] = bytes[number * visible + i] }
            }
        }
    }

    private let hidden = 9
    private let count = 12

    private func machine(_ kind: any UnitKind, _ generator: inout TestGenerator) -> RBM {
        // Strong enough that some means are all but certain.
        generator.rbm(21, hidden, .bernoulli, kind, weights: 1.5)
    }

    private func load(_ source: any CaseSource, _ cases: [Int], draw: Int) throws -> [UInt8] {
        var bytes = [UInt8](repeating: 200, count: cases.count * source.visible)
        try source.load(cases, draw: draw, into: &bytes)
        return bytes
    }

    @Test(
        arguments: UnitKinds.binary,
        [PropagatedCases.Propagation.means, .samples])
    func theNextLayerSeesTheHiddenMeansWithoutBias(
        kind: any UnitKind, propagation: PropagatedCases.Propagation
    ) throws {
        var generator = TestGenerator(seed: 90)
        let rbm = machine(kind, &generator)
        let below = FixedCases(generator.bytes(count * 21, .levels), visible: 21, encoding: .levels)
        let source = PropagatedCases(
            below, through: rbm, arithmetic: .integer, propagation: propagation, seed: 3, layer: 0)
        #expect(source.count == count && source.visible == hidden)
        #expect(source.encoding == (propagation == .means ? .levels : .bits))
        let one = Double(source.encoding.maximum)
        let trials = 3000
        var sums = [Double](repeating: 0, count: count * hidden)
        var largest: UInt8 = 0
        for draw in 0..<trials {
            let bytes = try load(source, Array(0..<count), draw: draw)
            largest = max(largest, bytes.max()!)
            for i in sums.indices { sums[i] += Double(bytes[i]) / one }
        }
        #expect(Int(largest) <= source.encoding.maximum)
        for row in 0..<count {
            let v = unitValues(below.bytes, row: row, of: 21, .bernoulli, .levels)
            for (j, x) in rbm.hiddenPreactivations(given: v).enumerated() {
                let p = 1 / (1 + exp(-(kind == .spin ? 2 : 1) * x))
                // A byte is rounded up or down at random; a bit is drawn.
                let fraction = p * one - (p * one).rounded(.down)
                let deviation = (fraction * (1 - fraction)).squareRoot() / one
                let error = deviation / Double(trials).squareRoot()
                let mean = sums[row * hidden + j] / Double(trials)
                // Rare events are not normal: allow three of them.
                let rare = 3 / (Double(trials) * one)
                #expect(abs(mean - p) < 4.5 * error + rare, "case \(row), unit \(j)")
            }
        }
    }

    @Test(arguments: [PropagatedCases.Propagation.means, .samples])
    func aCaseIsTheSameForWhoeverAsks(propagation: PropagatedCases.Propagation) throws {
        var generator = TestGenerator(seed: 91)
        let rbm = machine(.bernoulli, &generator)
        let below = FixedCases(generator.bytes(count * 21, .bits), visible: 21, encoding: .bits)
        func source() -> PropagatedCases {
            PropagatedCases(
                below, through: rbm, arithmetic: .integer, propagation: propagation, seed: 3,
                layer: 0)
        }
        let whole = try load(source(), Array(0..<count), draw: 4)
        let order = Array((0..<count).shuffled(using: &generator))
        let other = source()
        for part in [Array(order[..<5]), [], Array(order[5...])] {
            let bytes = try load(other, part, draw: 4)
            #expect(bytes == part.flatMap { Array(whole[rowRange($0, of: hidden)]) })
        }
        #expect(try load(source(), Array(0..<count), draw: 5) != whole)
    }

    /// A third layer sees what the second makes of the first.
    @Test func layersStack() throws {
        var generator = TestGenerator(seed: 92)
        let below = FixedCases(generator.bytes(count * 21, .bits), visible: 21, encoding: .bits)
        let second = PropagatedCases(
            below, through: machine(.bernoulli, &generator), arithmetic: .integer,
            propagation: .means, seed: 3, layer: 0)
        let top = generator.rbm(hidden, 4, .bernoulli, .spin)
        let third = PropagatedCases(
            second, through: top, arithmetic: .integer, propagation: .means, seed: 3, layer: 1)
        let cases = [7, 2]
        let between = try load(second, cases, draw: 1)
        let bytes = try load(third, cases, draw: 1)
        for row in 0..<2 {
            let v = unitValues(between, row: row, of: hidden, .bernoulli, .levels)
            let h = unitValues(bytes, row: row, of: 4, .spin, .levels)
            for (value, x) in zip(h, top.hiddenPreactivations(given: v)) {
                #expect(abs(value - tanh(x)) < 2.0 / 127 + 1e-4)
            }
        }
    }

    @Test func casesOfAnotherWidthTrap() async {
        await #expect(processExitsWith: .failure) {
            let rbm = RBM(
                visibleUnits: .bernoulli, hiddenUnits: .bernoulli,
                parameters: Parameters(visible: 4, hidden: 2))
            _ = PropagatedCases(
                FixedCases([1, 0, 1], visible: 3, encoding: .bits), through: rbm,
                arithmetic: .integer, propagation: .means, seed: 1, layer: 0)
        }
    }
}
