import Foundation
import TestSupport
import Testing

/// A run goes on with the data that it was trained on, unless somebody says otherwise.
@Suite(.launches, .serialized) struct OtherDataTests {
    private let small: SmallRun

    init() throws { small = try SmallRun() }

    private func stopped(_ settings: [String] = []) throws {
        let run = try small.train(settings, options: ["--stop-after-steps", "6"])
        try #require(run.status == 75, "\(run.words)")
    }

    private func invert(_ path: String) throws {
        var bytes = try Data(contentsOf: URL(filePath: path))
        for place in 128..<bytes.count { bytes[place] = 1 - bytes[place] }
        try bytes.write(to: URL(filePath: path))
    }

    @Test func otherDataOfTheSameShapeAreRefusedWithBothDigests() throws {
        try stopped()
        try invert(small.data)
        let before = small.names("run")
        let refused = try small.train(ranks: 2)
        refused.expectFault(
            65, "was trained on other data",
            "data.train: the file holds uint8 [40, 3, 3], checksum",
            "; the training had uint8 [40, 3, 3], checksum", "--accept-data")
        #expect(small.names("run") == before)
        let accepted = try small.train(options: ["--accept-data"])
        #expect(accepted.status == 0, "\(accepted.words)")
        #expect(accepted.errors.contains("warning: --accept-data: "), "\(accepted.words)")
        // The checkpoints from there on are of the new data.
        #expect(try small.train().status == 0)
    }

    @Test func heldOutCasesAndWeightsCountToo() throws {
        let held = try small.write(
            Array(Data(contentsOf: URL(filePath: small.data))), to: "held.npy")
        let weights = try small.write(
            Array((0..<40).map { "\($0 % 3 + 1)" }.joined(separator: "\n").utf8), to: "weights.csv")
        let settings = ["data.held-out=\(held)", "data.weights=\(weights)"]
        try stopped(settings)
        try invert(held)
        try small.train(settings).expectFault(65, "data.held-out: the file holds uint8")
        try invert(held)
        _ = try small.write(
            Array((0..<40).map { "\($0 % 2 + 1)" }.joined(separator: "\n").utf8), to: "weights.csv")
        try small.train(settings).expectFault(65, "data.weights: the file holds")
    }

    @Test func theSameDataInAnotherFileAreTheSame() throws {
        try stopped()
        // A later time, and another place on the disk.
        let bytes = try Data(contentsOf: URL(filePath: small.data))
        try FileManager.default.removeItem(atPath: small.data)
        try bytes.write(to: URL(filePath: small.data))
        let run = try small.train()
        #expect(run.status == 0 && !run.errors.contains("other data"), "\(run.words)")
    }

    @Test func theModelDoesNotTellOfIt() throws {
        let model = try Data(contentsOf: URL(filePath: small.model()))
        #expect(model.range(of: Data("digest.".utf8)) == nil)
        let newest = try #require(small.names("model/checkpoints").last)
        let checkpoint = try small.folder.bytes("model/checkpoints/\(newest)")
        #expect(checkpoint.range(of: Data("digest.train".utf8)) != nil)
    }

    /// Two builds of one version have the same text.
    @Test func aRankOfAnotherBuildIsNamed() throws {
        let other = small.folder.file("wilson")
        try FileManager.default.copyItem(atPath: Command.program, toPath: other)
        let file = try FileHandle(forWritingTo: URL(filePath: other))
        try file.seekToEnd()
        try file.write(contentsOf: Data([0]))
        try file.close()
        let words = ["train", small.configuration, "--output", small.folder.file("mixed")]
        let run = try Program.start(
            ["mpirun", "-np", "2", Command.program] + words + [":", "-np", "1", other] + words)
        run.expectFault(71, "different builds of the program", "ranks 0-1 on ", "rank 2 on ")
        #expect(!small.has("mixed"))
    }
}
