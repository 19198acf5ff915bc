import Foundation
import TestSupport
import Testing

/// A few rounds of `Tests/Faults/rounds`; by hand it makes as many as one likes.
@Suite(.launches, .serialized, .timeLimit(.minutes(15))) struct FaultRoundTests {
    private static let rounds = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Faults/rounds").path

    private static let powerLoss = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Faults/power-loss").path

    /// Whether images can be mounted; needs root and loop devices.
    static let hasImages =
        (try? Program.start([powerLoss, "0", "/bin/true"], seconds: 60))?.status != 69

    @Test(.enabled(if: hasImages, "images of file systems need root and loop devices"))
    func aLossOfPowerCostsOneIntervalAtMost() throws {
        let run = try Program.start(
            [Self.powerLoss, "--seed", "4", "3", Command.program], seconds: 120)
        #expect(run.status == 0, "\(run.words)")
        #expect(run.output.contains(": 3 rounds, "), "\(run.words)")
        #expect(run.output.contains(" 0 bad"), "\(run.words)")
    }

    @Test func disturbedTrainingsEndAsTheUndisturbedOne() throws {
        let run = try Program.start(
            [Self.rounds, "--seed", "7", "--ranks", "3", "2", Command.program], seconds: 280)
        #expect(run.status == 0, "\(run.words)")
        #expect(run.output.contains("2 rounds, "), "\(run.words)")
        #expect(
            run.output.contains("0 not equal, 0 with ranks that stayed, 0 left in shared memory"),
            "\(run.words)")
    }
}
