import TestSupport
import Testing

@testable import Configuration

@Suite struct RepeatedKeysTests {
    @Test func theTreeHoldsBothAndEveryKeyItsPlace() {
        let found = RepeatedKeys.compose("a: {b: 1, c: 2, b: 3}\nd: 4\na: 5\n")
        #expect(found.repeats.map(\.name) == ["b", "a"])
        #expect(found.repeats.map(\.line) == [1, 1])
        #expect(found.repeats.map(\.column) == [5, 1])
        #expect(found.standIns.count == 2)
        #expect(found.root != nil)
        #expect(found.error == nil)
    }

    @Test func aKeyThatDoesNotStandAsItReadsEndsTheSearch() {
        let found = RepeatedKeys.compose("? a\n: 1\n\"\\x61\": 2\n\"\\x61\": 3\n")
        #expect(!found.repeats.isEmpty && found.root == nil)
    }

    /// Each repeated key takes another pass over the text.
    @Test(.slow, .timeLimit(.minutes(15)), arguments: ["a: 1\n", "- a: 1\n  a: 2\n"])
    func manyRepeatedKeysEnd(_ lines: String) {
        let few = String(repeating: lines, count: 40)
        #expect(problems(few).count == RepeatedKeys.limit)
        let count = ConfigurationDocument.Limit.bytes / lines.utf8.count
        #expect(problems(String(repeating: lines, count: count)).count == 1)
    }
}
