import Foundation
import Storage
import TestSupport
import Testing

/// `checkpoint: {best: METRIC}`, which keeps one checkpoint more.
@Suite(.launches) struct BestCheckpointTests {
    private static let metric = "reconstruction_cross_entropy"
    /// Records every three steps, and checkpoints every five: the best comes between two.
    private static let settings = [
        "checkpoint={every: 5 steps, keep: 2, best: \(metric)}", "monitor.every=3 steps",
        "training.epochs=6", "training.learning-rate=0.4",
    ]
    private static let best = "checkpoints/best-layer-0.safetensors"

    /// The step of the record with the least value after the first model.
    private func bestStep(_ small: SmallRun) throws -> Int {
        let lines = try String(
            contentsOfFile: small.folder.file("run/metrics.jsonl"), encoding: .utf8)
        let records = try lines.split(separator: "\n").map { line in
            try #require(
                try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
        }
        let found = records.filter { ($0["step"] as? Int ?? 0) > 0 }.min {
            ($0[Self.metric] as? Double ?? .nan) < ($1[Self.metric] as? Double ?? .nan)
        }
        return try #require(found?["step"] as? Int)
    }

    @Test func theCheckpointOfTheBestRecordStays() throws {
        let small = try SmallRun()
        #expect(try small.train(Self.settings).status == 0)
        let step = try bestStep(small)
        let file = small.folder.file("run/\(Self.best)")
        let shown = try Command.run(["inspect", file, "--json"])
        #expect(shown.status == 0, "\(shown.words)")
        let bytes = try small.folder.bytes("run/\(Self.best)")
        let header = String(decoding: bytes.prefix(20_000), as: UTF8.self)
        #expect(header.contains("\"total_steps\":\"\(step)\""), "step \(step): \(header)")
        #expect(header.contains("\"best_record\":\"\(Self.metric) "))
        // One goes on from it by its name.
        let run = try small.train(Self.settings, output: "again", options: ["--resume", file])
        #expect(run.status == 0, "\(run.words)")
        #expect(
            try small.folder.bytes("again/model.safetensors")
                == small.folder.bytes("run/model.safetensors"))
    }

    /// Another run of the same steps, by parts and on two ranks, keeps the same bytes.
    @Test func itIsTheSameOnAnyRanksAndByParts() throws {
        let small = try SmallRun()
        #expect(try small.train(Self.settings).status == 0)
        let first = try small.train(
            Self.settings, output: "parts", options: ["--stop-after-steps", "8"], ranks: 2)
        #expect(first.status == 75, "\(first.words)")
        let second = try small.train(Self.settings, output: "parts")
        #expect(second.status == 0, "\(second.words)")
        for name in [Self.best, "model.safetensors"] {
            let (parts, whole) = ("parts/\(name)", "run/\(name)")
            #expect(try small.folder.bytes(parts) == small.folder.bytes(whole), "\(name)")
        }
    }

    @Test func theModelIsThatOfARunWithoutIt() throws {
        let small = try SmallRun()
        #expect(try small.train(Self.settings).status == 0)
        let settings = Self.settings.map {
            $0.replacingOccurrences(of: ", best: \(Self.metric)", with: "")
        }
        let plain = try small.train(settings, output: "plain")
        #expect(plain.status == 0, "\(plain.words)")
        #expect(!small.has("plain/\(Self.best)"))
        for name in ["run", "plain"] {
            let newest = small.names("\(name)/checkpoints").filter { $0.hasPrefix("step-") }
            #expect(newest.count == 2 && newest.last == "step-0000000024.safetensors", "\(newest)")
        }
        // The files differ in the configuration that they hold.
        let weights = try ["run", "plain"].map { name in
            try SafetensorsFile(path: small.folder.file("\(name)/model.safetensors"))
                .tensors["layers.0.weights"]?.bytes
        }
        #expect(weights[0] != nil && weights[0] == weights[1])
    }

    @Test func aMetricThatIsNotMeasuredIsRefused() throws {
        let small = try SmallRun()
        try small.train(["checkpoint.best=log_likelihood_held_out"]).expectFault(
            78, "checkpoint.best", "set monitor.log-likelihood")
        try small.train(
            ["checkpoint.best=pseudo_log_likelihood_held_out", "data.held-out=0"]
        ).expectFault(78, "checkpoint.best", "data.held-out is 0")
    }
}
