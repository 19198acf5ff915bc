import Foundation
import Storage
import TestSupport
import Testing

/// Each key of `training` as a user sees it: in the records, the model, or a refusal.
@Suite(.launches, .serialized, .timeLimit(.minutes(15))) struct LearningKeysTests {
    private let folder: TemporaryFolder

    /// 220 grey cases of 6×6 pixels in a file; 200 are learned, in 20 steps an epoch.
    init() throws {
        folder = try TemporaryFolder()
        var bytes: [UInt8] = []
        for n in 0..<220 {
            for i in 0..<36 {
                let wave = (i + n % 5) % 7 < 3 ? 200 : 30
                bytes.append(UInt8(truncatingIfNeeded: wave + (n * 29 + i * 13) % 50))
            }
        }
        try writeNPY(bytes, shape: [220, 6, 6], to: folder.file("data.npy"))
        _ = try folder.write(
            """
            data: {train: \(folder.file("data.npy")), held-out: 0.0910, binarize: sample}
            layers:
            - hidden: 17
            training: {batch: 10, chains: batch, epochs: 4, learning-rate: 0.08, average: 0, seed: 6}
            monitor: {every: 5 steps, cases: 20, pseudo-likelihood-cases: 20}
            """, to: "base.yaml")
    }

    @discardableResult
    private func train(
        _ keys: [String], to output: String, ranks: Int? = nil, stopAfter: Int? = nil,
        expecting status: Int32 = 0
    ) throws -> Command.Result {
        let overrides = keys.flatMap { ["--set", $0] }
        let stop = stopAfter.map { ["--stop-after-steps", "\($0)"] } ?? []
        let run = try Command.run(
            ["train", folder.file("base.yaml"), "--output", folder.file(output), "--threads", "1"]
                + overrides + stop, ranks: ranks)
        #expect(run.status == status, "\(keys): \(run.words)")
        return run
    }

    private func records(_ output: String) throws -> [[String: Any]] {
        try String(decoding: folder.bytes("\(output)/metrics.jsonl"), as: UTF8.self)
            .split(separator: "\n").map {
                try #require(
                    JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
            }
    }

    private func values(_ key: String, _ output: String) throws -> [Double] {
        try records(output).map { try #require($0[key] as? Double) }
    }

    private func model(_ output: String) throws -> Data {
        try folder.bytes("\(output)/model.safetensors")
    }

    private func tensor(_ name: String, _ output: String) throws -> [Float] {
        let file = try SafetensorsFile(path: folder.file("\(output)/model.safetensors"))
        return try #require(file.tensors[name]?.floats())
    }

    // MARK: The learning rate

    @Test func theRateFollowsScheduleAndWarmUp() throws {
        func rates(_ keys: String...) throws -> [Double] {
            try train(keys, to: "rates-\(keys)")
            return try values("learning_rate", "rates-\(keys)")
        }
        func expect(_ found: [Double], _ rate: (Double) -> Double) {
            #expect(found.count == 17)
            for (index, value) in found.enumerated() {
                #expect(abs(value / rate(Double(index * 5)) - 1) < 1e-6, "step \(index * 5)")
            }
        }
        expect(try rates("training.schedule={exponential: 0.5}")) { 0.08 * pow(0.5, $0 / 20) }
        expect(try rates("training.schedule={inverse-time: 2}")) { 0.08 / (1 + $0 / 40) }
        expect(try rates("training.schedule=constant", "training.warm-up=1.5 epochs")) {
            0.08 * min(1, ($0 + 1) / 30)
        }
    }

    @Test func aRateThatIsNeverPositiveIsRefused() throws {
        let never = try train(
            [
                "training.learning-rate=1e-45", "training.warm-up=4 epochs",
                "training.schedule={exponential: 1e-30}",
            ], to: "never", expecting: 78)
        #expect(never.errors.contains("the learning rate is 0 at each of the 80 steps"))
        let long = try train(["training.warm-up=81 steps"], to: "long", expecting: 78)
        #expect(long.errors.contains("warm-up of 81 steps is longer than the training of 80"))
        try train(["training.warm-up=80 steps"], to: "whole")
    }

    @Test func epochsMayGrowUnderAScheduleThatDoesNotEnd() throws {
        for schedule in ["{exponential: 0.8}", "{inverse-time: 2}"] {
            let key = "training.schedule=\(schedule)"
            let name = schedule.filter(\.isLetter)
            try train([key, "training.epochs=2"], to: "grown-\(name)")
            try train([key], to: "grown-\(name)")
            try train([key], to: "straight-\(name)")
            // The files name their configurations, which are the same at the end.
            #expect(try model("grown-\(name)") == model("straight-\(name)"))
        }
        try train(["training.epochs=2"], to: "linear")
        let refused = try train([], to: "linear", expecting: 78)
        #expect(refused.errors.contains("training.epochs is 4 here but 2"))
    }

    // MARK: Effects and bits

    /// Every key moves the model; with all of them, ranks and stops still change nothing.
    @Test func everyKeyActsAndKeepsTheBits() throws {
        let base = ["training.schedule=constant", "training.momentum=0.5"]
        try train(base, to: "base")
        let plain = try tensor("layers.0.weights", "base")
        let keys = [
            "training.nesterov=true", "training.momentum={from: 0.1, to: 0.8, over: 2 epochs}",
            "training.warm-up=1 epoch", "training.sparsity={target: 0.1, cost: 0.2}",
            "training.keep-probability=0.7", "data.binarize=sample-once",
            "training.early-stop={gap: 1e-9, patience: 3}",
        ]
        for (index, key) in keys.enumerated() {
            try train(base + [key], to: "key-\(index)")
            #expect(try tensor("layers.0.weights", "key-\(index)") != plain, "\(key)")
        }
        // And these leave the bits as they are.
        for key in [
            "training.keep-probability=1", "training.sparsity={target: 0, cost: 0, memory: 0.5}",
            "training.early-stop={gap: 1e9}", "training.warm-up=0 steps",
            "training.momentum={from: 0.5, to: 0.5, over: 1 epoch}",
        ] {
            try train(base + [key], to: "same")
            #expect(try tensor("layers.0.weights", "same") == plain, "\(key)")
            try FileManager.default.removeItem(atPath: folder.file("same"))
        }

        for algorithm in ["cd", "pcd"] {
            let all =
                base + Array(keys[0..<6]) + [
                    "training.algorithm=\(algorithm)", "training.average=0.4",
                    "layers.1={hidden: 9, propagate: samples, training: {batch: 25, epochs: 3}}",
                    "layers.0.propagate=samples",
                ]
            try train(all, to: "\(algorithm)-1")
            let whole = try model("\(algorithm)-1")
            try train(all, to: "\(algorithm)-3", ranks: 3)
            #expect(try model("\(algorithm)-3") == whole)
            for stop in [90] {
                let output = "\(algorithm)-stop-\(stop)"
                try train(all, to: output, ranks: 2, stopAfter: stop, expecting: 75)
                try train(all, to: output)
                #expect(try model(output) == whole, "\(output)")
            }
        }
    }

    @Test func sparsityMovesTheActivityToItsTarget() throws {
        try train([], to: "free")
        try train(
            ["training.sparsity={target: 0.1, cost: 5, memory: 0.9}", "training.epochs=40"],
            to: "sparse")
        let free = try #require(try values("mean_hidden_activity", "free").last)
        let sparse = try #require(try values("mean_hidden_activity", "sparse").last)
        #expect(free > 0.3)
        #expect(abs(sparse - 0.1) < 0.05)
    }

    @Test func aLayersOwnTrainingIsItsOwn() throws {
        try train(
            ["layers.1={hidden: 9, training: {batch: 50, epochs: 2, learning-rate: 0.01}}"],
            to: "two")
        let records = try records("two")
        let last = [0, 1].map { layer in
            records.last { $0["layer"] as? Int == layer }?["step"] as? Int
        }
        #expect(last == [80, 8])
        let rate = records.first { $0["layer"] as? Int == 1 }?["learning_rate"] as? Double
        #expect(rate == 0.01)
    }

    // MARK: Early stop

    @Test func trainingEndsEarlyWithTheModelBeforeTheGap() throws {
        // Few cases without any structure: they are learned by heart.
        var word: UInt32 = 12345
        let noise = (0..<(220 * 36)).map { _ in
            word = word &* 1_103_515_245 &+ 12345
            return UInt8(truncatingIfNeeded: word >> 16)
        }
        try writeNPY(noise, shape: [220, 6, 6], to: folder.file("noise.npy"))
        let base = [
            "data.train=\(folder.file("noise.npy"))", "data.binarize=threshold",
            "data.held-out=0.8", "monitor.cases=44", "layers.0.hidden=60", "training.epochs=30",
            "training.schedule=constant", "training.learning-rate=0.2",
        ]
        try train(base, to: "full")
        let gaps = try values("free_energy_gap", "full")
        // A limit above which three records in a row are, after one within and before the end.
        func end(_ limit: Double) -> Int? {
            gaps.indices.first { i in
                i + 3 < gaps.count && gaps[i..<(i + 3)].allSatisfy { $0 > limit }
            }
        }
        // A little above a gap, whose last bit a reader of JSON may lose.
        let limit = try #require(gaps.sorted().map { $0 + 1e-6 }.first { end($0) ?? 0 > 2 })
        let first = try #require(end(limit))
        let best = try #require(gaps[..<first].lastIndex { $0 <= limit })
        #expect(best > 0)
        let key = "training.early-stop={gap: \(limit), patience: 3}"
        let run = try train(base + [key], to: "early")
        #expect(try values("free_energy_gap", "early") == Array(gaps[...(first + 2)]))
        #expect(run.output.contains("the model is that of step \(best * 5)"), "\(run.output)")
        // The model is the one that a run of so many steps has.
        try train(base, to: "short", stopAfter: best * 5, expecting: 75)
        let checkpoint = try SafetensorsFile(
            path: folder.file("short/checkpoints/step-")
                + String(format: "%010d", best * 5) + ".safetensors")
        #expect(
            try tensor("layers.0.weights", "early")
                == checkpoint.tensors["layers.0.weights"]?.floats())

        // Stopped on the way and gone on with, before and after the best model: the same bytes.
        for stop in [best * 5 - 3, best * 5 + 7] {
            try train(base + [key], to: "early-\(stop)", ranks: 2, stopAfter: stop, expecting: 75)
            try train(base + [key], to: "early-\(stop)", ranks: 3)
            #expect(try model("early-\(stop)") == model("early"))
        }
        // A run that has ended is left as it is.
        let before = try model("early")
        try train(base + [key], to: "early")
        #expect(try model("early") == before)
        #expect(try values("free_energy_gap", "early").count == first + 3)
    }

    /// The record before the first step does not count: nothing was learned that could overfit.
    @Test func aPatienceOfOneWaitsOneInterval() throws {
        let key = "training.early-stop={gap: 1e-9, patience: 1}"
        let run = try train([key, "data.held-out=0.5"], to: "impatient")
        let steps = try values("step", "impatient")
        #expect(steps.count >= 2 && steps[0] == 0 && steps[1] > 0)
        // No record was within the gap: the last model is all there is.
        #expect(run.output.contains("the model is that of step \(Int(steps[1]))"), "\(run.output)")
    }

    @Test func anEarlyStopThatCannotActIsRefused() throws {
        let run = try train(
            ["training.early-stop={gap: 1, patience: 2}", "data.held-out=0.0001"], to: "blind",
            expecting: 78)
        #expect(run.errors.contains("of so few cases holds out none"), "\(run.words)")
    }

    // MARK: Warm start

    @Test func aWarmStartBeginsAtTheModel() throws {
        try train([], to: "first")
        let file = folder.file("first/model.safetensors")
        try train(
            ["initial-model=\(file)", "training.learning-rate=1e-9", "training.epochs=1"],
            to: "warm")
        let (a, b) = (
            try tensor("layers.0.weights", "first"), try tensor("layers.0.weights", "warm")
        )
        #expect(zip(a, b).allSatisfy { abs($0 - $1) < 1e-6 } && a != b)
        // One with more layers than the file: the lower ones start there.
        try train(
            [
                "initial-model=\(file)", "training.learning-rate=1e-9", "training.epochs=1",
                "layers.1={hidden: 4}",
            ], to: "taller", ranks: 2)
        let c = try tensor("layers.0.weights", "taller")
        #expect(zip(a, c).allSatisfy { abs($0 - $1) < 1e-6 })

        let misfit = try train(
            ["initial-model=\(file)", "layers.0.hidden=18"], to: "misfit", expecting: 78)
        #expect(misfit.errors.contains("36 bernoulli × 17 bernoulli units"), "\(misfit.errors)")
        let kinds = try train(
            ["initial-model=\(file)", "layers.0.hidden-units=spin"], to: "misfit", expecting: 78)
        #expect(kinds.errors.contains("initial-model"), "\(kinds.errors)")
        let biases = try train(
            ["initial-model=\(file)", "layers.0.biases=false"], to: "misfit", expecting: 78)
        #expect(biases.errors.contains("has biases"), "\(biases.errors)")
        try train(["initial-model=\(folder.file("none"))"], to: "misfit", expecting: 65)
        try train(["initial-model=\(folder.file("data.npy"))"], to: "misfit", expecting: 65)
        #expect(!FileManager.default.fileExists(atPath: folder.file("misfit")))
    }

    // MARK: Dropout

    /// What a checkpoint holds are the weights in training; those who use it scale them.
    @Test func aCheckpointUnderDropoutIsUsedWithScaledWeights() throws {
        try train(["training.keep-probability=0.5"], to: "drop", stopAfter: 40, expecting: 75)
        let path = folder.file("drop/checkpoints/step-0000000040.safetensors")
        let inspected = try Command.run(["inspect", path, "--json"])
        #expect(inspected.status == 0, "\(inspected.words)")
        let weights = try #require(
            SafetensorsFile(path: path).tensors["layers.0.weights"]?.floats())
        let norm = weights.reduce(0.0) { $0 + Double($1 * $1) }.squareRoot()
        let object = try #require(
            JSONSerialization.jsonObject(
                with: Data(inspected.output.split(separator: "\n").last!.utf8)) as? [String: Any])
        let layers = try #require(object["layers"] as? [[String: Any]])
        let found = try #require(layers[0]["weight_norm"] as? Double)
        #expect(abs(found / (norm / 2) - 1) < 1e-5)
    }
}
