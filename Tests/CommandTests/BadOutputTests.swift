import Foundation
import TestSupport
import Testing

/// Places that cannot take a result are refused with code 73, before the work where that is known,
/// and nothing half-written stays.
@Suite(.launches) struct BadOutputTests {
    @Test func aFolderThatCannotBeIsRefused() throws {
        let small = try SmallRun()
        _ = try small.folder.write("text", to: "file")
        for ranks in [nil, 2] {
            try small.train(output: "file", ranks: ranks).expectFault(73, "file: is a file")
        }
        try small.train(output: "file/below").expectFault(73, "file: is a file")
        try small.train(output: "file/below/deeper").expectFault(73, "file: is a file")
        #expect(try small.folder.bytes("file") == Data("text".utf8))
        // What stands in the place of the checkpoints is found before the first of them.
        try FileManager.default.createDirectory(
            atPath: small.folder.file("run"), withIntermediateDirectories: false)
        _ = try small.folder.write("text", to: "run/checkpoints")
        try small.train().expectFault(73, "run/checkpoints: is a file")
        #expect(small.names("run") == ["checkpoints"])
    }

    /// Permission bits mean nothing to root, but even root cannot write here.
    @Test(.enabled(if: FileManager.default.fileExists(atPath: "/proc/self")))
    func aFolderThatIsNotWritableIsRefused() throws {
        let small = try SmallRun()
        for folder in ["/proc", "/proc/runs/a"] {
            try Command.run(["train", small.configuration, "--output", folder], seconds: 30)
                .expectFault(73, "/proc: cannot be written")
        }
    }

    @Test func anotherConfigurationsRunIsRefused() throws {
        let small = try SmallRun()
        #expect(try small.train().status == 0)
        let before = small.names("run")
        let model = try small.folder.bytes("run/model.safetensors")
        for ranks in [nil, 2] {
            try small.train(["layers.0.hidden=5", "training.seed=2"], ranks: ranks)
                .expectFault(
                    78, "holds a run of another configuration", "layers.0.hidden is 5 here but 4",
                    "training.seed is 2 here but 1", "--output")
        }
        for ranks in [nil, 2] {
            try small.train(options: ["--resume", "never"], ranks: ranks)
                .expectFault(73, "already holds a run", "--resume never")
        }
        #expect(small.names("run") == before)
        #expect(try small.folder.bytes("run/model.safetensors") == model)
    }

    @Test func aCheckpointThatCannotBeGoneOnWithIsRefused() throws {
        let small = try SmallRun()
        let model = try small.model()
        let checkpoint = small.folder.file("model/checkpoints/step-0000000004.safetensors")
        func resume(_ path: String, _ settings: [String] = [], ranks: Int? = nil) throws
            -> Command.Result
        { try small.train(settings, options: ["--resume", path], ranks: ranks) }

        for ranks in [nil, 2] {
            try resume(small.folder.file("none.safetensors"), ranks: ranks)
                .expectFault(65, "none.safetensors: cannot be opened")
        }
        try resume(model).expectFault(65, "is no checkpoint", "a model cannot be resumed")
        try resume(small.configuration).expectFault(65, "run.yaml", "no safetensors file")
        try resume(checkpoint, ["layers.0.hidden=5"])
            .expectFault(78, "another configuration", "layers.0.hidden is 5 here but 4")
        var bytes = try Data(contentsOf: URL(filePath: checkpoint))
        bytes[bytes.count - 3] ^= 1
        let torn = try small.write(Array(bytes), to: "torn.safetensors")
        for ranks in [nil, 2] {
            try resume(torn, ranks: ranks).expectFault(65, "torn.safetensors", "checksum")
        }
        #expect(!small.has("run"), "\(small.names("run"))")
        // And the good one is gone on with, in a folder of its own.
        let run = try resume(checkpoint)
        #expect(run.status == 0, "\(run.words)")
        #expect(
            try small.folder.bytes("run/model.safetensors")
                == Data(contentsOf: URL(filePath: model)))
    }

    @Test func whenNoCheckpointIsGoodTheRunIsLeftAsItIs() throws {
        let small = try SmallRun()
        #expect(try small.train(options: ["--stop-after-steps", "6"]).status == 75)
        for name in small.names("run/checkpoints") {
            let bytes = try small.folder.bytes("run/checkpoints/\(name)")
            _ = try small.write(Array(bytes.dropLast(3)), to: "run/checkpoints/\(name)")
        }
        let metrics = try small.folder.bytes("run/metrics.jsonl")
        try small.train().expectFault(
            66, "none of its 2 checkpoints can be read", "step-0000000006")
        #expect(try small.folder.bytes("run/metrics.jsonl") == metrics)
    }

    /// A link could lead a run to write over what is not its own.
    @Test(arguments: ["metrics.jsonl", "log.txt", "model.safetensors", "config.yaml"])
    func aRunWritesNoFileThroughALink(name: String) throws {
        let small = try SmallRun()
        let kept = try small.write([1, 2, 3], to: "kept")
        try FileManager.default.createDirectory(
            atPath: small.folder.file("run"), withIntermediateDirectories: false)
        try FileManager.default.createSymbolicLink(
            atPath: small.folder.file("run/\(name)"), withDestinationPath: kept)
        try small.train().expectFault(73, "run/\(name)", "is a symbolic link")
        #expect(try small.folder.bytes("kept") == Data([1, 2, 3]))
    }

    @Test func aFolderThatEveryUserMayChangeIsToldOf() throws {
        let small = try SmallRun()
        let path = small.folder.file("run")
        try FileManager.default.createDirectory(
            atPath: path, withIntermediateDirectories: false)
        try FileManager.default.setAttributes([.posixPermissions: 0o777], ofItemAtPath: path)
        let open = try small.train()
        #expect(open.status == 0, "\(open.words)")
        #expect(open.errors.contains("every user of this machine may change this folder"))
        #expect(try small.train(output: "own").errors.contains("every user") == false)
    }

    @Test func aFileThatCannotBeWrittenIsRefusedBeforeTheWork() throws {
        let small = try SmallRun()
        let model = try small.model()
        _ = try small.folder.write("text", to: "file")
        try FileManager.default.createDirectory(
            atPath: small.folder.file("folder.npy"), withIntermediateDirectories: false)
        // So much work that only a refusal before it comes in time.
        let sample = ["sample", model, "--count", "100000", "--sweeps", "1000000", "--output"]
        let ising = ["ising", "sample", "--size", "64", "--coupling", "critical"]
        let places = [
            ("none/a.npy", "no folder"), ("file/a.npy", "no folder"), ("folder.npy", "is a folder"),
        ]
        for (place, words) in places {
            let output = small.folder.file(place)
            try Command.run(sample + [output], seconds: 30).expectFault(73, output, words)
            try Command.run(
                ising + ["--samples", "500000", "--output", output], seconds: 30
            ).expectFault(73, output, words)
        }
        try Command.run(sample + [small.folder.file("none/a.npy")], ranks: 2, seconds: 30)
            .expectFault(73, "no folder")
        #expect(small.names("folder.npy").isEmpty)
    }

    /// A training goes on without its words, and says so at the end.
    @Test(.enabled(if: FileManager.default.fileExists(atPath: "/dev/full")))
    func aTrainingWhoseWordsNobodyTakesGoesOn() throws {
        let small = try SmallRun()
        let model = try small.model()
        let run = try Program.start([
            "/bin/sh", "-c", "\"$0\" \"$@\" > /dev/full", Command.program, "train",
            small.configuration, "--output", small.folder.file("run"),
        ])
        run.expectFault(73, "standard output", "No space left")
        #expect(
            try small.folder.bytes("run/model.safetensors")
                == Data(contentsOf: URL(filePath: model)))
    }

    @Test(.enabled(if: SmallDisk.isPossible)) func aFullDiskIsToldAndLeavesNothingInPart() throws {
        let small = try SmallRun()
        let model = try small.model()
        let disk = try SmallDisk(at: small.folder.file("disk"), kilobytes: 16)
        defer { disk.remove() }
        try small.train(output: "disk/run").expectFault(73, "No space left", "Free some space")
        // The checkpoint that could be written is whole.
        for name in small.names("disk/run/checkpoints") {
            let path = small.folder.file("disk/run/checkpoints/\(name)")
            #expect(try Command.run(["inspect", path]).status == 0)
        }
        try Command.run(
            [
                "sample", model, "--count", "5000", "--sweeps", "1", "--output",
                small.folder.file("disk/a.npy"),
            ], seconds: 30
        ).expectFault(73, "a.npy", "No space left")
        try small.train(output: "disk/two", ranks: 2).expectFault(73, "No space left")
        let names = small.names("disk")
        #expect(!names.contains { $0.contains(".partial") || $0.hasSuffix("a.npy") }, "\(names)")
    }
}

/// A file system in memory that is soon full; only root may have one.
struct SmallDisk {
    let path: String

    static let isPossible: Bool = {
        guard let folder = try? TemporaryFolder(),
            let disk = try? SmallDisk(at: folder.file("disk"), kilobytes: 16)
        else { return false }
        disk.remove()
        return true
    }()

    init(at path: String, kilobytes: Int) throws {
        self.path = path
        try FileManager.default.createDirectory(
            atPath: path, withIntermediateDirectories: false)
        let status = try Self.run(
            "mount", "-t", "tmpfs", "-o", "size=\(kilobytes)k", "tmpfs", path)
        guard status == 0 else { throw CocoaError(.fileWriteUnknown) }
    }

    func remove() { _ = try? Self.run("umount", path) }

    private static func run(_ arguments: String...) throws -> Int32 {
        try Program.start(arguments).status
    }
}
