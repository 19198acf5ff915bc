import Analysis
import Foundation
import RBMCore
import Reports
import Testing

@testable import Runs

/// What is said of a likelihood by annealed chains.
@Suite struct AnnealedLikelihoodTests {
    private func partition(
        forward: [Double], reverse: [[Double]], startsFromCases: Bool = true
    ) -> AnnealedPartition {
        AnnealedPartition(
            logZ: BoundedRatio(forward: forward, reverse: reverse), sweeps: 500, levels: 9,
            roundTrips: 44, startsFromCases: startsFromCases, ladder: nil)
    }

    /// ln Z of about 10.5, between means that are 1 nat apart.
    private var tight: AnnealedPartition {
        partition(forward: [9, 10, 11], reverse: [[10, 12, 11]])
    }

    /// The likelihood of cases whose mean free energy is `freeEnergy`.
    private func annealed(
        _ partition: AnnealedPartition, freeEnergy: Double, isReal: Bool = false
    ) -> Evaluation {
        var sums = CaseMeasures()
        sums.stateFreeEnergy.add(freeEnergy)
        return Evaluation(
            sums, cases: 1, exact: nil, annealed: partition, drawsBits: false, smallerSide: 99,
            isReal: isReal, heading: [])
    }

    @Test func aSmallGapHasAnError() throws {
        let found = annealed(tight, freeEnergy: 5)
        let text = found.table.description
        #expect(found.verdict == "determined" && text.contains("determined: the means"))
        #expect(text.contains(" ± ") && !text.contains("roughly"))
        let (logZ, value) = (try #require(found.logZ), try #require(found.logLikelihood))
        #expect(abs(value + 5 + logZ) < 1e-9)
        #expect(found.logLikelihoodError == found.logZError)
        #expect(abs(try #require(found.logZGap) - 1) < 1e-12)
        // The bounds are those of ln Z with two standard errors, (1/√3) each.
        let two = 2 / 3.0.squareRoot()
        let lower = try #require(found.logLikelihoodLower)
        let upper = try #require(found.logLikelihoodUpper)
        #expect(abs(lower + 16 + two) < 1e-9)
        #expect(abs(upper + 15 - two) < 1e-9)
        #expect(text.contains("44 states"))
    }

    /// A rough estimate has no error, neither for people nor in JSON.
    @Test func aLargerGapHasBoundsOnly() {
        let found = annealed(
            partition(forward: [9, 10, 14], reverse: [[19, 14, 21]]), freeEnergy: 5)
        let text = found.table.description
        #expect(found.verdict == "rough" && text.contains("only the bounds are sure"))
        #expect(!text.contains("±") && text.contains("roughly") && text.contains("--temperatures"))
        #expect(found.logZ != nil && found.logLikelihood != nil)
        #expect(!jsonText(found).contains("_error\""))
    }

    @Test func aGapBeyondThatHasNoEstimate() {
        let found = annealed(partition(forward: [9, 10], reverse: [[39, 34]]), freeEnergy: 5)
        let json = jsonText(found)
        #expect(found.verdict == "undetermined")
        for key in ["log_z", "log_z_error", "log_likelihood", "log_likelihood_error"] {
            #expect(!json.contains("\"\(key)\""), "\(key)")
        }
        for key in ["log_z_forward", "log_z_reverse", "log_likelihood_lower"] {
            #expect(json.contains("\"\(key)\""), "\(key)")
        }
        #expect(!found.table.description.contains("±"))
    }

    /// No state has a probability above 1: bounds end at 0, and an estimate above is none.
    @Test func noLikelihoodOfStatesIsAboveZero() throws {
        let near = annealed(tight, freeEnergy: -10)
        #expect(near.verdict == "determined" && near.logLikelihoodUpper == 0)
        #expect(near.table.description.contains("the upper bound is 0"))
        let beyond = annealed(tight, freeEnergy: -15)
        #expect(beyond.verdict == "undetermined" && beyond.logLikelihood == nil)
        #expect(beyond.logLikelihoodLower == 0 && beyond.logLikelihoodUpper == 0)
        #expect(beyond.table.description.contains("below −F of the cases"))
        // A density may be.
        let density = annealed(tight, freeEnergy: -15, isReal: true)
        let logDensity = try #require(density.logLikelihood)
        #expect(density.verdict == "determined" && logDensity > 4)
    }

    @Test func startsThatDisagreeAreSaid() {
        let text = annealed(
            partition(forward: [9, 10, 11], reverse: [[11, 11.1, 11.2], [13, 13.1, 13.2]]),
            freeEnergy: 5
        ).table.description
        #expect(text.contains("disagree") && text.contains("rough: "))
    }

    @Test func resultsHaveTheKeysOfTheContract() {
        let sums = CaseMeasures()
        let annealed = Evaluation(
            sums, cases: 2, exact: nil, annealed: partition(forward: [4, 5], reverse: [[5, 6]]),
            drawsBits: false, smallerSide: 26, heading: [])
        for key in [
            "log_z", "log_z_error", "log_z_forward", "log_z_reverse", "log_z_gap", "verdict",
            "effective_sample_size", "effective_sample_size_forward",
            "effective_sample_size_reverse", "tempering_sweeps", "tempering_levels",
            "tempering_round_trips", "log_likelihood", "log_likelihood_error",
            "log_likelihood_lower", "log_likelihood_upper",
        ] { #expect(jsonText(annealed).contains("\"\(key)\": "), "\(key)") }
        #expect(jsonText(annealed).contains("\"verdict\": \"determined\""))
        #expect(jsonText(annealed).contains("\"exact\": false"))
    }
}
