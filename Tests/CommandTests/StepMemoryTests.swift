import Ranks
import Foundation
import TestSupport
import Testing

/// What a rank's training of a large layer holds at its peak, as `wilson bench step` tells it.
@Suite(.launches, .timeLimit(.minutes(15))) struct StepMemoryTests {
    /// Weights, their bytes, a panel of statistics, states and means of both phases: no second copy
    /// of the weights, and no account of all statistics.
    @Test(
        .enabled(if: MemoryGrowth() != nil, "the system does not tell what a process has held"),
        arguments: ["integer", "integer-one-byte"])
    func holdsLittleBesideTheWeights(arithmetic: String) throws {
        let run = try Command.run([
            "bench", "step", "--visible", "2048", "--hidden", "2048", "--batch", "256",
            "--algorithm", "pcd", "--steps", "1", "--arithmetic", arithmetic, "--threads", "1",
            "--json",
        ])
        try #require(run.status == 0, "\(run.words)")
        let line = try #require(run.output.split(separator: "\n").last)
        let report = try #require(
            try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
        let memory = try #require(report["memory_of_weights"] as? Double)
        #expect(memory < 3.3 && memory > 1.5)
    }
}
