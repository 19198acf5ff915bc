import Foundation
import TestSupport
import Testing

/// What becomes of a training when Slurm, or a crash, ends its job: every one ends in the bytes of an
/// undisturbed run, by `launch/slurm` and a Slurm of one node that the tests start.
@Suite(
    .launches, .serialized, .timeLimit(.minutes(15)),
    .enabled(
        if: ClusterTests.hasSlurm, "Slurm on one machine needs root, slurmctld, slurmd and munge"))
struct SlurmTests {

    private let folder: TemporaryFolder

    /// A run of some seconds on a rank or two.
    init() throws {
        folder = try TemporaryFolder()
        _ = try folder.write(
            """
            data: {ising: {size: 6, samples: 400}, held-out: 0.1}
            layers: [{hidden: 130}]
            training: {batch: 10, epochs: 500, learning-rate: 0.01}
            monitor: {every: 1000 steps, cases: 50, pseudo-likelihood-cases: 10}
            checkpoint: {every: 50 steps}
            """, to: "run.yaml")
        _ = try folder.write(
            "RANKS_PER_NODE=2\nTHREADS_PER_RANK=1\nBINDING=none\nLAUNCHER=srun\n", to: "srun.conf")
    }

    /// Runs a script where Slurm is.
    ///
    /// It may say `submit LOG [SBATCH-OPTIONS] -- [SLURM-OPTIONS] -- WILSON-OPTIONS`, which sets `job`;
    /// `begun LOG`, which waits until the training of a log has written a checkpoint; and `finish`, which
    /// waits for the end of the job.
    private func slurm(_ script: String) throws -> Program.Result {
        let start = """
            cd \(folder.path)
            export WILSON=\(Command.program)
            submit() {
                local name=$1 options=() own=()
                shift
                while [[ $1 != -- ]]; do options+=("$1"); shift; done
                shift
                while [[ $1 != -- ]]; do own+=("$1"); shift; done
                shift
                job=$(sbatch --parsable --exclusive --output "$name.log" "${options[@]}" \
                    \(projectRoot.path)/launch/slurm --cluster "$PWD/srun.conf" "${own[@]}" -- \
                    train run.yaml --quiet --threads 1 "$@")
            }
            begun() {
                for ((i = 0; i < 300; i++)); do
                    ! compgen -G "$1/checkpoints/step-*" >/dev/null || return 0
                    sleep 0.1
                done
                echo "$1 does not begin"
            }
            finish() {
                local state ended=0 pending=0
                for ((i = 0; i < 300; i++)); do
                    state=$(scontrol show job "$job" | grep -o 'JobState=[A-Z]*' | sort -u)
                    case $state in
                        # A job that is queued again is not to wait for two minutes; only until its
                        # first start has ended, whose code would else be taken for the second one's.
                        *PENDING*)
                            ended=0
                            if ((++pending % 20 == 0)); then
                                scontrol update jobid="$job" StartTime=now 2>/dev/null || true
                            fi
                            ;;
                        *RUNNING* | *COMPLETING*) ended=0 ;;
                        # On the way back to the queue a job has ended for a moment.
                        *) ((++ended < 10)) || { echo "$state" && return; } ;;
                    esac
                    sleep 0.3
                done
                echo "$state for ever"
            }
            """
        return try Program.start(
            [
                projectRoot.appending(path: "Tests/Clusters/with-slurm").path, "bash", "-euo",
                "pipefail", "-c", start + "\n" + script,
            ], seconds: 200)
    }

    private func expectWholeModel(_ output: String, _ run: Program.Result) throws {
        let alone = try Command.run([
            "train", folder.file("run.yaml"), "--output", folder.file("alone"), "--quiet",
            "--threads", "1",
        ])
        #expect(alone.status == 0, "\(alone.words)")
        let made = try? folder.bytes("\(output)/model.safetensors")
        let log = try? String(contentsOfFile: folder.file("\(output).log"), encoding: .utf8)
        #expect(
            try made == folder.bytes("alone/model.safetensors"), "\(run.words)\n\(log ?? "no log")")
    }

    private func log(_ name: String) throws -> String {
        try String(contentsOfFile: folder.file("\(name).log"), encoding: .utf8)
    }

    /// Expects that a log says some things, one after the other.
    private func expectStory(_ log: String, _ parts: String...) {
        var rest = log[...]
        for part in parts {
            guard let place = rest.range(of: part) else {
                Issue.record("no `\(part)` at its place in\n\(log)")
                return
            }
            rest = rest[place.upperBound...]
        }
    }

    @Test func aJobThatIsSignalledStopsAndIsQueuedAgain() throws {
        let run = try slurm(
            """
            submit queued -- -- --output queued
            begun queued
            scancel --signal=USR1 --batch "$job"
            finish
            """)
        #expect(run.output.contains("JobState=COMPLETED"), "\(run.words)")
        try expectWholeModel("queued", run)
        expectStory(
            try log("queued"), "received SIGUSR1: the run stops with a checkpoint",
            "stopped with a checkpoint", "the job is queued again", "slurm_script: job ", "model  ")
    }

    @Test func aJobThatIsPreemptedGoesOn() throws {
        let run = try slurm(
            """
            submit preempted -- -- --output preempted
            begun preempted
            sbatch --wait --partition urgent --exclusive --output /dev/null --wrap true >&2
            finish
            """)
        #expect(run.output.contains("JobState=COMPLETED"), "\(run.words)")
        try expectWholeModel("preempted", run)
        expectStory(
            try log("preempted"), "received SIGTERM: the run stops with a checkpoint",
            "slurm_script: job ", "model  ")
    }

    @Test func aCrashIsStartedAgainWithinTheJob() throws {
        let run = try slurm(
            """
            submit crashed -- --restarts 2 -- --output crashed
            begun crashed
            kill -9 "$(pgrep -f -- "^$WILSON train .*--output crashed" | tail -n 1)"
            finish
            """)
        #expect(run.output.contains("JobState=COMPLETED"), "\(run.words)")
        try expectWholeModel("crashed", run)
        expectStory(try log("crashed"), "; restart 1 of 2 in 2 s", "taking over from", "model  ")
    }

    /// Nothing is queued again that somebody has asked to end, nor more often than is allowed.
    @Test func whoForbidsItIsObeyed() throws {
        let run = try slurm(
            """
            submit counted -- -- --output counted --stop-after-steps 40
            finish
            submit forbidden --no-requeue -- -- --output forbidden --max-time 00:00:01
            finish
            submit often -- --requeues 0 -- --output often --max-time 00:00:01
            finish
            """)
        #expect(
            run.output.split(separator: "\n").filter { $0 == "JobState=FAILED" }.count == 3,
            "\(run.words)")
        #expect(try !log("counted").contains("queued again"), "\(run.words)")
        #expect(try !log("forbidden").contains("queued again"), "\(run.words)")
        expectStory(try log("often"), "not queued again: Slurm has started the job again 0 times")
    }

    /// srun says 0 where Slurm could not start the ranks, as here, where the folders that PMIx would make
    /// for them are there already.
    @Test func ranksThatDoNotStartAreNotTakenForARun() throws {
        let run = try slurm(
            """
            mkdir "${SLURM_CONF%/*}"/tmp/spmix_appdir_0_{1,2}.0
            submit never -- -- --output never
            finish
            submit again -- --restarts 1 -- --output again
            finish
            """)
        #expect(run.output.contains("JobState=FAILED\nJobState=COMPLETED"), "\(run.words)")
        let failure =
            "the ranks did not start, as the lines above say, although srun ended with code 0"
        expectStory(try log("never"), "launch failed", failure)
        #expect(!FileManager.default.fileExists(atPath: folder.file("never")))
        expectStory(
            try log("again"), "launch failed", failure, "ended with code 71; restart 1 of 1",
            "model  ")
        try expectWholeModel("again", run)
    }

    @Test func tasksOfAnArrayHaveFoldersOfTheirOwn() throws {
        let run = try slurm(
            """
            submit %a --array 1-2 -- -- --output seeds --set training.seed=%a
            finish
            submit other-%a --array 7 -- -- --stop-after-steps 40
            finish
            """)
        let first = try? folder.bytes("seeds-1/model.safetensors")
        let second = try? folder.bytes("seeds-2/model.safetensors")
        #expect(first != nil && second != nil && first != second, "\(run.words)")
        let text = try String(contentsOfFile: folder.file("seeds-2/config.yaml"), encoding: .utf8)
        #expect(text.contains("seed: 2"))
        // Where no folder is named, the usual one has the number.
        #expect(
            FileManager.default.fileExists(atPath: folder.file("runs/run-7/config.yaml")),
            "\(run.words)")
    }
}
