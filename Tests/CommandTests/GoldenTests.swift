import Foundation
import ModelFiles
import RBMCore
import Storage
import TestSupport
import Testing

/// Pinned configurations keep their bytes, from one version of Wilson to the next.
///
/// A configuration that is added under `Golden` gets its record by
///
///     WILSON_GOLDEN=PATH-OF-A-PROGRAM-WILSON launch/test --filter Golden
///
/// which adds what is missing and never changes what is there. It also compares the float32
/// configurations with that program, which no file can do: their last bits are the processor's.
@Suite(.serialized, .timeLimit(.minutes(15))) struct GoldenTests {
    private let run: GoldenRun

    init() throws { run = try GoldenRun() }

    @Test func theDigestIsThatOfTheStandard() {
        #expect(
            sha256([]) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
        #expect(
            sha256("abc".utf8)
                == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        #expect(
            sha256("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq".utf8)
                == "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1")
        #expect(
            sha256([UInt8](repeating: UInt8(ascii: "a"), count: 1000))
                == "41edece42d63e8d9bf515a9ba6932e1c20cbc9f5a5d134645adb5db1b9737ea3")
    }

    /// Another model may be the fault of other data.
    @Test func theDataAreThoseOfTheRecords() throws {
        let found = GoldenRecord(
            lines: GoldenData.files.map { "\(sha256($0.bytes))  \($0.name)" })
        let path = Golden.path("data.sha256")
        if Golden.reference != nil, !FileManager.default.fileExists(atPath: path) {
            try found.description.write(toFile: path, atomically: true, encoding: .utf8)
        }
        #expect(found.differences(from: try GoldenRecord(path: path)) == [])
    }

    /// One for every configuration and checkpoint that is meant: an empty folder must not pass.
    @Test func everythingIsRecorded() throws {
        if let reference = Golden.reference { try addMissing(from: reference) }
        #expect(Golden.pinned.count >= 30)
        for name in Golden.pinned {
            #expect(try GoldenRecord(path: Golden.path("\(name).sha256")).lines.count >= 17)
        }
        for (name, step) in Golden.stops {
            let path = Golden.path("checkpoints/\(name).\(step).safetensors")
            #expect(FileManager.default.fileExists(atPath: path), "\(path)")
        }
    }

    private func addMissing(from program: String) throws {
        let manager = FileManager.default
        for name in Golden.pinned
        where !manager.fileExists(atPath: Golden.path("\(name).sha256")) {
            try run.train(name, to: "\(name)-1", program: program)
            try run.train(name, to: "\(name)-3", ranks: 3, program: program)
            let record = try run.record("\(name)-1")
            try #require(record.differences(from: try run.record("\(name)-3")) == [], "\(name)")
            try record.description.write(
                toFile: Golden.path("\(name).sha256"), atomically: true, encoding: .utf8)
        }
        for (name, step) in Golden.stops
        where !manager.fileExists(
            atPath: Golden.path("checkpoints/\(name).\(step).safetensors"))
        {
            try run.train(
                name, to: "\(name)-\(step)", options: ["--stop-after-steps", "\(step)"],
                program: program, expecting: 75)
            let number = String(repeating: "0", count: 10 - "\(step)".count) + "\(step)"
            let checkpoint = try run.folder.bytes(
                "\(name)-\(step)/checkpoints/step-\(number).safetensors")
            // The program itself must go on to the recorded model.
            try run.train(name, to: "\(name)-\(step)", program: program)
            let record = try GoldenRecord(path: Golden.path("\(name).sha256"))
            try #require(try run.record("\(name)-\(step)").differences(from: record) == [])
            try checkpoint.write(
                to: URL(filePath: Golden.path("checkpoints/\(name).\(step).safetensors")))
        }
    }

    // MARK: Integers

    @Test(.launches, arguments: Golden.pinned) func oneRankKeepsTheBytes(name: String) throws {
        try run.train(name, to: "run")
        try expect("run", name)
    }

    @Test(.launches, arguments: Golden.pinned) func threeRanksKeepTheBytes(name: String) throws {
        try run.train(name, to: "run", ranks: 3)
        try expect("run", name)
    }

    /// Whatever kernel multiplies, the bytes are the same; the chosen one makes those of all other tests.
    @Test(
        .launches, arguments: IntegerKernel.runnable.filter { $0 != KernelChoice.current.manyRows },
        Golden.pinned)
    func everyKernelKeepsTheBytes(kernel: IntegerKernel, name: String) throws {
        try run.train(name, to: "run", kernel: kernel)
        try expect("run", name)
    }

    /// A checkpoint of an earlier Wilson leads to the model of the whole run.
    @Test(.launches, arguments: Golden.checkpoints, [1, 3])
    func anEarlierCheckpointGoesOn(checkpoint: String, ranks: Int) throws {
        let name = try #require(checkpoint.split(separator: ".").first.map(String.init))
        try run.train(
            name, to: "run", ranks: ranks == 1 ? nil : ranks,
            options: ["--resume", Golden.path("checkpoints/\(checkpoint).safetensors")])
        let record = try GoldenRecord(path: Golden.path("\(name).sha256")).model
        let found = try run.record("run", withMetrics: false)
        #expect(found.differences(from: record) == [], "\(checkpoint)")
    }

    /// A configuration may be older than keys whose defaults change what is learned: the run goes on
    /// without them.
    @Test(.launches, arguments: ["everything.43", "stack.25"])
    func anEarlierCheckpointGoesOnWithAConfigurationOfItsTime(checkpoint: String) throws {
        let name = try #require(checkpoint.split(separator: ".").first.map(String.init))
        let text = try String(contentsOfFile: Golden.path("\(name).yaml"), encoding: .utf8)
        let newer = [
            "centering: false", "global-flips: false", "learning-rate: 0.05", "chains: batch",
            "initial-weights: 0.01",
        ]
        let older = newer.reduce(text) { text, key in
            text.replacing("\(key), ", with: "").replacing("  \(key)\n", with: "")
        }
        try #require(older.count < text.count && !newer.contains(where: older.contains))
        let path = run.folder.file("older.yaml")
        try older.write(toFile: path, atomically: true, encoding: .utf8)
        try run.train(
            configuration: path, to: "run",
            options: ["--resume", Golden.path("checkpoints/\(checkpoint).safetensors")])
        let record = try GoldenRecord(path: Golden.path("\(name).sha256")).model
        #expect(try run.record("run", withMetrics: false).differences(from: record) == [])
    }

    /// What is read out of a file is all that the file holds.
    @Test(arguments: Golden.checkpoints)
    func anEarlierCheckpointIsWrittenAsItWas(checkpoint: String) throws {
        let path = Golden.path("checkpoints/\(checkpoint).safetensors")
        let written = try Checkpoint(path: path).file().encoded()
        #expect(try Data(written) == Data(contentsOf: URL(filePath: path)))
    }

    private func expect(_ output: String, _ name: String) throws {
        let record = try GoldenRecord(path: Golden.path("\(name).sha256"))
        #expect(try run.record(output).differences(from: record) == [], "\(name)")
    }

    // MARK: float32

    @Test(.launches, arguments: Golden.float32) func float32GoesOnAfterAStop(name: String) throws {
        try run.train(name, to: "straight")
        try run.train(
            name, to: "stopped", options: ["--stop-after-steps", "19"], expecting: 75)
        try run.train(name, to: "stopped")
        let straight = try run.record("straight")
        #expect(straight.lines.count >= 17)
        #expect(try run.record("stopped").differences(from: straight) == [], "\(name)")
    }

    @Test(
        .launches,
        .enabled(if: Golden.reference != nil, "WILSON_GOLDEN names no program to compare with"),
        arguments: Golden.float32)
    func float32IsThatOfAnotherProgram(name: String) throws {
        try run.train(name, to: "other", program: try #require(Golden.reference))
        try run.train(name, to: "own")
        #expect(try run.record("own").differences(from: run.record("other")) == [], "\(name)")
    }
}
