import RBMCore
import Testing

@testable import DistributedTraining

@Suite struct BestRecordTests {
    /// Judges records with a value each from step 1 on.
    private func judged(_ best: inout BestRecord, _ values: Double...) -> [Bool] {
        values.enumerated().map { place, value in
            best.see(record(best.rule.metric, value), step: place + 1)
        }
    }

    private func record(_ metric: Metric, _ value: Double?) -> MonitorRecord {
        var record = MonitorRecord()
        record.set(metric, value)
        return record
    }

    private let likelihood = BestRule(.pseudoLogLikelihoodHeldOut, prefersLarge: true)
    private let reconstruction = BestRule(.reconstructionCrossEntropy, prefersLarge: false)

    @Test func aRulePrefersLargeValuesOrSmallOnes() {
        for (rule, rises) in [(likelihood, true), (reconstruction, false)] {
            var best = BestRecord(rule)
            let found = judged(&best, 2, 3, 1)
            #expect(found == [true, rises, !rises], "\(rule)")
            #expect(best.value == (rises ? 3 : 1))
            // The first of equals stays.
            let equal = judged(&best, rises ? 3 : 1)
            #expect(equal == [false])
        }
    }

    @Test func theFirstModelAndRecordsWithoutTheQuantityAreNeverBest() {
        var best = BestRecord(likelihood)
        let first = best.see(record(.pseudoLogLikelihoodHeldOut, 5), step: 0)
        let other = best.see(record(.reconstructionCrossEntropy, 5), step: 1)
        let infinite = best.see(record(.pseudoLogLikelihoodHeldOut, .infinity), step: 1)
        #expect(!first && !other && !infinite)
        #expect(best.value == nil)
    }

    @Test func aRunGoesOnFromTheValue() throws {
        var best = BestRecord(reconstruction)
        let first = judged(&best, 0.1)
        #expect(first == [true])
        var state = StateTree(prefix: "layers.0.")
        best.save(into: &state)
        var next = BestRecord(reconstruction)
        try next.restore(from: state)
        #expect(next == best)
        // Another metric begins anew.
        var other = BestRecord(likelihood)
        try other.restore(from: state)
        #expect(other.value == nil)
    }

    @Test(arguments: ["", "reconstruction_cross_entropy", "a b", "a nan", "a 1 2"])
    func aNoteThatSaysNothingIsRefused(text: String) {
        var state = StateTree(prefix: "layers.0.")
        state.note(text, "best_record")
        var best = BestRecord(reconstruction)
        #expect(throws: StateFault.self) { try best.restore(from: state) }
    }
}
