import Foundation
import Storage
import TestSupport
import Testing

/// One run gives one model file, byte for byte, however it is run.
@Suite(.launches, .serialized, .timeLimit(.minutes(15))) struct SameBitsTests {
    /// 1013 grey cases of 7×9 pixels: batches of 50 leave a short one of 13.
    private static func writeData(to path: String) throws {
        let (cases, units) = (1013, 63)
        var bytes: [UInt8] = []
        for n in 0..<cases {
            for i in 0..<units {
                let wave = (i + n % 7) % 9 < 4 ? 190 : 40
                bytes.append(UInt8(truncatingIfNeeded: wave + (n * 31 + i * 17) % 50))
            }
        }
        try writeNPY(bytes, shape: [cases, 7, 9], to: path)
    }

    /// 300 steps in all: 15 epochs of 20 steps a layer (of 912 cases), with everything that could
    /// depend on how it is run.
    private static func configuration(data: String, layers: Int, arithmetic: String) -> String {
        let hidden = layers == 1 ? "  - hidden: 37\n" : "  - hidden: 37\n  - hidden: 23\n"
        return """
            data:
              train: \(data)
              binarize: sample
            layers:
            \(hidden)training:
              algorithm: pcd
              chains: 31
              batch: 50
              epochs: \(layers == 1 ? 16 : 8)
              momentum: 0.5
              weight-decay: {l1: 0.0001, l2: 0.001}
              seed: 3
            monitor: {every: 50 steps, cases: 90, pseudo-likelihood-cases: 20}
            checkpoint: {every: 100 steps}
            arithmetic: \(arithmetic)
            """
    }

    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        try Self.writeData(to: folder.file("data.npy"))
        for layers in [1, 2] {
            for arithmetic in ["integer", "integer-one-byte", "float32"] {
                _ = try folder.write(
                    Self.configuration(
                        data: folder.file("data.npy"), layers: layers, arithmetic: arithmetic),
                    to: "\(arithmetic)-\(layers).yaml")
            }
        }
    }

    @discardableResult
    private func train(
        _ configuration: String, to output: String, ranks: Int?, threads: Int = 1,
        stopAfter: Int? = nil, expecting status: Int32 = 0
    ) throws -> Command.Result {
        let stop = stopAfter.map { ["--stop-after-steps", "\($0)"] } ?? []
        let run = try Command.run(
            [
                "train", folder.file(configuration), "--output", folder.file(output), "--quiet",
                "--threads", "\(threads)",
            ] + stop, ranks: ranks)
        #expect(run.status == status, "\(run.words)")
        return run
    }

    /// The records without what may differ: times.
    private func records(_ output: String) throws -> [String] {
        String(decoding: try folder.bytes("\(output)/metrics.jsonl"), as: UTF8.self)
            .split(separator: "\n")
            .map { $0.components(separatedBy: ", \"seconds\"")[0] }
    }

    @Test(arguments: ["integer-1.yaml", "integer-2.yaml", "integer-one-byte-1.yaml"])
    func anyRanksThreadsAndStopsGiveOneModel(configuration: String) throws {
        try train(configuration, to: "alone", ranks: nil)
        let model = try folder.bytes("alone/model.safetensors")
        let metrics = try records("alone")
        #expect(metrics.count > 6)

        for (ranks, threads) in [(1, 2), (2, 1), (2, 2), (3, 1), (4, 1), (7, 1)] {
            let output = "ranks-\(ranks)-\(threads)"
            try train(configuration, to: output, ranks: ranks, threads: threads)
            #expect(try folder.bytes("\(output)/model.safetensors") == model, "\(output)")
            #expect(try records(output) == metrics, "\(output)")
        }
        // Stopped and gone on with, on other numbers of ranks.
        for (first, then) in [(1, 3), (2, 1), (4, 2)] {
            let output = "stopped-\(first)-\(then)"
            try train(configuration, to: output, ranks: first, stopAfter: 137, expecting: 75)
            #expect(
                !FileManager.default.fileExists(atPath: folder.file("\(output)/model.safetensors")))
            try train(configuration, to: output, ranks: then)
            #expect(try folder.bytes("\(output)/model.safetensors") == model, "\(output)")
            #expect(try records(output) == metrics, "\(output)")
            let last =
                try FileManager.default.contentsOfDirectory(
                    atPath: folder.file("\(output)/checkpoints")
                ).sorted().last ?? ""
            #expect(
                try folder.bytes("\(output)/checkpoints/\(last)")
                    == folder.bytes("alone/checkpoints/\(last)"))
        }
    }

    @Test func aFinishedRunIsLeftAsItIs() throws {
        try train("integer-1.yaml", to: "done", ranks: nil)
        let model = try folder.bytes("done/model.safetensors")
        let metrics = try folder.bytes("done/metrics.jsonl")
        try train("integer-1.yaml", to: "done", ranks: 2)
        #expect(try folder.bytes("done/model.safetensors") == model)
        #expect(try folder.bytes("done/metrics.jsonl") == metrics)
    }

    @Test func float32RunsFinishOnAnyRanks() throws {
        for ranks in [1, 3] {
            try train("float32-2.yaml", to: "float-\(ranks)", ranks: ranks)
            #expect(!(try folder.bytes("float-\(ranks)/model.safetensors")).isEmpty)
        }
    }

    @Test func aBadCheckpointIsNamedAndTheOneBeforeIsUsed() throws {
        try train("integer-1.yaml", to: "alone", ranks: nil)
        try train("integer-1.yaml", to: "torn", ranks: nil, stopAfter: 250, expecting: 75)
        let newest = folder.file("torn/checkpoints/step-0000000250.safetensors")
        var bytes = try Data(contentsOf: URL(filePath: newest))
        bytes[bytes.count / 2] ^= 1
        try bytes.write(to: URL(filePath: newest))
        let run = try train("integer-1.yaml", to: "torn", ranks: 2)
        #expect(run.errors.contains("step-0000000250.safetensors"), "\(run.errors)")
        #expect(
            try folder.bytes("torn/model.safetensors") == folder.bytes("alone/model.safetensors"))
        #expect(try records("torn") == records("alone"))
    }
}
