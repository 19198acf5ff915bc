import Foundation
import TestSupport
import Testing

/// `launch/scaling` measures, verifies and predicts; `wilson bench scaling` judges what it measured.
@Suite(.launches, .serialized, .timeLimit(.minutes(15))) struct ScalingCommandTests {
    private static let script = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "launch/scaling").path

    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        _ = try folder.write(
            "RANKS_PER_NODE=1\nTHREADS_PER_RANK=1\nBINDING=none\n", to: "one.conf")
    }

    private func scaling(_ arguments: String...) throws -> Program.Result {
        try Program.start(
            ["bash", Self.script, "--cluster", folder.file("one.conf")] + arguments,
            environment: ["WILSON": Command.program])
    }

    @Test func twoRanksAreMeasuredVerifiedAndPredicted() throws {
        let run = try scaling(
            "--ranks", "1,2", "--oversubscribe", "--shape", "70x130", "--batch", "20",
            "--algorithm", "pcd", "--rounds", "2", "--steps", "3", "--predict", "nodes=4",
            "link=1Gbit,20us", "--output", folder.file("out"))
        #expect(run.status == 0, "\(run.words)")
        let lines = run.output.split(separator: "\n")
        #expect(lines.last?.hasPrefix("PASS: all ") == true, "\(run.words)")
        #expect(lines.contains { $0.hasPrefix("PREDICTED, not measured") }, "\(run.words)")
        let points = String(decoding: try folder.bytes("out/scaling.jsonl"), as: UTF8.self)
        for grid in ["1x1", "2x1", "1x2"] { #expect(points.contains("\"grid\": \"\(grid)\"")) }
        #expect(points.contains("\"predicted\": true") && points.contains("\"rounds\": 2"))
        #expect(!points.contains("\"model_equal\": false"))
        #expect(try folder.bytes("out/scaling.svg").starts(with: Data("<svg ".utf8)))
        // A verdict that nobody can read.
        let full = try Program.start([
            "/bin/sh", "-c",
            "\(Command.program) bench scaling \(folder.file("out")) --json >/dev/full",
        ])
        full.expectFault(73, "standard output", "No space left")
    }

    @Test func pointsAreAllGridsOfTheRanks() throws {
        let strong = try scaling("--dry-run", "--oversubscribe", "--ranks", "4", "--batch", "50")
        #expect(strong.status == 0, "\(strong.words)")
        let points = strong.output.split(separator: "\n")
        #expect(points.suffix(3) == ["1 4 1 4x1 50", "1 4 1 2x2 50", "1 4 1 1x4 50"])
        #expect(points.first == "1 1 1 1x1 50")
        let weak = try scaling(
            "--dry-run", "--oversubscribe", "--ranks", "4", "--batch", "50", "--weak", "--shape",
            "90×100")
        // 100 hidden units are two groups of 64: enough for rows of two ranks.
        #expect(weak.output.hasSuffix("1 4 1 4x1 200\n1 4 1 2x2 200\n"), "\(weak.words)")
    }

    @Test(arguments: [
        (["--ranks", "100000"], "--oversubscribe"), (["--ranks", "2,"], "--ranks"),
        (["--shape", "784"], "VxH"), (["--batch", "0"], "--batch"),
        (["--algorithm", "pt"], "cd or pcd"), (["--frobnicate"], "--help"),
        (["--rounds"], "needs a value"),
    ])
    func whatCannotBeMeasuredIsRefused(arguments: [String], words: String) throws {
        let run = try Program.start(
            ["bash", Self.script, "--cluster", folder.file("one.conf")] + arguments
                + (arguments.count == 1 && arguments[0] == "--rounds" ? [] : ["--dry-run"]))
        #expect(run.status == 64 && run.errors.contains(words), "\(run.words)")
    }

    // MARK: The program

    /// A folder with one measured point whose model had a verdict.
    private func judge(_ verdict: String, _ options: [String] = []) throws -> Command.Result {
        let step = try Command.run([
            "bench", "step", "--visible", "20", "--hidden", "70", "--batch", "10", "--steps", "2",
            "--threads", "1", "--json",
        ])
        _ = try folder.write(step.output, to: "steps.jsonl")
        _ = try folder.write("1-1-1x1 \(verdict)\n", to: "models.txt")
        return try Command.run(["bench", "scaling", folder.file("")] + options)
    }

    @Test func differentModelsEndWith76() throws {
        #expect(try judge("equal").status == 0)
        let run = try judge("different")
        #expect(run.status == 76 && run.output.contains("FAIL"), "\(run.words)")
    }

    @Test func aWrongWishIsNamed() throws {
        let run = try judge("equal", ["--predict", "nodes=4", "link=fast"])
        #expect(run.status == 64 && run.errors.contains("link=100Gbit,1.5us"), "\(run.words)")
    }

    @Test func aFolderWithoutStepsIsRefused() throws {
        try Command.run(["bench", "scaling", folder.file("none")])
            .expectFault(65, "steps.jsonl", "launch/scaling")
    }
}
