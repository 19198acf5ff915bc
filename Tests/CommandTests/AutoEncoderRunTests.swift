import Foundation
import Storage
import TestSupport
import Testing

/// Runs of `autoencoder train` with held-out cases and schedules, stopped anywhere and gone on with.
@Suite(.launches, .timeLimit(.minutes(15))) struct AutoEncoderRunTests {
    private let folder: TemporaryFolder
    private let data: String

    init() throws {
        folder = try TemporaryFolder()
        data = folder.file("bars.npy")
        try writeBars(60, to: data, classes: folder.file("classes.npy"))
    }

    /// Two layers of two epochs of three batches.
    private var words: [String] {
        [
            "autoencoder", "train", "--data", data, "--hidden", "7,5", "--contraction", "0.02",
            "--corruption", "0.1", "--epochs", "2", "--batch-size", "20", "--held-out", "0.25",
            "--schedule", "{exponential: 0.7}", "--warm-up", "2 steps", "--momentum",
            "{from: 0.5, to: 0.9, over: 1 epoch}", "--threads", "1",
        ]
    }

    private func bytes(_ path: String) throws -> Data { try Data(contentsOf: URL(filePath: path)) }

    private func object(_ arguments: [String], ranks: Int? = nil) throws -> [String: Any] {
        let run = try Command.run(arguments + ["--json"], ranks: ranks)
        #expect(run.status == 0, "\(run.words)")
        let found = try JSONSerialization.jsonObject(with: Data(run.output.utf8))
        return try #require(found as? [String: Any])
    }

    /// The records without what a clock measures.
    private func records(_ run: String) throws -> [NSDictionary] {
        try String(contentsOfFile: run + "/metrics.jsonl", encoding: .utf8)
            .split(separator: "\n").map { line in
                var values = try #require(
                    JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
                for key in ["seconds", "samples_per_second"] { values.removeValue(forKey: key) }
                return NSDictionary(dictionary: values)
            }
    }

    /// After every step but the last, within an epoch and between two, on one rank and on several.
    @Test func runsGoOnAfterAnyStep() throws {
        let whole = folder.file("whole")
        let report = try object(words + ["--run", whole])
        let found = try records(whole)
        #expect(found.count == 4 && report["held_out_cases"] as? Int == 15)
        #expect(report["cases"] as? Int == 45)
        let layers = try #require(report["layers"] as? [[String: Any]])
        for (number, record) in found.enumerated() {
            let layer = layers[number / 2]
            for (key, name) in [
                ("reconstruction_error_held_out", "held_out_errors"),
                ("reconstruction_error_gap", "held_out_gaps"),
            ] {
                let values = try #require(layer[name] as? [Double])
                #expect(values.count == 2 && record[key] as? Double == values[number % 2])
            }
        }
        // The rate of the step after an epoch of three, and after two.
        #expect(abs(try #require(found[0]["learning_rate"] as? Double) - 0.05 * 0.7) < 1e-8)
        #expect(abs(try #require(found[1]["learning_rate"] as? Double) - 0.05 * 0.49) < 1e-8)
        let model = try bytes(whole + "/model.safetensors")
        for steps in 1..<12 {
            let stopped = folder.file("stopped-\(steps)")
            let first = try Command.run(
                words + ["--run", stopped, "--stop-after-steps", "\(steps)"],
                ranks: steps % 4 == 2 ? 2 : nil)
            #expect(first.status == 75, "\(first.words)")
            #expect(first.errors.contains("stopped after step \((steps - 1) % 6 + 1) of layer"))
            let digits = steps < 10 ? "0\(steps)" : "\(steps)"
            #expect(Folder.isFile(stopped + "/checkpoints/step-00000000\(digits).safetensors"))
            #expect(try records(stopped) == Array(found.prefix(steps / 3)))
            let second = try Command.run(
                words + ["--run", stopped], ranks: steps % 4 == 0 ? 3 : nil)
            #expect(second.status == 0, "\(second.words)")
            #expect(try records(stopped) == found)
            #expect(try bytes(stopped + "/model.safetensors") == model)
        }
        // A file alone goes on likewise.
        let file = folder.file("one.safetensors")
        let first = try Command.run(words + ["--output", file, "--stop-after-steps", "4"])
        #expect(first.status == 75 && first.errors.contains("--resume"), "\(first.words)")
        #expect(try Command.run(words + ["--output", file, "--resume"], ranks: 2).status == 0)
        #expect(try bytes(file) == model)

        let page = try Command.run(["report", whole])
        #expect(page.status == 0, "\(page.words)")
        let html = try String(contentsOfFile: whole + "/report.html", encoding: .utf8)
        for text in ["reconstruction error held out", "reconstruction error gap"] {
            #expect(html.contains(text), "\(text)")
        }
        let log = try String(contentsOfFile: whole + "/log.txt", encoding: .utf8)
        #expect(log.contains("and 15 held out") && log.contains("gap"))
        // Other held-out cases make another training.
        let other = try Command.run(words + ["--run", whole, "--held-out", "0.5"])
        #expect(other.status == 78, "\(other.words)")
        #expect(other.errors.contains("autoencoder.held_out: 0.25 there, 0.5 here"))
        let none = try Command.run(words + ["--output", file, "--resume", "--held-out", "0"])
        #expect(none.status == 65 && none.errors.contains("autoencoder.cases"), "\(none.words)")
        let constant = try Command.run(
            words + ["--output", file, "--resume", "--schedule", "constant"])
        #expect(
            constant.status == 65 && constant.errors.contains("`{exponential: 0.7}`"),
            "\(constant.words)")
    }

    /// The error of a file of held-out cases is that of its definition.
    @Test func heldOutCasesAreMeasured() throws {
        let held = folder.file("held.npy")
        try writeBars(23, to: held, classes: folder.file("others.npy"))
        let file = folder.file("one.safetensors")
        let report = try object([
            "autoencoder", "train", "--data", data, "--held-out", held, "--hidden", "9",
            "--epochs", "5", "--batch-size", "20", "--contraction", "0.1", "--output", file,
        ])
        #expect(report["cases"] as? Int == 60 && report["held_out_cases"] as? Int == 23)
        let layer = try #require((report["layers"] as? [[String: Any]])?.first)
        let errors = try #require(layer["held_out_errors"] as? [Double])
        #expect(errors.count == 5 && errors[4] < errors[0])
        let tensors = try SafetensorsFile(path: file).tensors
        func floats(_ name: String) throws -> [Double] {
            try #require(tensors[name]).bytes.chunks(of: 4).map { Double(Float(littleEndian: $0)) }
        }
        let weights = try floats("layers.0.weights")
        let (visible, hidden) = (
            try floats("layers.0.visible_bias"), try floats("layers.0.hidden_bias")
        )
        let values = [UInt8](try bytes(held).suffix(23 * 36 * 4)).chunks(of: 4)
            .map { Double(Float(littleEndian: $0)) }
        func logistic(_ field: Double) -> Double { 1 / (1 + exp(-field)) }
        var sum = 0.0
        for number in 0..<23 {
            let x = Array(values[(36 * number)..<(36 * number + 36)])
            var h = [Double](repeating: 0, count: 9)
            for unit in 0..<9 {
                var field = hidden[unit]
                for pixel in 0..<36 { field += x[pixel] * weights[9 * pixel + unit] }
                h[unit] = logistic(field)
            }
            for pixel in 0..<36 {
                var field = visible[pixel]
                for unit in 0..<9 { field += h[unit] * weights[9 * pixel + unit] }
                let r = logistic(field)
                sum -= x[pixel] * log(r) + (1 - x[pixel]) * log(1 - r)
            }
        }
        // The file is float32.
        #expect(abs(errors[4] - sum / 23) < 1e-5 * errors[4], "\(errors[4]), \(sum / 23)")
        // They change nothing of what is learned.
        let alone = folder.file("alone.safetensors")
        _ = try object([
            "autoencoder", "train", "--data", data, "--hidden", "9", "--epochs", "5",
            "--batch-size", "20", "--contraction", "0.1", "--output", alone,
        ])
        #expect(
            try SafetensorsFile(path: alone).tensors["layers.0.weights"]
                == tensors["layers.0.weights"])
        let gaps = try #require(layer["held_out_gaps"] as? [Double])
        #expect(abs(gaps[4]) < 0.5 * errors[4])

        try writeNPY([Float](repeating: 1, count: 35), shape: [1, 35], to: held)
        let misfit = try Command.run([
            "autoencoder", "train", "--data", data, "--held-out", held, "--hidden", "9", "--output",
            file,
        ])
        #expect(misfit.status == 65 && misfit.errors.contains("have the shape [35]"))
    }

    /// A state that the first version with such files wrote is gone on with.
    @Test func earlierStatesAreRead() throws {
        let file = folder.file("old.safetensors")
        try bytes(Golden.path("auto-encoders/epoch-4-of-6.safetensors"))
            .write(to: URL(filePath: file))
        let words = [
            "autoencoder", "train", "--data", data, "--hidden", "7,5", "--contraction", "0.02",
            "--epochs", "3", "--batch-size", "20",
        ]
        let old = try object(words + ["--output", file, "--resume"])
        let new = try object(words + ["--output", folder.file("new.safetensors")])
        func errors(_ report: [String: Any]) throws -> [Double] {
            try #require(report["layers"] as? [[String: Any]])
                .flatMap { try #require($0["errors"] as? [Double]) }
        }
        let (found, expected) = (try errors(old), try errors(new))
        #expect(found.count == 6 && expected.count == 6)
        // The last bits of a product are those of the processor.
        for (a, b) in zip(found, expected) { #expect(abs(a - b) < 1e-6 * b) }
    }

    /// Long enough that something may happen to it, with 200 steps an epoch.
    private func longRun(_ output: String) throws -> [String] {
        let cases = folder.file("many.npy")
        if !Folder.isFile(cases) {
            try writeBars(2000, to: cases, classes: folder.file("classes-of-many.npy"))
        }
        return [
            "autoencoder", "train", "--data", cases, "--hidden", "400", "--epochs", "8",
            "--batch-size", "10", "--held-out", "0.1", "--threads", "1", "--run",
            folder.file(output),
        ]
    }

    /// Starts a run under a shell that does something to its ranks once it has a record.
    ///
    /// - Parameter script: Finds the numbers of the processes in $ranks, the newest last.
    private func disturbed(
        _ output: String, ranks: Int, floor: String, _ script: String
    ) throws -> Program.Result {
        let words = ([Command.program] + (try longRun(output))).joined(separator: " ")
        return try Program.start(
            [
                "env", "--default-signal", "bash", "-c",
                """
                set -m
                mpirun -np \(ranks) \(words) & run=$!
                for i in $(seq 400); do
                    [ -s \(folder.file(output))/metrics.jsonl ] && break; sleep 0.05
                done
                ranks=$(pgrep -f -- '^\(Command.program).*\(folder.file(output))')
                \(script)
                wait $run
                """,
            ], environment: ["WILSON_WATCHDOG": floor])
    }

    @Test func signalsAndTimeStopARun() throws {
        let whole = try Command.run(try longRun("whole"))
        #expect(whole.status == 0, "\(whole.words)")
        let model = try bytes(folder.file("whole/model.safetensors"))
        // One rank alone is told.
        let told = try disturbed(
            "told", ranks: 2, floor: "off", "kill -TERM $(tail -n 1 <<<\"$ranks\")")
        #expect(told.errors.contains("received SIGTERM"), "\(told.words)")
        #expect(told.errors.contains("stopped after step"), "\(told.words)")
        #expect(try Command.run(try longRun("told")).status == 0)
        #expect(try bytes(folder.file("told/model.safetensors")) == model)

        // The end of a Slurm job, long past, stops the run after its first step.
        let slurm = try Command.run(
            try longRun("late"), environment: ["SLURM_JOB_END_TIME": "1000000000"])
        #expect(slurm.status == 75, "\(slurm.words)")
        #expect(slurm.errors.contains("the time of the run is over"), "\(slurm.words)")
        #expect(slurm.errors.contains("stopped after step 1 of layer 0"), "\(slurm.words)")
        let late = try Command.run(try longRun("late") + ["--max-time", "00:00:01"], ranks: 2)
        #expect(late.status == 75, "\(late.words)")
        #expect(late.errors.contains("stopped after step 2 of layer 0"), "\(late.words)")
        #expect(try Command.run(try longRun("late")).status == 0)
        #expect(try bytes(folder.file("late/model.safetensors")) == model)
    }

    @Test func aStoppedRankIsNamed() throws {
        let run = try disturbed(
            "stopped", ranks: 2, floor: "0.5", "kill -STOP $(tail -n 1 <<<\"$ranks\")")
        #expect(run.status == 74, "\(run.words)")
        #expect(run.errors.contains("is stopped by a signal, in the "), "\(run.words)")
        #expect(
            run.errors.contains("The same command goes on from the newest checkpoint"),
            "\(run.words)")
        let log = try String(contentsOfFile: folder.file("stopped/log.txt"), encoding: .utf8)
        #expect(log.contains("error: no progress"), "\(log)")
        #expect(try Command.run(try longRun("stopped")).status == 0)
        #expect(try Command.run(try longRun("whole")).status == 0)
        #expect(
            try folder.bytes("stopped/model.safetensors")
                == folder.bytes("whole/model.safetensors"))
    }

    @Test(arguments: [
        (["--schedule", "lineal"], "did you mean `linear`?"),
        (["--schedule", "{exponential: 2}"], "above 0 and at most 1"),
        (["--schedule", ""], "is empty"),
        (["--schedule", "linear", "--final-learning-rate", "0"], "either --schedule"),
        (["--warm-up", "3"], "`N steps` or `N epochs`"),
        (["--warm-up", "1 minute"], "would make the result depend on the machine"),
        (["--warm-up", "3 epochs"], "longer than the training of 2 epochs"),
        (["--momentum", "1"], "from 0 to below 1"),
        (["--momentum", "{from: 0.5}"], "to: "),
        (["--held-out", "1000"], "a file name or a number from 0 to below 1"),
        (["--max-time", "5"], "HH:MM:SS"),
        (["--stop-after-steps", "0"], "--stop-after-steps is 0"),
    ])
    func wrongOptionsAreRefused(options: [String], text: String) throws {
        let run = try Command.run(
            [
                "autoencoder", "train", "--data", data, "--hidden", "3", "--epochs", "2",
                "--output", folder.file("none.safetensors"),
            ] + options)
        #expect(run.status == 64 && run.errors.contains(text), "\(run.words)")
        #expect(!Folder.isFile(folder.file("none.safetensors")))
    }

    @Test func aFractionThatHoldsOutNothingIsRefused() throws {
        let run = try Command.run([
            "autoencoder", "train", "--data", data, "--hidden", "3", "--held-out", "0.01",
            "--output", folder.file("none.safetensors"),
        ])
        #expect(run.status == 65 && run.errors.contains("holds out none"), "\(run.words)")
    }
}

extension [UInt8] {
    fileprivate func chunks(of size: Int) -> [ArraySlice<UInt8>] {
        stride(from: 0, to: count, by: size).map { self[$0..<$0 + size] }
    }
}

extension Float {
    fileprivate init(littleEndian bytes: ArraySlice<UInt8>) {
        self.init(
            bitPattern: bytes.reversed().reduce(0) { $0 << 8 | UInt32($1) })
    }
}
