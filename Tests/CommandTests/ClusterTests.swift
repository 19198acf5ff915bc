import Foundation
import TestSupport
import Testing

/// Runs on several hosts and under Slurm, both made on this machine by the scripts of Tests/Clusters.
@Suite(.launches, .serialized, .timeLimit(.minutes(15))) struct ClusterTests {
    private static let withHosts = projectRoot.appending(path: "Tests/Clusters/with-hosts").path
    private static let withSlurm = projectRoot.appending(path: "Tests/Clusters/with-slurm").path

    /// Whether hosts can be made; needs root.
    static let hasHosts = canStart([withHosts, "1", "true"])

    /// Whether Slurm can be started; needs root and Slurm.
    static let hasSlurm = canStart([withSlurm, "true"])

    /// Whether a script finds what it needs: it says 69 if not, and a broken one fails the tests.
    private static func canStart(_ words: [String]) -> Bool {
        (try? Program.start(words, seconds: 60))?.status != 69
    }

    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        try FileManager.default.createDirectory(
            atPath: folder.file("data"), withIntermediateDirectories: false)
        try Self.writeCases(to: folder.file("data/cases.npy"), first: 1)
        _ = try folder.write(
            """
            data: {train: \(folder.file("data/cases.npy"))}
            layers:
              - hidden: 300
            training: {epochs: 3, batch: 40, chains: batch, seed: 7}
            monitor: {every: 7 steps, cases: 50}
            """, to: "run.yaml")
        _ = try folder.write(
            "RANKS_PER_NODE=1\nTHREADS_PER_RANK=1\nBINDING=none\n", to: "hosts.conf")
    }

    /// 500 cases of 30 bits.
    private static func writeCases(to path: String, first: UInt8) throws {
        let header = "{'descr': '|u1', 'fortran_order': False, 'shape': (500, 30), }\n"
        var bytes: [UInt8] = [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(header.utf8.count), 0]
        bytes += Array(header.utf8) + [first]
        bytes += (1..<15_000).map { $0 % 7 < 3 || $0 % 30 % 11 == 4 ? 1 : 0 }
        try Data(bytes).write(to: URL(filePath: path))
    }

    private func train(
        _ words: [String], to output: String, options: [String] = [], status: Int32 = 0
    ) throws -> Command.Result {
        let run = try Program.start(
            words + ["train", folder.file("run.yaml"), "--output", folder.file(output)] + options,
            environment: ["WILSON": Command.program])
        #expect(run.status == status, "\(run.words)")
        return run
    }

    private func oneRanksModel() throws -> Data {
        _ = try train([Command.program], to: "alone")
        return try folder.bytes("alone/model.safetensors")
    }

    /// The words that start a command of launch/hosts on some hosts.
    private func onHosts(_ count: Int, options: [String] = []) -> [String] {
        let launch = projectRoot.appending(path: "launch/hosts").path
        // The list of hosts is known only inside.
        let script =
            "tr , '\\n' <<<\"$WILSON_HOSTS\" >\(folder.file("list")); "
            + "exec \(launch) --cluster \(folder.file("hosts.conf")) "
            + "--hostfile \(folder.file("list")) -- \"$@\""
        return [Self.withHosts] + options + ["\(count)", "bash", "-c", script, "hosts"]
    }

    @Test(.enabled(if: hasHosts, "several hosts on one machine need root, ip and unshare"))
    func threeHostsGiveTheModelOfOneRank() throws {
        let model = try oneRanksModel()
        let run = try train(onHosts(3), to: "three")
        for host in ["host1: 1 rank", "host2: 1 rank", "host3: 1 rank"] {
            #expect((run.output + run.errors).contains(host), "\(run.words)")
        }
        #expect(try folder.bytes("three/model.safetensors") == model)
    }

    /// Hidden units divided over hosts, within them, and across both: hosts hold two ranks of a row of
    /// three, and one of the next.
    @Test(.enabled(if: hasHosts, "several hosts on one machine need root, ip and unshare"))
    func gridsOverThreeHostsGiveTheModelOfOneRank() throws {
        let model = try oneRanksModel()
        for (ranksOfHost, grids) in [(1, ["1x3", "3x1"]), (2, ["2x3", "3x2"])] {
            _ = try folder.write(
                "RANKS_PER_NODE=\(ranksOfHost)\nTHREADS_PER_RANK=1\nBINDING=none\n",
                to: "hosts.conf")
            for grid in grids {
                let run = try train(onHosts(3), to: grid, options: ["--grid", grid])
                #expect((run.output + run.errors).contains("on 3 hosts"), "\(run.words)")
                #expect(try folder.bytes("\(grid)/model.safetensors") == model, "\(grid)")
            }
        }
    }

    /// The ranks then exchange all sums by messages.
    @Test(.enabled(if: hasHosts, "a small /dev/shm needs root and unshare"))
    func aGridWithoutRoomInSharedMemoryGivesTheSameModel() throws {
        let model = try oneRanksModel()
        let script =
            "mount -t tmpfs -o size=256k tmpfs /dev/shm; exec mpirun --oversubscribe -np 2 "
            + "--mca btl_vader_backing_directory /tmp \"$@\""
        let run = try train(
            ["unshare", "--mount", "--propagation", "private", "bash", "-c", script, "small"]
                + [Command.program], to: "small", options: ["--grid", "1x2"])
        #expect(
            run.errors.components(separatedBy: "/dev/shm has no room").count == 2, "\(run.words)")
        #expect(try folder.bytes("small/model.safetensors") == model)
    }

    @Test(.enabled(if: hasHosts, "several hosts on one machine need root, ip and unshare"))
    func aHostWithOtherDataIsNamedOnce() throws {
        // Host 2 has a folder of its own under the same name, with another first bit.
        try FileManager.default.createDirectory(
            atPath: folder.file("data.2"), withIntermediateDirectories: false)
        try Self.writeCases(to: folder.file("data.2/cases.npy"), first: 0)
        let run = try train(
            onHosts(3, options: ["--private", folder.file("data")]), to: "never", status: 65)
        #expect(run.errors.components(separatedBy: "wilson: error").count == 2, "\(run.words)")
        #expect(run.errors.contains("the ranks see different files"), "\(run.words)")
        #expect(run.errors.contains("rank 1 on host2: uint8 [500, 30]"), "\(run.words)")
        #expect(!FileManager.default.fileExists(atPath: folder.file("never")))
    }

    /// Host 2 has other data under the same name, and host 3 has none: rank 0 sends its own, the weights of
    /// the cases too, and no copy stays.
    @Test(.enabled(if: hasHosts, "several hosts on one machine need root, ip and unshare"))
    func dataThatRankZeroSendsNeedBeOnOneHostAlone() throws {
        let weights = folder.file("data/weights.csv")
        try Data((0..<500).map { "\($0 % 3)\n" }.joined().utf8).write(to: URL(filePath: weights))
        let weighted = ["--set", "data.weights=\(weights)"]
        _ = try train([Command.program], to: "alone", options: weighted)
        let model = try folder.bytes("alone/model.safetensors")
        for host in [2, 3] {
            try FileManager.default.createDirectory(
                atPath: folder.file("data.\(host)"), withIntermediateDirectories: false)
        }
        try Self.writeCases(to: folder.file("data.2/cases.npy"), first: 0)
        let hosts = onHosts(3, options: ["--private", folder.file("data")])
        let run = try train(hosts, to: "sent", options: weighted + ["--send-data"])
        #expect((run.output + run.errors).contains("on 3 hosts"), "\(run.words)")
        #expect(try folder.bytes("sent/model.safetensors") == model)
        let missing = try train(
            hosts, to: "never",
            options: ["--send-data", "--set", "data.train=\(folder.file("data/none.npy"))"],
            status: 65)
        #expect(missing.errors.contains("none.npy"), "\(missing.words)")
    }

    @Test(.enabled(if: hasSlurm, "Slurm on one machine needs root, slurmctld, slurmd and munge"))
    func slurmStartsRanksBySrunAndByMpirun() throws {
        let model = try oneRanksModel()
        let launch = projectRoot.appending(path: "launch/slurm").path
        for launcher in ["srun", "mpirun"] {
            let cluster = try folder.write(
                "RANKS_PER_NODE=2\nTHREADS_PER_RANK=1\nBINDING=none\nLAUNCHER=\(launcher)\n",
                to: "\(launcher).conf")
            let log = folder.file("\(launcher).log")
            let batch = [
                Self.withSlurm, "sbatch", "--wait", "--exclusive", "--output", log, launch,
                "--cluster", cluster, "--",
            ]
            // A stopped job that is submitted again goes on.
            let stopped = try Program.start(
                batch + [
                    "train", folder.file("run.yaml"), "--output", folder.file(launcher),
                    "--stop-after-steps", "17",
                ], environment: ["WILSON": Command.program])
            let words = (try? String(contentsOfFile: log, encoding: .utf8)) ?? "no log"
            #expect(stopped.status == 75, "\(stopped.words)\n\(words)")
            _ = try train(batch, to: launcher)
            let log2 = (try? String(contentsOfFile: log, encoding: .utf8)) ?? "no log"
            #expect(log2.contains("ranks    2 on 1 host"), "\(log2)")
            #expect(log2.contains("going on from"), "\(log2)")
            #expect(try folder.bytes("\(launcher)/model.safetensors") == model, "\(launcher)")
        }
    }

    @Test(.enabled(if: hasSlurm, "Slurm on one machine needs root, slurmctld, slurmd and munge"))
    func scalingIsMeasuredInsideAnAllocation() throws {
        let cluster = try folder.write(
            "RANKS_PER_NODE=2\nTHREADS_PER_RANK=1\nBINDING=none\nLAUNCHER=srun\n",
            to: "scaling.conf")
        let run = try Program.start(
            [
                Self.withSlurm, "salloc", "--nodes", "1", "--exclusive",
                projectRoot.appending(path: "launch/scaling").path, "--cluster", cluster,
                "--shape", "70x130", "--batch", "20", "--rounds", "1", "--steps", "2",
                "--output", folder.file("scaling"),
            ], environment: ["WILSON": Command.program])
        #expect(run.status == 0, "\(run.words)")
        #expect(run.output.contains("PASS: all "), "\(run.words)")
        let points = String(decoding: try folder.bytes("scaling/scaling.jsonl"), as: UTF8.self)
        for grid in ["1x1", "2x1", "1x2"] { #expect(points.contains("\"grid\": \"\(grid)\"")) }
        #expect(!points.contains("\"model_equal\": false"))
    }

    @Test func aRankThatSeesAnotherFileIsNamedOnce() throws {
        for rank in ["0", "1"] {
            try FileManager.default.createDirectory(
                atPath: folder.file("rank\(rank)"), withIntermediateDirectories: false)
            try Self.writeCases(
                to: folder.file("rank\(rank)/cases.npy"), first: rank == "0" ? 1 : 0)
        }
        let run = try Program.start([
            "mpirun", "-np", "2", "bash", "-c",
            "cd \(folder.path)/rank$OMPI_COMM_WORLD_RANK && exec \"$@\"", "rank", Command.program,
            "train", folder.file("run.yaml"), "--output", folder.file("never"), "--set",
            "data.train=cases.npy",
        ])
        #expect(run.status == 65, "\(run.words)")
        #expect(run.errors.components(separatedBy: "wilson: error").count == 2, "\(run.words)")
        #expect(run.errors.contains("cases.npy: the ranks see different files"), "\(run.words)")
        #expect(run.errors.contains("rank 1 on "), "\(run.words)")
    }

    @Test func copiesThatSlurmDidNotConnectAreRefused() throws {
        let run = try Command.run(
            ["train", folder.file("run.yaml")], environment: ["SLURM_NTASKS": "2"])
        #expect(run.status == 71, "\(run.words)")
        #expect(run.errors.contains("srun --mpi=pmix"), "\(run.words)")
    }
}
