import Foundation
import Storage
import TestSupport
import Testing

#if os(Linux)
    /// A machine that is larger than the memory that there is.
    @Suite(.launches, .serialized) struct NoMemoryTests {
        /// Starts the program where a process may have 300 MB, with a configuration whose layer has 100
        /// million weights, 400 MB.
        private func start(_ words: [String], ranks: Int = 1) throws -> Program.Result {
            let small = try SmallRun()
            try writeNPY(
                SmallRun.bits(cases: 20, units: 1000), shape: [20, 1000], to: small.data)
            let script = "ulimit -v 300000; exec \"$@\""
            let launcher =
                ranks == 1
                ? [] : ["mpirun", "-np", "\(ranks)", "--oversubscribe", "--bind-to", "none"]
            let run = try Program.start(
                launcher + ["bash", "-c", script, "limited", Command.program]
                    + words.map { word in
                        switch word {
                        case "RUN": small.configuration
                        case "FOLDER": small.folder.file("run")
                        default: word
                        }
                    },
                seconds: 60)
            #expect(!small.has("run"), "something was written")
            return run
        }

        private static let train = [
            "train", "RUN", "--quiet", "--threads", "1", "--set", "layers.0.hidden=100000",
            "--output", "FOLDER",
        ]

        @Test func whatIsNotForeseenSaysWhatItAskedFor() throws {
            try start([
                "bench", "step", "--visible", "1000", "--hidden", "100000", "--batch", "10",
                "--steps", "1", "--threads", "1",
            ]).expectFault(
                71, "no memory: ", " bytes were asked for; the host has ",
                "the process may have 307200000 in all (ulimit -v)")
        }

        /// 100 million weights of 4 bytes are 382 MB of 2²⁰ bytes, and rounded to 2 bytes 191 MB.
        @Test func aTrainingThatCannotFitIsRefusedBeforeItsWork() throws {
            try start(Self.train).expectFault(
                71, "no memory: rank 0 on ", "the limit of the process (ulimit -v) leaves ",
                "parameters 382 MB", "rounded weights 191 MB", "--grid 1x4")
            let two = try start(Self.train, ranks: 2)
            #expect(two.status == 71, "\(two.words)")
            #expect(two.errors.contains("wilson: error: no memory: rank 0 on "), "\(two.words)")
        }

        /// A file of 400 MB that has no blocks on the disk.
        @Test func aModelThatCannotFitIsNotRead() throws {
            let folder = try TemporaryFolder()
            let model = folder.file("large.safetensors")
            _ = FileManager.default.createFile(atPath: model, contents: nil)
            try FileHandle(forWritingTo: URL(filePath: model)).truncate(atOffset: 400 << 20)
            for words in [
                ["evaluate", model, "--data", "x.npy"],
                [
                    "transform", model, "--data",
                    "x.npy", "--output", folder.file("y.npy"),
                ],
            ] {
                try start(words + ["--threads", "1"]).expectFault(
                    71, "no memory: rank 0 on ", "at least 800 MB", "the model 800 MB")
            }
        }

        /// Two ranks divide 800 MB of weights, and hold them twice while they take them in.
        @Test func columnsThatCannotFitAreNotRead() throws {
            let folder = try TemporaryFolder()
            let model = folder.file("large.safetensors")
            func tensor(_ name: String, _ shape: [Int], at place: Int) -> (text: String, end: Int) {
                let end = place + 4 * shape.reduce(1, *)
                return (
                    "\"layers.0.\(name)\":{\"dtype\":\"F32\",\"shape\":\(shape),"
                        + "\"data_offsets\":[\(place),\(end)]}", end
                )
            }
            let weights = tensor("weights", [10_000, 20_000], at: 0)
            let visible = tensor("visible_bias", [10_000], at: weights.end)
            let hidden = tensor("hidden_bias", [20_000], at: visible.end)
            let kinds = ["visible", "hidden"].map {
                "\"layers.0.\($0)_units\":\"bernoulli\""
            }.joined(separator: ",")
            let tensors = [weights, visible, hidden].map(\.text).joined(separator: ",")
            var header = "{\"__metadata__\":{\(kinds)},\(tensors)}"
            header += String(repeating: " ", count: 7 - (header.utf8.count + 7) % 8)
            let bytes = Bytes.safetensors(header: header, data: [])
            try Data(bytes).write(to: URL(filePath: model))
            // The tensors have no blocks on the disk.
            try FileHandle(forWritingTo: URL(filePath: model)).truncate(
                atOffset: UInt64(bytes.count + hidden.end))
            for words in [
                ["evaluate", model, "--data", "x.npy"],
                [
                    "sample", model, "--count", "2", "--sweeps", "1", "--output",
                    folder.file("s.npy"),
                ],
            ] {
                let run = try start(words + ["--threads", "1", "--grid", "1x2"], ranks: 2)
                #expect(run.status == 71, "\(run.words)")
                #expect(
                    run.errors.contains("needs at least 767 MB")
                        && run.errors.contains("Rank 0 needs for the model 767 MB"), "\(run.words)")
            }
        }

        @Test func aCheckpointThatCannotFitIsNotRead() throws {
            let folder = try TemporaryFolder()
            let checkpoint = folder.file("step-0000000001.safetensors")
            _ = FileManager.default.createFile(atPath: checkpoint, contents: nil)
            try FileHandle(forWritingTo: URL(filePath: checkpoint)).truncate(atOffset: 400 << 20)
            try start(["train", "RUN", "--quiet", "--output", "FOLDER", "--resume", checkpoint])
                .expectFault(71, "no memory: rank 0 on ", "Rank 0 needs for the checkpoint 800 MB")
        }

        /// 400,000 cases of 1,000 zeros, which take 400 KB of the disk.
        @Test func dataThatAreTooLargeDecompressedAreNotRead() throws {
            let folder = try TemporaryFolder()
            let data = folder.file("large.npy.gz")
            let header =
                "{'descr': '|u1', 'fortran_order': False, 'shape': (400000, 1000), }          \n"
            let made = try Program.start([
                "bash", "-c",
                "{ printf '\\x93NUMPY\\x01\\x00\\x\(String(header.utf8.count, radix: 16))\\x00%s\\n' "
                    + "\"$1\"; head -c 400000000 /dev/zero; } | gzip -1 > \"$2\"",
                "-", String(header.dropLast()), data,
            ])
            #expect(made.status == 0, "\(made.words)")
            try start([
                "train", "RUN", "--quiet", "--output", "FOLDER", "--set", "data.train=\(data)",
            ]).expectFault(
                71, "no memory: rank 0 on ", "needs for the decompressed data 382 MB",
                "Decompress \(data) first")
        }

        /// Files of some kilobytes that become 400 MB, by whichever command they are read.
        @Test(arguments: [
            ["inspect", "DATA"], ["defaults", "--for", "DATA"], ["compare", "DATA", "DATA"],
            ["train", "RUN", "--quiet", "--output", "FOLDER", "--set", "data.weights=DATA"],
            [
                "sample", "MODEL", "--clamp", "DATA", "--count", "2", "--sweeps", "1", "--output",
                "s.npy",
            ],
            ["evaluate", "MODEL", "--data", "DATA"],
            ["manifold", "embed", "--data", "CASES", "--labels", "DATA"],
        ]) func noReaderTakesWhatThereIsNot(words: [String]) throws {
            let small = try SmallRun()
            let model = try words.contains("MODEL") ? small.model() : ""
            let data = small.folder.file("large.csv.gz")
            // gzip files one after the other are one file.
            let made = try Program.start([
                "bash", "-c",
                "yes 0,1,0,1,0,1,0,1,0 | head -c 20000000 | gzip -1 > \"$1.part\"; "
                    + "for n in {1..20}; do cat \"$1.part\"; done > \"$1\"", "-", data,
            ])
            #expect(made.status == 0, "\(made.words)")
            let given = words.map { word in
                switch word {
                case "MODEL": model
                case "CASES": small.data
                default: word.replacing("DATA", with: data)
                }
            }
            let run = try start(given)
            #expect(run.status == 71, "\(run.words)")
            #expect(run.errors.contains(" MB"), "\(run.words)")
            #expect(
                run.errors.contains("the limit of the process (ulimit -v) leaves"), "\(run.words)")
        }

        /// A newest checkpoint of a terabyte without blocks on the disk is passed over like a damaged one; where
        /// no other is there, nobody is told to remove it.
        @Test(arguments: [1, 2]) func anAbsurdlyLargeCheckpointIsPassedOver(ranks: Int) throws {
            let small = try SmallRun()
            try small.succeed(["layers.0.hidden=70"], to: "whole")
            let settings = ["layers.0.hidden=70"] + (ranks == 2 ? ["grid=1x2"] : [])
            let first = try small.train(
                settings, options: ["--stop-after-steps", "6"], ranks: ranks)
            #expect(first.status == 75, "\(first.words)")
            let folder = small.folder.file("run/checkpoints")
            let end = 1 << 40
            let header =
                "{\"layers.0.weights\":{\"dtype\":\"F32\",\"shape\":[\(1 << 19),\(1 << 19)],"
                + "\"data_offsets\":[0,\(end)]}}"
            let padded = header + String(repeating: " ", count: 7 - (header.utf8.count + 7) % 8)
            let bytes = Bytes.safetensors(header: padded, data: [])
            let large = folder + "/step-0000000007.safetensors"
            try Data(bytes).write(to: URL(filePath: large))
            try FileHandle(forWritingTo: URL(filePath: large)).truncate(
                atOffset: UInt64(bytes.count + end))
            for name in try FileManager.default.contentsOfDirectory(atPath: folder)
            where !name.contains("0007") {
                try FileManager.default.moveItem(
                    atPath: folder + "/" + name, toPath: small.folder.file(name))
            }
            let alone = try small.train(settings, ranks: ranks)
            #expect(alone.status == 71, "\(alone.words)")
            #expect(!alone.errors.contains("remove them"), "\(alone.words)")
            #expect(alone.errors.contains(large), "\(alone.words)")

            let newest = "step-0000000006.safetensors"
            try FileManager.default.moveItem(
                atPath: small.folder.file(newest), toPath: folder + "/" + newest)
            let run = try small.train(settings, ranks: ranks)
            #expect(run.status == 0, "\(run.words)")
            #expect(
                run.errors.contains("going back to \(folder)/\(newest): \(large)"),
                "\(run.errors)")
            #expect(run.errors.contains("the host has "), "\(run.errors)")
            #expect(
                try small.folder.bytes("run/model.safetensors")
                    == small.folder.bytes("whole/model.safetensors"))
        }

        /// Two ranks divide 16 million weights; what they receive of each other's columns in records is a sixth
        /// of what they hold.
        @Test(arguments: ["training.algorithm=cd", "training.algorithm=pcd"])
        func theEstimateCountsWhatOtherRanksLend(setting: String) throws {
            let small = try SmallRun()
            try writeNPY(
                SmallRun.bits(cases: 600, units: 800), shape: [600, 800], to: small.data)
            func run(_ options: [String]) throws -> String {
                let run = try Command.run(
                    [
                        "train", small.configuration, "--threads", "1", "--no-events", "--output",
                        small.folder.file("run"), "--set", "layers.0.hidden=20000", "--set",
                        "training.batch=200", "--set", "grid=1x2", "--set", setting,
                        "--set", "monitor.cases=200",
                    ] + options, ranks: 2, seconds: 120)
                #expect(run.status == 0, "\(run.words)")
                return run.output + run.errors
            }
            func number(after words: String, in text: String) throws -> Double {
                let start = try #require(text.range(of: words), "\(text)").upperBound
                return try #require(Double(text[start...].prefix { $0.isNumber }))
            }
            let told = try number(after: "memory   at least ", in: run(["--check"]))
            let held = try number(after: "peak memory of a rank: ", in: run([]))
            #expect(told <= held, "told \(told) MB, held \(held) MB")
            #expect(told >= 0.78 * (held - 45), "told \(told) MB, held \(held) MB")
        }

        /// What is told before the work is never more than what is held after it, nor much less: beside it
        /// a program has some 40 MB.
        @Test(arguments: [
            (["training.algorithm=cd"], 0.7), ([], 0.75),
            (["training.momentum=0.5", "training.nesterov=true"], 0.75),
            (["arithmetic=integer-one-byte", "training.average=0"], 0.7),
            (["arithmetic=float32", "training.algorithm=cd"], 0.6),
        ])
        func theEstimateIsBelowWhatIsHeld(settings: [String], share: Double) throws {
            let small = try SmallRun()
            try writeNPY(
                SmallRun.bits(cases: 100, units: 3000), shape: [100, 3000], to: small.data)
            let words =
                [
                    "train", small.configuration, "--threads", "1", "--no-events", "--output",
                    small.folder.file("run"), "--set", "layers.0.hidden=3000",
                ] + settings.flatMap { ["--set", $0] }
            func number(after words: String, in run: Command.Result) throws -> Double {
                let text = run.output + run.errors
                let start = try #require(text.range(of: words), "\(run.words)").upperBound
                return try #require(Double(text[start...].prefix { $0.isNumber }))
            }
            let told = try number(
                after: "memory   at least ", in: Command.run(words + ["--check"], seconds: 60))
            let held = try number(
                after: "peak memory of a rank: ", in: Command.run(words, seconds: 120))
            #expect(told <= held, "told \(told) MB, held \(held) MB")
            #expect(told >= share * (held - 45), "told \(told) MB, held \(held) MB")
        }
    }
#endif
