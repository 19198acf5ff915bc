import Foundation
import TestSupport
import Testing

@testable import Ranks

@Suite struct ValueHolderTests {
    private func words(_ values: [(group: Int, value: String, host: String)]) -> String {
        ValueHolder.differences(
            of: values.enumerated().map {
                ValueHolder(rank: $0, group: $1.group, value: $1.value, host: $1.host)
            })
    }

    @Test func theRankThatDiffersFromMostIsNamed() {
        #expect(
            words([(0, "a", "n1"), (0, "a", "n1"), (0, "b", "n2"), (0, "a", "n2")])
                == "rank 2 on n2 differs from ranks 0-1,3")
        #expect(
            words([
                (0, "a", "n1"), (0, "b", "n1"), (0, "c", "n2"), (0, "a", "n2"), (0, "a", "n3"),
            ])
                == "rank 1 on n1 and rank 2 on n2 differ from ranks 0,3-4")
    }

    @Test func ofTwoNeitherIsBlamed() {
        #expect(
            words([(0, "a", "n1"), (0, "b", "n2")])
                == "no value is that of most: rank 0 on n1 against rank 1 on n2")
    }

    @Test func groupsAreComparedWithinThemselves() {
        #expect(words([(0, "a", "n1"), (1, "b", "n1"), (0, "a", "n2"), (1, "b", "n2")]) == "")
        #expect(
            words([(0, "a", "n1"), (1, "b", "n1"), (0, "a", "n2"), (1, "c", "n2")])
                == "no value is that of most: rank 1 on n1 against rank 3 on n2")
    }
}

@Suite(.launches, .serialized, .timeLimit(.minutes(15))) struct AgreementTests {
    private func records(_ run: Program.Result) -> Int {
        run.output.components(separatedBy: "free_energy_train").count - 1
    }

    @Test func aRankThatComputesOtherwiseIsNamedBeforeTheNextRecord() throws {
        let run = try runCheck("a rank with other parameters", ranks: 3)
        #expect(run.status == 76, "\(run.words)")
        #expect(run.errors.contains("layer 0, step 7: ranks that should hold"), "\(run.words)")
        #expect(run.errors.contains("rank 1 on "), "\(run.words)")
        #expect(run.errors.contains(" differs from ranks 0,2."), "\(run.words)")
        #expect(run.errors.components(separatedBy: "wilson: error").count == 2, "\(run.words)")
        // That of the first model, and none of a damaged one.
        #expect(records(run) == 1, "\(run.words)")
    }

    @Test func aGridComparesTheRanksOfAColumn() throws {
        let run = try runCheck("a rank of a grid with other parameters", ranks: 6)
        #expect(run.status == 76, "\(run.words)")
        #expect(run.errors.contains("step 7: ranks that should hold the same parameters"))
        #expect(run.errors.contains(" differs from ranks 3,5."), "\(run.words)")
        #expect(records(run) == 1, "\(run.words)")
    }

    @Test func oneRankHasNobodyToDisagreeWith() throws {
        let run = try runCheck("a rank with other parameters", ranks: 1)
        #expect(run.status == 0, "\(run.words)")
    }
}
