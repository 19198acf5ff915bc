import Foundation
import TestSupport
import Testing

/// This source tree, its program as `launch/build` makes it, and a machine without Swift.
private enum NoToolchain {
    static let program = projectRoot.appending(path: ".build/release/wilson").path
    /// Whether the program is that of `launch/build`, and not one that is linked with the toolchain's libraries.
    ///
    /// Continuous integration has built it, so that there it is always tried.
    static let hasProgram: Bool = {
        guard FileManager.default.isExecutableFile(atPath: program) else { return false }
        if ProcessInfo.processInfo.environment["CI"] == "true" { return true }
        let libraries = try? Program.start(["ldd", program])
        return libraries?.output.contains("libswiftCore") == false
    }()

    /// The folder that has the compiler's bin and lib.
    private static let toolchain: String? = {
        let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
        return folders.map { URL(filePath: String($0) + "/swift") }
            .first { FileManager.default.isExecutableFile(atPath: $0.path) }
            .map {
                $0.resolvingSymlinksInPath().deletingLastPathComponent()
                    .deletingLastPathComponent().path
            }
    }()

    /// The folders that are hidden: all of the toolchain, or its libraries where it lies among the system's
    /// own programs.
    static let hidden: [String] =
        switch toolchain {
        case nil: []
        case "/usr":
            ["/usr/lib/swift", "/usr/lib/swift_static"].filter {
                FileManager.default.fileExists(atPath: $0)
            }
        case let folder?: [folder]
        }

    static let canHide = (try? run(["true"]))?.status == 0

    /// Runs words where the toolchain's folders are empty.
    static func run(_ words: [String]) throws -> Program.Result {
        let hiding = hidden.map { "mount -t tmpfs none '\($0)' && " }.joined()
        return try Program.start(
            ["unshare", "--mount", "sh", "-c", hiding + "exec \"$@\"", "sh"] + words, seconds: 240)
    }
}

/// The program of `launch/build`, in an installed tree, on a machine that has no Swift: the folder of the
/// compiler and of its runtime is hidden in a mount namespace.
@Suite(
    .launches, .serialized, .timeLimit(.minutes(15)),
    .enabled(
        if: NoToolchain.hasProgram,
        "launch/build has not been run here; .ci/run runs it before the tests"),
    .enabled(if: NoToolchain.canHide, "hiding a folder needs unshare and root"))
struct NoToolchainTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    @Test func theToolchainIsHidden() throws {
        try #require(!NoToolchain.hidden.isEmpty)
        for name in NoToolchain.hidden {
            let listing = try NoToolchain.run(["ls", "-A", name])
            #expect(listing.status == 0 && listing.output.isEmpty, "\(listing.words)")
        }
    }

    /// Installs the program, moves the tree, and returns its new place.
    private func movedTree() throws -> String {
        let (first, second) = (folder.file("first"), folder.file("second"))
        let install = try Program.start([
            "bash", projectRoot.appending(path: "launch/install").path, "--prefix", first,
            "--program", NoToolchain.program,
        ])
        #expect(install.status == 0, "\(install.words)")
        #expect(!install.errors.contains("runtime"), "\(install.words)")
        try FileManager.default.moveItem(atPath: first, toPath: second)
        return second
    }

    /// Expects that a run's model is that of the program which is built with the tests.
    private func expectOwnModel(_ run: String, _ train: [String]) throws {
        let own = try Command.run(train + ["--output", folder.file("own"), "--quiet"])
        #expect(own.status == 0, "\(own.words)")
        #expect(
            try folder.bytes("\(run)/model.safetensors")
                == folder.bytes("own/model.safetensors"))
    }

    private func training(in tree: String) -> [String] {
        [
            "train", tree + "/share/wilson/examples/bars-and-stripes.yaml", "--set",
            "training.epochs=3",
        ]
    }

    @Test func anInstalledTreeTrainsWithoutSwift() throws {
        let tree = try movedTree()
        let wilson = tree + "/bin/wilson"
        let libraries = try NoToolchain.run(["ldd", wilson])
        #expect(libraries.status == 0, "\(libraries.words)")
        #expect(!libraries.output.contains("libswift"), "\(libraries.words)")
        #expect(!libraries.output.contains("not found"), "\(libraries.words)")
        let version = try NoToolchain.run([wilson, "--version"])
        #expect(version.status == 0 && version.output.hasPrefix("wilson "), "\(version.words)")

        let run = try NoToolchain.run(
            ["bash", tree + "/share/wilson/launch/local", "-n", "2", "--oversubscribe", "--"]
                + training(in: tree) + ["--output", folder.file("run")])
        #expect(run.status == 0, "\(run.words)")
        try expectOwnModel("run", training(in: tree))
    }

    @Test(
        .enabled(
            if: ClusterTests.hasSlurm,
            "Slurm on one machine needs root, slurmctld, slurmd and munge"))
    func anInstalledTreeRunsUnderSlurmWithoutSwift() throws {
        let tree = try movedTree()
        let cluster = try folder.write(
            "RANKS_PER_NODE=2\nTHREADS_PER_RANK=1\nBINDING=none\nLAUNCHER=srun\n", to: "own.conf")
        let log = folder.file("log")
        let run = try NoToolchain.run(
            [
                projectRoot.appending(path: "Tests/Clusters/with-slurm").path, "sbatch",
                "--wait", "--exclusive", "--output", log, tree + "/share/wilson/launch/slurm",
                "--cluster", cluster, "--",
            ] + training(in: tree) + ["--output", folder.file("run")])
        let words = (try? String(contentsOfFile: log, encoding: .utf8)) ?? "no log"
        #expect(run.status == 0, "\(run.words)\n\(words)")
        #expect(words.contains("ranks    2 on 1 host"), "\(words)")
        try expectOwnModel("run", training(in: tree))
    }
}
