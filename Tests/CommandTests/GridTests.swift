import Foundation
import ModelFiles
import RBMCore
import Storage
import TestSupport
import Testing

/// A run gives one model file, byte for byte, on every grid of ranks.
@Suite(.launches, .serialized, .timeLimit(.minutes(15))) struct GridTests {
    /// 221 grey cases of 10×14 pixels: batches of 40 leave a short one.
    private static func writeData(to path: String) throws {
        let (cases, units) = (221, 140)
        var bytes: [UInt8] = []
        for n in 0..<cases {
            for i in 0..<units {
                let wave = (i + n % 7) % 9 < 4 ? 190 : 40
                bytes.append(UInt8(truncatingIfNeeded: wave + (n * 31 + i * 17) % 50))
            }
        }
        try writeNPY(bytes, shape: [cases, 10, 14], to: path)
    }

    /// 221 cases of 51 units of three states.
    private static func writeCategories(to path: String) throws {
        let (cases, units) = (221, 51)
        let states = (0..<(cases * units)).map { place in
            let (n, i) = (place / units, place % units)
            return UInt8((i / 5 + n % 4 + (n * 7 + i * 11) % 13 / 11) % 3)
        }
        try writeNPY(states, shape: [cases, units], to: path)
    }

    /// Layers whose hidden units are cut within groups of 480, and what could depend on the cuts.
    private static let layers: [String: String] = [
        "pcd": "[{hidden: 270}]", "one-byte": "[{hidden: 270}]", "cd": "[{hidden: 1100}]",
        "spins": "[{hidden: 530, visible-units: spin, hidden-units: spin}]",
        "dropout": "[{hidden: 270}]", "likelihood": "[{hidden: 200}]", "grey": "[{hidden: 530}]",
        "stack": "[{hidden: 270}, {hidden: 300}, {hidden: 260, hidden-units: spin}]",
        "few": "[{hidden: 70}, {hidden: 40, hidden-units: spin}]",
        "categories": """
        [{visible-units: categorical, hidden: 70, hidden-units: categorical, hidden-categories: 6},
        {hidden: 130}]
        """,
        "tempered": "[{hidden: 270}]",
    ]

    private static let rules: [String: String] = [
        "pcd": "algorithm: pcd, chains: 37, sweeps: 2",
        "one-byte": "algorithm: pcd, chains: 31, momentum: 0.5",
        "cd": """
        algorithm: cd, centering: false, learning-rate: 0.4,
        weight-decay: {l1: 0.0001, l2: 0.001}
        """,
        "spins": "algorithm: pcd, chains: 23, centering: false",
        "dropout": """
        algorithm: cd, momentum: {from: 0.1, to: 0.7, over: 2 epochs}, nesterov: true,
        sparsity: {target: 0.1, cost: 0.2, memory: 0.9}, keep-probability: 0.75,
        early-stop: {gap: 1000, patience: 3}
        """,
        "grey": "algorithm: pcd, chains: 29",
        "likelihood": "algorithm: pcd, chains: 31",
        "stack": "algorithm: pcd, chains: 31",
        "few": "algorithm: pcd, chains: 31, nesterov: true, momentum: 0.4",
        "categories": "algorithm: pcd, chains: 23, momentum: 0.4",
        "tempered": "algorithm: pt, chains: 11",
    ]

    private static func configuration(_ name: String, data: String) -> String {
        let rule = rules[name]!.replacing("\n", with: " ")
        let likelihood = name == "likelihood" ? ", log-likelihood: 7 steps" : ""
        let epochs = name == "stack" ? 2 : name == "tempered" ? 6 : 4
        let reading =
            name == "categories" ? "" : ", binarize: \(name == "grey" ? "none" : "sample")"
        return """
            data: {train: \(data), held-out: 0.1\(reading)}
            layers: \(layers[name]!.replacing("\n", with: " "))
            training: {batch: 40, epochs: \(epochs), seed: 3, \(rule)}
            monitor: {every: 7 steps, cases: 20, pseudo-likelihood-cases: 4\(likelihood)}
            checkpoint: {every: 8 steps}
            arithmetic: \(name == "one-byte" ? "integer-one-byte" : "integer")
            """
    }

    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        try Self.writeData(to: folder.file("data.npy"))
        try Self.writeCategories(to: folder.file("categories.npy"))
        for name in Self.layers.keys {
            let data = folder.file(name == "categories" ? "categories.npy" : "data.npy")
            _ = try folder.write(Self.configuration(name, data: data), to: "\(name).yaml")
        }
    }

    private static func ranks(_ grid: String) -> Int {
        grid.split { "x×".contains($0) }.map { Int($0)! }.reduce(1, *)
    }

    private func train(
        _ name: String, to output: String, grid: String, threads: Int = 1, options: [String] = [],
        expecting status: Int32 = 0
    ) throws {
        let run = try Command.run(
            [
                "train", folder.file("\(name).yaml"), "--output", folder.file(output), "--quiet",
                "--threads", "\(threads)", "--grid", grid,
            ] + options, ranks: Self.ranks(grid))
        #expect(run.status == status, "\(name) \(grid): \(run.words)")
    }

    /// The records without what may differ: times.
    private func records(_ output: String) throws -> [String] {
        String(decoding: try folder.bytes("\(output)/metrics.jsonl"), as: UTF8.self)
            .split(separator: "\n")
            .map { $0.components(separatedBy: ", \"seconds\"")[0] }
    }

    private func expectAlike(_ output: String, _ other: String) throws {
        #expect(
            try folder.bytes("\(output)/model.safetensors")
                == folder.bytes("\(other)/model.safetensors"), "\(output)")
        #expect(try records(output) == records(other), "\(output)")
        #expect(
            try folder.bytes("\(output)/config.yaml") == folder.bytes("\(other)/config.yaml"),
            "\(output)")
        let checkpoints = try FileManager.default.contentsOfDirectory(
            atPath: folder.file("\(other)/checkpoints"))
        #expect(!checkpoints.isEmpty)
        for name in checkpoints {
            #expect(
                try folder.bytes("\(output)/checkpoints/\(name)")
                    == folder.bytes("\(other)/checkpoints/\(name)"), "\(output) \(name)")
        }
    }

    @Test(arguments: ["pcd", "one-byte", "few", "categories", "tempered"])
    func everyGridGivesOneModel(name: String) throws {
        try train(name, to: "alone", grid: "1x1")
        for grid in ["1x2", "2x1", "1x3", "2x2", "3x1", "1×4", "4x1", "2x3"] {
            try train(name, to: grid, grid: grid)
            try expectAlike(grid, "alone")
        }
        try train(name, to: "threads", grid: "1x2", threads: 2)
        try expectAlike("threads", "alone")
    }

    @Test(arguments: ["cd", "spins", "dropout", "grey", "stack", "likelihood"])
    func whatTheLayersLearnByDoesNotMatter(name: String) throws {
        try train(name, to: "alone", grid: "1x1")
        for grid in ["1x2", "2x2", "1x3"] {
            try train(name, to: grid, grid: grid, threads: grid == "1x2" ? 2 : 1)
            try expectAlike(grid, "alone")
        }
    }

    @Test(arguments: ["one-byte", "dropout", "stack", "tempered", "likelihood"])
    func theGridMayChangeAtEveryStop(name: String) throws {
        try train(name, to: "alone", grid: "1x1")
        for (count, grid) in [("5", "1x3"), ("6", "2x2"), ("3", "1x1"), ("4", "1x2")] {
            try train(
                name, to: "stopped", grid: grid, options: ["--stop-after-steps", count],
                expecting: 75)
        }
        try train(name, to: "stopped", grid: "3x1")
        #expect(
            try folder.bytes("stopped/model.safetensors")
                == folder.bytes("alone/model.safetensors"))
        #expect(try records("stopped") == records("alone"))
    }

    // MARK: Starts

    /// Stacks whose upper layer begins as the lower one upside down, with fewer, as many and more units.
    @Test(arguments: [200, 270, 300])
    func aLayerThatBeginsUpsideDownIsTheSame(hidden: Int) throws {
        let more = [
            "--set", "layers.2.hidden=\(hidden)", "--set", "layers.2.hidden-units=bernoulli",
            "--set", "layers.1.hidden=140", "--set", "training.epochs=1",
        ]
        try train("stack", to: "alone", grid: "1x1", options: more)
        for grid in ["1x2", "2x2", "1x3"] {
            try train("stack", to: grid, grid: grid, options: more)
            try expectAlike(grid, "alone")
        }
    }

    @Test func anInitialModelMayHaveBeenOnAnyGrid() throws {
        try train("stack", to: "first", grid: "1x2")
        let start = ["--set", "initial-model=\(folder.file("first/model.safetensors"))"]
        try train("stack", to: "alone", grid: "1x1", options: start)
        for grid in ["1x2", "2x2", "1x3"] {
            try train("stack", to: grid, grid: grid, options: start)
            try expectAlike(grid, "alone")
        }
        try train(
            "few", to: "other", grid: "1x2", options: start, expecting: 78)
    }

    /// The newest checkpoint is damaged, and each rank goes back to the same one before it.
    @Test func aDamagedCheckpointIsFoundByAllRanks() throws {
        try train("stack", to: "alone", grid: "1x1")
        try train(
            "stack", to: "damaged", grid: "1x3", options: ["--stop-after-steps", "17"],
            expecting: 75)
        let path = folder.file("damaged/checkpoints/step-0000000017.safetensors")
        var bytes = try folder.bytes("damaged/checkpoints/step-0000000017.safetensors")
        bytes[bytes.count - 9] ^= 1
        try AtomicFile.write([UInt8](bytes), to: path)
        let run = try Command.run(
            [
                "train", folder.file("stack.yaml"), "--output", folder.file("damaged"), "--quiet",
                "--threads", "1", "--grid", "1x2",
            ], ranks: 2)
        #expect(run.status == 0, "\(run.words)")
        #expect(run.words.contains("going back to") && run.words.contains("checksum"))
        #expect(
            try folder.bytes("damaged/model.safetensors")
                == folder.bytes("alone/model.safetensors"))
        for name in try FileManager.default.contentsOfDirectory(
            atPath: folder.file("damaged/checkpoints"))
        { try AtomicFile.write("no", to: folder.file("damaged/checkpoints/\(name)")) }
        try train("stack", to: "damaged", grid: "1x2", expecting: 66)
    }

    // MARK: Choice

    @Test func trialStepsChooseAGridAndLeaveNoTrace() throws {
        // Five steps an epoch: more than the least for which a trial is worth its time.
        let long = [
            "--set", "training.epochs=70", "--set", "monitor.every=100 steps", "--set",
            "checkpoint.every=100 steps",
        ]
        try train("stack", to: "alone", grid: "1x1", options: long)
        func choose(_ more: [String] = []) throws -> Command.Result {
            try Command.run(
                [
                    "train", folder.file("stack.yaml"), "--output", folder.file("chosen"),
                    "--threads", "1",
                ] + long + more, ranks: 2)
        }
        let stopped = try choose(["--stop-after-steps", "320"])
        #expect(stopped.status == 75, "\(stopped.words)")
        let finished = try choose()
        #expect(finished.status == 0, "\(finished.words)")
        try expectAlike("chosen", "alone")
        let log = String(decoding: try folder.bytes("chosen/log.txt"), as: UTF8.self)
        let choices = log.split(separator: "\n").filter { $0.contains("grid of layer") }
        // Of the first layer too few steps are left after the stop.
        #expect(choices.count == 3, "\(choices)")
        for (layer, choice) in choices.enumerated() {
            #expect(
                choice.contains("grid of layer \(layer)") && choice.contains("1x2 (")
                    && choice.contains("2x1 (") && choice.contains("ms a step"), "\(choice)")
        }
    }

    /// Of the four grids of six ranks the cost model may leave one out, but never the one that shares the cases
    /// alone; trial steps choose among the others.
    @Test func theCostModelLeavesOutGridsOfManyRanks() throws {
        let long = [
            "--set", "layers.0.hidden=400", "--set", "training.epochs=150", "--set",
            "monitor.every=100 steps", "--set", "checkpoint.every=100 steps",
        ]
        try train("pcd", to: "alone", grid: "1x1", options: long)
        let run = try Command.run(
            [
                "train", folder.file("pcd.yaml"), "--output", folder.file("chosen"),
                "--threads", "1",
            ] + long, ranks: 6)
        #expect(run.status == 0, "\(run.words)")
        try expectAlike("chosen", "alone")
        let log = String(decoding: try folder.bytes("chosen/log.txt"), as: UTF8.self)
        let choice = try #require(log.split(separator: "\n").first { $0.contains("grid of layer") })
        let timed = ["6x1 (", "3x2 (", "2x3 (", "1x6 ("].count { choice.contains($0) }
        #expect(timed >= 3 && choice.contains("6x1 ("), "\(choice)")
        #expect(
            choice.contains("which a forecast took from 4 grids") == (timed == 3), "\(choice)")
    }

    @Test func aShortRunChoosesNothing() throws {
        let run = try Command.run(
            ["train", folder.file("pcd.yaml"), "--output", folder.file("short")], ranks: 2)
        #expect(run.status == 0, "\(run.words)")
        #expect(!run.words.contains("grid of layer"))
    }

    // MARK: Golden configurations

    /// The layers of most are smaller than a group of units: a rank then holds them all, and the others
    /// of its row draw the visible units with it.
    @Test(arguments: Golden.pinned, ["1x2", "2x2"])
    func goldenConfigurationsKeepTheirBytes(name: String, grid: String) throws {
        let run = try GoldenRun()
        try run.train(name, to: "run", ranks: Self.ranks(grid), options: ["--grid", grid])
        let record = try GoldenRecord(path: Golden.path("\(name).sha256"))
        #expect(try run.record("run").differences(from: record) == [], "\(name) \(grid)")
    }

    // MARK: Refusals

    @Test(arguments: ["2", "0x2", "2x", "x", "+1x2", "2x2x2", "two", ""])
    func whatIsNoGridIsRefused(grid: String) throws {
        let small = try SmallRun()
        try small.train(options: ["--grid", grid]).expectFault(64, "--grid", "such as 2x4")
    }

    @Test func aGridThatCannotRunIsNamed() throws {
        let small = try SmallRun()
        try small.train(["grid=2"]).expectFault(78, "grid", "such as 2x4")
        try small.train(options: ["--grid", "2x2"]).expectFault(78, "2x2", "4 ranks", "1 rank")
        try small.train(["grid=1x3"], ranks: 2).expectFault(78, "1x3", "3 ranks", "2 ranks")
        try small.train(
            ["layers.0.visible-units=gaussian", "arithmetic=float32", "grid=1x2"], ranks: 2
        ).expectFault(78, "gaussian", "1x2", "`grid: auto`")
    }

    // MARK: float32

    /// After three steps all grids differ by rounding only; later a state may be drawn otherwise.
    @Test func floatsAreThoseOfOneRankWithinRounding() throws {
        let options = ["--set", "arithmetic=float32", "--stop-after-steps", "3"]
        func weights(_ grid: String) throws -> [Float] {
            try train(
                "pcd", to: "floats-\(grid)", grid: grid, options: options, expecting: 75)
            return try Checkpoint(
                path: folder.file("floats-\(grid)/checkpoints/step-0000000003.safetensors")
            ).current.parameters.values
        }
        let alone = try weights("1x1")
        let largest = alone.map(abs).max()!
        for grid in ["1x2", "2x2", "1x3"] {
            let error = zip(alone, try weights(grid)).map { abs($0 - $1) }.max()!
            #expect(largest > 0.01 && error < 1e-5, "\(grid): \(error) of \(largest)")
        }
    }

    @Test func aResumedRunInFloatsSaysThatItsGridIsAnother() throws {
        let floats = ["--set", "arithmetic=float32"]
        func words(_ grid: String, steps: String) throws -> String {
            let run = try Command.run(
                [
                    "train", folder.file("pcd.yaml"), "--output", folder.file("floats"), "--quiet",
                    "--threads", "1", "--grid", grid, "--stop-after-steps", steps,
                ] + floats, ranks: 2)
            #expect(run.status == 75, "\(run.words)")
            return run.words
        }
        #expect(try !words("1x2", steps: "3").contains("last bits"))
        #expect(try !words("1x2", steps: "2").contains("last bits"))
        let other = try words("2x1", steps: "2")
        #expect(other.contains("last bits of float32") && other.contains("grid 1x2"), "\(other)")
        #expect(try !words("2x1", steps: "2").contains("last bits"))
    }
}
