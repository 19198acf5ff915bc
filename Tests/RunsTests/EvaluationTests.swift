import DistributedTraining
import Foundation
import Ranks
import RBMCore
import RandomStreams
import Reports
import TestSupport
import Testing
@testable import Runs

@Suite struct EvaluationTests {
    /// The value of a byte, by the definition of the kinds.
    private func values(_ bytes: [UInt8], _ kind: any UnitKind, _ encoding: StateEncoding)
        -> [Double]
    {
        bytes.map {
            let share = Double($0) / Double(encoding.maximum)
            return kind == .spin ? 2 * share - 1 : share
        }
    }

    private func evaluation(
        _ rbm: RBM, _ cases: any CaseSource, _ sums: CaseMeasures, logZ: Double?
    ) -> Evaluation {
        Evaluation(
            sums, cases: cases.count, exact: logZ, drawsBits: cases.encoding == .levels,
            smallerSide: 4,
            heading: [])
    }

    @Test(arguments: UnitKinds.binary, UnitKinds.binary)
    func bitsAgreeWithTheDefinitions(visible: any UnitKind, hidden: any UnitKind) throws {
        let rbm = makeRBM(visible, 7, hidden, 4)
        let cases = RandomCases(count: 300, visible: 7, encoding: .bits)
        let sums = try CaseEvaluator(rbm, on: cases, seed: 1, layer: 0).sums(over: 0..<300)
        let enumeration = try #require(Enumeration(rbm))
        let result = evaluation(rbm, cases, sums, logZ: enumeration.logPartition)

        var energies = 0.0
        var pseudo = 0.0
        for number in 0..<300 {
            let bytes = cases.bytes(number)
            let energy = rbm.freeEnergy(ofVisible: values(bytes, visible, .bits))
            energies += energy
            for i in 0..<7 {
                var flipped = bytes
                flipped[i] = 1 - flipped[i]
                let other = rbm.freeEnergy(ofVisible: values(flipped, visible, .bits))
                pseudo -= Bernoulli().logPartition(field: energy - other)
            }
        }
        #expect(abs(result.meanFreeEnergy - energies / 300) < 1e-7)
        let measured = try #require(result.pseudoLogLikelihood)
        #expect(abs(measured - pseudo / 300) < 2e-3)
        let logLikelihood = try #require(result.logLikelihood)
        #expect(abs(logLikelihood + energies / 300 + enumeration.logPartition) < 1e-7)
        #expect(!result.drawnBits)
    }

    /// ln p over all states is the logarithm of a distribution.
    @Test func likelihoodsOfAllStatesSumToOne() throws {
        let rbm = makeRBM(.bernoulli, 5, .spin, 3)
        let logZ = try #require(Enumeration(rbm)).logPartition
        var total = 0.0
        for state in 0..<32 {
            let cases = MemoryCases((0..<5).map { UInt8(state >> $0 & 1) }, visible: 5)
            let sums = try CaseEvaluator(rbm, on: cases, seed: 1, layer: 0).sums(over: 0..<1)
            let result = evaluation(rbm, cases, sums, logZ: logZ)
            total += exp(try #require(result.logLikelihood))
        }
        #expect(abs(total - 1) < 1e-6)
    }

    @Test func crossEntropyIsThatOfTheMeanFieldReconstruction() throws {
        let rbm = makeRBM(.bernoulli, 9, .bernoulli, 6)
        let cases = RandomCases(count: 40, visible: 9, encoding: .levels)
        let sums = try CaseEvaluator(rbm, on: cases, seed: 1, layer: 0).sums(over: 0..<40)
        var expected = 0.0
        for number in 0..<40 {
            let v = values(cases.bytes(number), .bernoulli, .levels)
            let means = rbm.hiddenPreactivations(given: v).map(Bernoulli().mean)
            for (x, data) in zip(rbm.visiblePreactivations(given: means), v) {
                expected += Bernoulli().logPartition(field: x) - data * x
            }
        }
        // Hidden means enter as bytes.
        #expect(abs(sums.crossEntropy.value - expected) / 40 < 0.02)
    }

    @Test(arguments: [StateEncoding.bits, .levels])
    func sumsDoNotDependOnTheShares(encoding: StateEncoding) throws {
        let rbm = makeRBM(.bernoulli, 33, .bernoulli, 17)
        let cases = RandomCases(count: 600, visible: 33, encoding: encoding)
        let evaluator = CaseEvaluator(rbm, on: cases, seed: 1, layer: 0)
        let whole = try evaluator.sums(over: 0..<600).units
        for ranks in [2, 3, 7, 601] {
            var total = [Int64](repeating: 0, count: whole.count)
            for rank in 0..<ranks {
                let part = try evaluator.sums(over: share(of: 600, rank: rank, size: ranks))
                for (i, units) in part.units.enumerated() { total[i] += units }
            }
            #expect(total == whole, "\(ranks) ranks")
        }
    }

    @Test func greyCasesAreMeasuredAsTheyAreAndAsStates() throws {
        let rbm = makeRBM(.bernoulli, 12, .bernoulli, 5)
        let cases = RandomCases(count: 50, visible: 12, encoding: .levels)
        let sums = try CaseEvaluator(rbm, on: cases, seed: 1, layer: 0).sums(over: 0..<50)
        let expected = (0..<50).reduce(0.0) {
            $0 + rbm.freeEnergy(ofVisible: values(cases.bytes($1), .bernoulli, .levels))
        }
        #expect(abs(sums.freeEnergy.value - expected) < 1e-5)
        let drawn = BinarizedCases(cases, of: .bernoulli, seed: 1, layer: 0)
        let states = try CaseEvaluator(rbm, on: drawn, seed: 1, layer: 0).sums(over: 0..<50)
        #expect(sums.stateFreeEnergy == states.freeEnergy)
        #expect(sums.pseudoLogLikelihood == states.pseudoLogLikelihood)
        #expect(sums.stateFreeEnergy != sums.freeEnergy)
        #expect(evaluation(rbm, cases, sums, logZ: 0).drawnBits)
    }

    @Test func sharedBlocksGiveTheSameLogPartition() throws {
        // 2¹⁴ states in four blocks.
        let enumeration = try #require(Enumeration(makeRBM(.spin, 20, .bernoulli, 14)))
        #expect(enumeration.blocks == 4)
        for ranks in [1, 2, 3, 5] {
            var total = [Double](repeating: 0, count: enumeration.blocks)
            for rank in 0..<ranks {
                let own = enumeration.logSums(
                    of: share(of: enumeration.blocks, rank: rank, size: ranks))
                for (i, log) in own.enumerated() { total[i] += log }
            }
            #expect(Enumeration.combine(total) == enumeration.logPartition, "\(ranks) ranks")
        }
    }

    @Test func progressEndsAtOne() throws {
        let rbm = makeRBM(.bernoulli, 8, .bernoulli, 3)
        let cases = RandomCases(count: 700, visible: 8, encoding: .bits)
        var shares: [Double] = []
        _ = try CaseEvaluator(rbm, on: cases, seed: 1, layer: 0).sums(over: 100..<700) {
            shares.append($0)
        }
        #expect(shares == [256.0 / 600, 512.0 / 600, 1])
    }

    @Test func aHigherLayerSeesTheMeansBelow() throws {
        let below = makeRBM(.bernoulli, 10, .bernoulli, 6)
        let cases = RandomCases(count: 64, visible: 10, encoding: .bits)
        let view = propagatedCases(
            cases, through: [below], seed: 1, propagation: { _ in .means })
        #expect(view.encoding == .levels && view.visible == 6)
        var bytes = [UInt8](repeating: 0, count: 6)
        for number in 0..<64 {
            try view.load([number], draw: 0, into: &bytes)
            let means = below.hiddenPreactivations(
                given: values(cases.bytes(number), .bernoulli, .bits)
            ).map(Bernoulli().mean)
            for (byte, mean) in zip(bytes, means) {
                #expect(abs(Double(byte) / 127 - mean) < 1.02 / 127)
            }
        }
    }

    @Test func infiniteEnergiesDoNotFit() {
        var sums = CaseMeasures()
        #expect(sums.fits(ranks: 4))
        sums.freeEnergy.add(1e9)
        #expect(sums.fits(ranks: 4))
        sums.pseudoLogLikelihood.add(-.infinity)
        #expect(!sums.fits(ranks: 1))
    }

    @Test func resultsHaveTheKeysOfTheContract() {
        var sums = CaseMeasures()
        sums.freeEnergy.add(-8)
        sums.stateFreeEnergy.add(-8)
        sums.pseudoLogLikelihood.add(-2)
        sums.crossEntropy.add(3)
        let measured = Evaluation(
            sums, cases: 2, exact: 5, drawsBits: false, smallerSide: 3, heading: ["model"])
        #expect(
            jsonText(measured) == """
                {"cases": 2, "mean_free_energy": -4.0, "pseudo_log_likelihood": -1.0, \
                "reconstruction_cross_entropy": 1.5, "log_z": 5.0, "log_likelihood": -1.0, \
                "exact": true, "drawn_bits": false}
                """)
        let large = Evaluation(
            sums, cases: 2, exact: nil, drawsBits: true, smallerSide: 26, heading: [])
        #expect(!jsonText(large).contains("log_z") && !jsonText(large).contains("exact"))
        #expect(jsonText(large).contains("\"drawn_bits\": true"))
        #expect(
            large.table.description.contains("at most 25 units, and the smaller side has 26"))
        let densities = Evaluation(
            sums, cases: 2, exact: nil, drawsBits: false, smallerSide: 26, isReal: true,
            heading: [])
        #expect(jsonText(densities).contains("\"pseudo_log_likelihood\": null"))
        #expect(!densities.table.description.contains("pseudo"))
    }
}
