import Foundation
import TestSupport
import Testing

/// A run that is told to stop writes a checkpoint, and goes on to the same bytes.
@Suite(.launches, .serialized, .timeLimit(.minutes(15))) struct StopTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        _ = try folder.write(
            """
            data: {ising: {size: 6, samples: 400}, held-out: 0}
            layers: [{hidden: 64}, {hidden: 6, training: {epochs: 2}}]
            training: {batch: 10, epochs: 1500, learning-rate: 0.01}
            monitor: {every: 500 epochs}
            checkpoint: {every: 5000 epochs}
            """, to: "run.yaml")
    }

    private func arguments(_ output: String) -> [String] {
        ["train", folder.file("run.yaml"), "--output", folder.file(output), "--threads", "1"]
    }

    private func model(_ output: String) throws -> Data {
        try folder.bytes("\(output)/model.safetensors")
    }

    private func undisturbed() throws -> Data {
        let run = try Command.run(arguments("whole"))
        #expect(run.status == 0, "\(run.words)")
        return try model("whole")
    }

    /// Starts a run under a shell that sends a signal to one of its processes once it trains.
    ///
    /// - Parameter target: What finds the process in the shell, given the run's own number as $run.
    private func stopped(
        _ output: String, by signals: [String], ranks: Int?, target: String
    ) throws -> Program.Result {
        let launcher = ranks.map { "mpirun -np \($0) " } ?? ""
        let words = ([Program.path("wilson")] + arguments(output)).joined(separator: " ")
        let kills = signals.map { "kill -\($0) $target" }.joined(separator: "; ")
        // Threads of the tests block signals, and what they start inherits it.
        return try Program.start([
            "env", "--default-signal", "bash", "-c",
            """
            # Without jobs a shell makes what it starts in the background ignore SIGINT.
            set -m
            \(launcher)\(words) & run=$!
            for i in $(seq 400); do
                [ -s \(folder.file(output))/metrics.jsonl ] && break; sleep 0.05
            done
            target=\(target)
            \(kills)
            wait $run
            """,
        ])
    }

    @Test(arguments: ["TERM", "INT", "HUP", "USR1"])
    func aSignalStopsWithACheckpoint(signal: String) throws {
        let run = try stopped("alone-\(signal)", by: [signal], ranks: nil, target: "$run")
        #expect(run.status == 75, "\(run.words)")
        #expect(run.errors.contains("received SIG\(signal)"), "\(run.words)")
        #expect(run.output.contains("stopped after step"), "\(run.words)")
        let rest = try Command.run(arguments("alone-\(signal)"), ranks: 2)
        #expect(rest.status == 0, "\(rest.words)")
        #expect(try model("alone-\(signal)") == undisturbed())
    }

    /// The last rank alone is told, and all ranks stop after the same step.
    @Test func oneRankOfThreeIsEnough() throws {
        let run = try stopped(
            "three", by: ["TERM"], ranks: 3,
            target: "$(pgrep -n -f -- '--output \(folder.file("three")) --threads')")
        #expect(run.errors.contains("received SIGTERM"), "\(run.words)")
        #expect(run.output.contains("stopped after step"), "\(run.words)")
        let rest = try Command.run(arguments("three"))
        #expect(rest.status == 0, "\(rest.words)")
        #expect(try model("three") == undisturbed())
    }

    @Test func mpirunPassesTheSignalOn() throws {
        let run = try stopped("mpirun", by: ["USR1"], ranks: 2, target: "$run")
        #expect(run.output.contains("stopped after step"), "\(run.words)")
        #expect(try Command.run(arguments("mpirun")).status == 0)
        #expect(try model("mpirun") == undisturbed())
    }

    /// mpirun itself would end the ranks.
    @Test(arguments: ["TERM", "INT"]) func aLaunchScriptPassesTheSignalOn(signal: String) throws {
        let launch = URL(filePath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent().appending(path: "launch/local")
        let output = "launched-\(signal)"
        let words = arguments(output).joined(separator: " ")
        let run = try Program.start(
            [
                "env", "--default-signal", "bash", "-c",
                """
                set -m
                \(launch.path) --cluster laptop -n 1 -- \(words) & run=$!
                for i in $(seq 400); do
                    [ -s \(folder.file(output))/metrics.jsonl ] && break; sleep 0.05
                done
                kill -\(signal) $run
                wait $run
                """,
            ], environment: ["WILSON": Program.path("wilson")])
        #expect(run.status == 75, "\(run.words)")
        #expect(run.output.contains("stopped after step"), "\(run.words)")
        #expect(try Command.run(arguments(output)).status == 0)
        #expect(try model(output) == undisturbed())
    }

    @Test func timeStopsARunToo() throws {
        let run = try Command.run(arguments("late") + ["--max-time", "00:00:01"])
        #expect(run.status == 75, "\(run.words)")
        #expect(run.errors.contains("the time of the run is over"), "\(run.words)")
        // The end of a Slurm job counts alike; one long past stops the run after its first step.
        let slurm = try Command.run(
            arguments("late"), environment: ["SLURM_JOB_END_TIME": "1000000000"])
        #expect(slurm.status == 75, "\(slurm.words)")
        #expect(try Command.run(arguments("late"), ranks: 3).status == 0)
        #expect(try model("late") == undisturbed())
    }

    @Test(arguments: ["1", "1:2", "00:00:00", "1:60:00", "a:b:c", "-1:00:00", "1:2:3:4"])
    func aTimeHasHoursMinutesAndSeconds(text: String) throws {
        let run = try Command.run(arguments("never") + ["--max-time=\(text)"])
        #expect(run.status == 64 && run.errors.contains("expected HH:MM:SS"), "\(run.words)")
    }
}
