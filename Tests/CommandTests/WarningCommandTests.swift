import Foundation
import TestSupport
import Testing

/// A training whose chains do not follow the model says so, also to people who asked for quiet.
@Suite(.launches, .timeLimit(.minutes(3))) struct WarningCommandTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        // Far in the ordered phase: a chain never turns its spins over.
        _ = try folder.write(
            """
            data: {ising: {size: 6, coupling: 1.0}}
            layers: [{visible-units: spin, hidden: 20, hidden-units: spin}]
            """, to: "ordered.yaml")
    }

    private func train(_ algorithm: String) throws -> (Command.Result, lastRecord: String) {
        let output = folder.file(algorithm)
        let run = try Command.run([
            "train", folder.file("ordered.yaml"), "--output", output, "--quiet", "--threads", "1",
            "--set", "training.algorithm=\(algorithm)",
        ])
        #expect(run.status == 0, "\(run.words)")
        let records = try String(
            decoding: folder.bytes("\(algorithm)/metrics.jsonl"), as: UTF8.self
        )
        .split(separator: "\n")
        return (run, String(try #require(records.last)))
    }

    @Test func chainsThatLeaveTheDataAreWarnedOf() throws {
        let (run, record) = try train("pcd")
        #expect(run.errors.contains("wilson: warning: chains-off-data: "), "\(run.words)")
        #expect(record.contains("\"chains-off-data\""), "\(record)")
    }

    @Test func temperedChainsFollowTheModel() throws {
        let (run, record) = try train("pt")
        #expect(!run.errors.contains("warning"), "\(run.words)")
        #expect(!record.contains("chains-off-data"), "\(record)")
    }
}
