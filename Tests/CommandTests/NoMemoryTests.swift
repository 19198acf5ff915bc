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

        /// What is told before the work is never more than what is held after it, nor much less: beside it
        /// a program has some 40 MB, and the last record of persistent chains a third of all.
        @Test(arguments: [
            (["training.algorithm=cd"], 0.7), ([], 0.5),
            (["training.momentum=0.5", "training.nesterov=true"], 0.5),
            (["arithmetic=integer-one-byte", "training.average=0"], 0.5),
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
