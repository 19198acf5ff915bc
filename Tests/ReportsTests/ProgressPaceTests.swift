import Testing

@testable import Reports

@Suite struct ProgressPaceTests {
    /// The seconds left after each of some shares and times.
    private func left(_ looks: [(share: Double, seconds: Double)]) -> [Double?] {
        var pace = ProgressPace()
        return looks.map { pace.secondsLeft(share: $0.share, at: .seconds($0.seconds)) }
    }

    @Test func theRestTakesWhatThePaceSays() throws {
        // It goes on from a half that was done before; the last one is another computation.
        let found = left([(0.5, 10), (0.5, 20), (0.6, 30), (1, 100), (0, 100), (0.25, 105)])
        #expect(found[0] == nil && found[1] == nil && found[4] == nil)
        // A tenth in 20 s: the four that are left take 80.
        #expect(abs(try #require(found[2]) - 80) < 1e-9)
        #expect(found[3] == 0)
        #expect(abs(try #require(found[5]) - 15) < 1e-9)
    }

    @Test func shortSpellsTellNothing() {
        #expect(left([(0, 0), (0.5, 1), (0.5, 4)]) == [nil, nil, 4])
    }
}
