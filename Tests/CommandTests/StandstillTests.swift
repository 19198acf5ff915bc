import Foundation
import TestSupport
import Testing

/// Runs whose ranks are stopped from outside: told, ended, or gone on with.
@Suite(.launches, .serialized, .timeLimit(.minutes(15))) struct StandstillTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        _ = try folder.write(
            """
            data: {ising: {size: 6, samples: 400}, held-out: 0}
            layers: [{hidden: 64}]
            training: {batch: 10, epochs: 250, learning-rate: 0.01}
            monitor: {every: 100 epochs}
            checkpoint: {every: 50 epochs}
            """, to: "run.yaml")
    }

    private func arguments(_ output: String) -> [String] {
        ["train", folder.file("run.yaml"), "--output", folder.file(output), "--threads", "1"]
    }

    /// Runs three ranks under a shell that does something to them once they train.
    ///
    /// - Parameter script: Finds the numbers of the processes in $ranks, the newest last.
    private func disturbed(_ output: String, floor: String, _ script: String) throws
        -> Program.Result
    {
        let words = ([Command.program] + arguments(output)).joined(separator: " ")
        return try Program.start(
            [
                "env", "--default-signal", "bash", "-c",
                """
                mpirun -np 3 \(words) & run=$!
                for i in $(seq 400); do
                    ls \(folder.file(output))/checkpoints/step* >/dev/null 2>&1 && break; sleep 0.05
                done
                ranks=$(pgrep -f -- '^\(Command.program).*\(folder.file(output))')
                \(script)
                wait $run
                """,
            ], environment: ["WILSON_WATCHDOG": floor])
    }

    @Test func aStoppedRankIsNamedAndEndsTheRun() throws {
        let run = try disturbed(
            "stopped", floor: "0.5", "kill -STOP $(tail -n 1 <<<\"$ranks\")")
        #expect(run.status == 74, "\(run.words)")
        #expect(run.errors.contains("is stopped by a signal, in the step after"), "\(run.words)")
        #expect(run.errors.contains("waits in "), "\(run.words)")
        let log = try String(contentsOfFile: folder.file("stopped/log.txt"), encoding: .utf8)
        #expect(log.contains("error: no progress"), "\(log)")
        let rest = try Command.run(arguments("stopped"))
        #expect(rest.status == 0, "\(rest.words)")
        let whole = try Command.run(arguments("whole"))
        #expect(whole.status == 0, "\(whole.words)")
        #expect(
            try folder.bytes("stopped/model.safetensors")
                == folder.bytes("whole/model.safetensors"))
    }

    /// A machine that sleeps stops all processes for longer than any limit, and wakes all.
    @Test func aMachineThatSleptIsNotTakenForOneThatStandsStill() throws {
        let run = try disturbed(
            "slept", floor: "1", "kill -STOP $ranks; sleep 8; kill -CONT $ranks")
        #expect(run.status == 0, "\(run.words)")
        #expect(!run.errors.contains("no progress"), "\(run.words)")
    }

    @Test func aRankThatComesBackInTimeIsToldOf() throws {
        let run = try disturbed(
            "back", floor: "1",
            "victim=$(echo $ranks | cut -d' ' -f2); kill -STOP $victim; sleep 2.5; kill -CONT $victim"
        )
        #expect(run.status == 0, "\(run.words)")
        #expect(run.errors.contains("warning: no progress"), "\(run.words)")
        #expect(run.errors.contains("the run moves again"), "\(run.words)")
    }
}
