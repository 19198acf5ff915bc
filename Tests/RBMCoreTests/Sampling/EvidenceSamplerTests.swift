import Foundation
import RandomStreams
import TestSupport
import Testing

@testable import RBMCore

@Suite struct EvidenceSamplerTests {
    private func repeated(_ row: [Float], _ count: Int) -> [Float] {
        (0..<count).flatMap { _ in row }
    }

    /// p(h | y) ∝ e^{h·x} Π p(y_i | h) over the known units, by enumeration.
    private func conditional(
        _ rbm: RBM, prior: [Float], evidence: [Float]
    ) -> StateDistribution {
        let naive = NaiveRBM(rbm)
        let weights = naive.hiddenStates.map { hidden in
            var log = zip(hidden, prior).reduce(0.0) { $0 + $1.0 * Double($1.1) }
            for (i, field) in naive.visibleFields(hidden).enumerated() where !evidence[i].isNaN {
                let value = Double(evidence[i])
                if rbm.visibleUnits == .gaussian {
                    log -= pow(value - field, 2) / (2 * rbm.visibleVariances[i])
                } else {
                    log += value * field - rbm.visibleUnits.logPartition(field: field)
                }
            }
            return exp(log)
        }
        let total = weights.reduce(0, +)
        return StateDistribution(probabilities: weights.map { $0 / total })
    }

    /// Gaussian units have variances of their own, from 0.5 to 2.
    private func machine(
        _ visible: any UnitKind, _ hidden: any UnitKind, _ generator: inout TestGenerator
    ) -> RBM {
        let rbm = generator.rbm(6, 4, visible, hidden, weights: 1, biases: 0.5)
        guard visible == .gaussian else { return rbm }
        return RBM(
            visibleUnits: visible, hiddenUnits: hidden,
            parameters: Parameters(
                weights: rbm.parameters.weights, visibleBias: rbm.parameters.visibleBias,
                hiddenBias: rbm.parameters.hiddenBias,
                logVariances: [-0.7, 0.7, 0, 0.5, -0.25, 0.1]))
    }

    /// Stationary: draws from the exact distribution stay so after a sweep; and others reach it.
    @Test(arguments: UnitKinds.all.filter { $0.columns == 1 }, UnitKinds.binary)
    func sweepsKeepAndReachTheConditional(visible: any UnitKind, hidden: any UnitKind) {
        var generator = TestGenerator(seed: 51)
        let rbm = machine(visible, hidden, &generator)
        let prior: [Float] = [0.5, -0.25, 1, -0.5]
        let low: Float = visible == .spin ? -1 : 0
        let evidence: [Float] =
            visible == .gaussian
            ? [0.75, -1.5, .nan, 0, 2, .nan] : [1, low, .nan, 1, 1, .nan]
        let exact = conditional(rbm, prior: prior, evidence: evidence)
        let sampler = EvidenceSampler(rbm)
        let count = 5000
        func variation(_ start: [UInt8], sweeps: Int) -> Double {
            var states = start
            for sweep in 0..<sweeps {
                let stream = RandomStream(
                    seed: 3, .sampling(.clampedHidden, layer: 0, sweep: sweep))
                sampler.draw(
                    &states, prior: repeated(prior, count).span,
                    evidence: repeated(evidence, count).span, stream: stream, firstChain: 0)
            }
            return exact.variation((0..<count).map { stateNumber(states, row: $0, of: 4) })
        }
        let floor = exact.floor(draws: count)
        let drawn = (0..<count).flatMap { _ in
            let number = exact.draw(&generator)
            return (0..<4).map { UInt8(number >> $0 & 1) }
        }
        #expect(variation(drawn, sweeps: 1) < 2 * floor)
        let zeros = [UInt8](repeating: 0, count: count * 4)
        #expect(variation(zeros, sweeps: 1) > 2.5 * floor)
        #expect(variation(zeros, sweeps: 20) < 2 * floor)
    }

    /// Without evidence a sweep draws from the prior, at once.
    @Test func withoutEvidenceThePriorRemains() {
        var generator = TestGenerator(seed: 52)
        let rbm = generator.rbm(5, 3, .bernoulli, .spin)
        let prior: [Float] = [0.5, -0.25, 1]
        let evidence = [Float](repeating: .nan, count: 5)
        let exact = conditional(rbm, prior: prior, evidence: evidence)
        let count = 5000
        var states = generator.bytes(3 * count, .bits)
        let sampler = EvidenceSampler(rbm)
        sampler.draw(
            &states, prior: repeated(prior, count).span,
            evidence: repeated(evidence, count).span,
            stream: RandomStream(seed: 3, .sampling(.clampedHidden, layer: 0, sweep: 0)),
            firstChain: 0)
        let variation = exact.variation((0..<count).map { stateNumber(states, row: $0, of: 3) })
        #expect(variation < 2 * exact.floor(draws: count))
    }
}
