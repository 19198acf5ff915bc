import Foundation
import TestSupport
import Testing

@testable import RBMCore

@Suite struct StackBoundTests {
    private struct Case: Sendable, CustomTestStringConvertible {
        let kinds: [any UnitKind]
        var testDescription: String { kinds.map(\.name).joined(separator: " ") }

        static let all = [
            Case(kinds: [.bernoulli, .bernoulli, .bernoulli]),
            Case(kinds: [.spin, .bernoulli, .spin]),
            Case(kinds: [.bernoulli, .spin, .spin]),
            Case(kinds: [.categorical(3), .bernoulli, .categorical(3)]),
        ]
    }

    private func values(_ state: [Double], _ kind: any UnitKind) -> [UInt8] {
        state.map { UInt8(($0 - kind.offset) / kind.scale) }
    }

    /// The term of the lowest layer alone is −F of the case.
    @Test(arguments: UnitKinds.all) func aSingleLayerHasItsFreeEnergy(kind: any UnitKind) {
        var generator = TestGenerator(seed: 140)
        let rbm = generator.rbm(6, 4, kind, .bernoulli)
        let states = exactStates(of: rbm, count: 20, &generator)
        let terms = StackBound(DBN(layers: [rbm]), seed: 1)
            .terms(of: states, numbers: Array(0..<20), draw: 0)
        for row in 0..<20 {
            var values = [Double](repeating: 0, count: 6)
            readValues(
                of: kind, stored: kind.stateEncoding, states.span, row: row, into: &values)
            #expect(abs(terms[row] + rbm.freeEnergy(ofVisible: values)) < 1e-4)
        }
    }

    /// Under a second layer that has the prior of the first one, the bound is the log-likelihood, for
    /// every draw: q is then the true posterior.
    ///
    /// A top whose visible side is the first layer's hidden side, turned upside down, has that prior.
    @Test(arguments: UnitKinds.binary, UnitKinds.binary)
    func aTiedSecondLayerKeepsTheLikelihood(visible: any UnitKind, hidden: any UnitKind) throws {
        var generator = TestGenerator(seed: 141)
        let first = generator.rbm(6, 4, visible, hidden)
        let parameters = first.parameters
        let top = RBM(
            visibleUnits: hidden, hiddenUnits: visible,
            parameters: Parameters(
                weights: (0..<4).flatMap { j in (0..<6).map { parameters[$0, j] } },
                visibleBias: parameters.hiddenBias, hiddenBias: parameters.visibleBias))
        let logZ = try #require(Enumeration(first)).logPartition
        #expect(abs(try #require(Enumeration(top)).logPartition - logZ) < 1e-10)
        let states = exactStates(of: first, count: 30, &generator)
        for draw in 0..<3 {
            let terms = StackBound(DBN(layers: [first, top]), seed: 1)
                .terms(of: states, numbers: Array(0..<30), draw: draw)
            for row in 0..<30 { #expect(abs(terms[2 * row] - terms[2 * row + 1]) < 2e-4) }
        }
    }

    /// The mean over draws meets the bound by its definition, which is below the log-likelihood of the
    /// stack.
    @Test(.statistical, arguments: 0..<4)
    func theMeanOverDrawsIsTheBound(place: Int) throws {
        let kinds = Case.all[place].kinds
        var generator = TestGenerator(seed: 142)
        let sizes = kinds.map { 3 * ($0.columns == 1 ? 1 : $0.columns) }
        let first = generator.rbm(sizes[0], sizes[1], kinds[0], kinds[1])
        let top = generator.rbm(sizes[1], sizes[2], kinds[1], kinds[2])
        let logZ = try #require(Enumeration(top)).logPartition
        let naive = NaiveRBM(first)
        let hidden = naive.hiddenStates
        for v in naive.visibleStates.prefix(4) {
            // Σ_h q(h|v) (ln p(v|h) − ln q(h|v) − F(h)) − ln Z, and ln Σ_h p(v|h) e^{−F(h)} − ln Z.
            let free = naive.freeEnergy(visible: v)
            var bound = 0.0
            var joint: [Double] = []
            for h in hidden {
                let logQ = free - naive.energy(v, h)
                let logP = naive.freeEnergy(hidden: h) - naive.energy(v, h)
                bound += exp(logQ) * (logP - logQ - top.freeEnergy(ofVisible: h))
                joint.append(logP - top.freeEnergy(ofVisible: h))
            }
            #expect(bound < logSum(joint) + 1e-12)
            #expect(logSum(joint) - logZ < 0)
            let draws = 4000
            let bytes = values(v, kinds[0])
            let terms = StackBound(DBN(layers: [first, top]), seed: 3).terms(
                of: (0..<draws).flatMap { _ in bytes }, numbers: Array(0..<draws), draw: 0)
            let upper = (0..<draws).map { terms[2 * $0 + 1] }
            let mean = upper.reduce(0, +) / Double(draws)
            let variance = upper.reduce(0) { $0 + pow($1 - mean, 2) } / Double(draws)
            #expect(abs(mean - bound) < 4.5 * (variance / Double(draws)).squareRoot() + 1e-3)
        }
    }
}
