import Foundation
import TestSupport
import Testing

/// What goes wrong between hosts, which are made on this machine by `Tests/Clusters/with-hosts`.
@Suite(
    .launches, .serialized, .timeLimit(.minutes(15)),
    .enabled(
        if: ClusterTests.hasHosts, "several hosts on one machine need root, ip and unshare"))
struct HostFaultTests {

    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        _ = try folder.write(
            """
            data: {ising: {size: 4, samples: 300}, held-out: 0.1}
            layers: [{hidden: 90}]
            training: {batch: 10, epochs: 20, learning-rate: 0.01}
            monitor: {every: 1000 steps, cases: 50, pseudo-likelihood-cases: 10}
            checkpoint: {every: 50 steps}
            """, to: "run.yaml")
        _ = try folder.write(
            "RANKS_PER_NODE=1\nTHREADS_PER_RANK=1\nBINDING=none\n", to: "hosts.conf")
    }

    /// Trains on three hosts into `run`.
    ///
    /// - Parameters:
    ///   - program: What the hosts start.
    ///   - options: Of launch/hosts.
    ///   - beside: A script that runs at the same time, outside of the hosts.
    private func train(
        program: String = Command.program, options: String = "", hosts: [String] = [],
        environment: [String: String] = [:], beside: String = ":"
    ) throws -> Program.Result {
        let script = """
            cd \(folder.path)
            tr , '\\n' <<<"$WILSON_HOSTS" >list
            (\(beside)) &
            \(projectRoot.path)/launch/hosts --cluster "$PWD/hosts.conf" --hostfile list \(options) \
                -- train run.yaml --output run --quiet
            """
        return try Program.start(
            [projectRoot.appending(path: "Tests/Clusters/with-hosts").path] + hosts
                + ["3", "bash", "-c", script],
            environment: environment.merging(["WILSON": program]) { $1 }, seconds: 120)
    }

    /// Gives host 2 another file under the name that all hosts know.
    private func makeProgram(_ text: String, onHost2 other: String) throws -> String {
        for (name, text) in [("bin", text), ("bin.2", other)] {
            try FileManager.default.createDirectory(
                atPath: folder.file(name), withIntermediateDirectories: false)
            _ = try folder.write(text, to: "\(name)/wilson")
            try FileManager.default.setAttributes(
                [.posixPermissions: 0o755], ofItemAtPath: folder.file("\(name)/wilson"))
        }
        return folder.file("bin/wilson")
    }

    /// Cuts the link to one of three hosts for some seconds.
    ///
    /// It is told who waits for whom, the run ends, starts again, and ends in the bytes of an undisturbed one.
    @Test func aCutLinkIsNamedAndTheRunGoesOn() throws {
        let run = try train(
            options: "--restarts 5", environment: ["WILSON_WATCHDOG": "4"],
            beside: """
                until compgen -G "run/checkpoints/step-*" >/dev/null; do sleep 0.1; done
                link=${WILSON_LINKS#*,}
                ip link set "${link%%,*}" down
                sleep 22
                ip link set "${link%%,*}" up
                """)
        #expect(run.status == 0, "\(run.words)")
        // Where ranks are slow, Open MPI finds the host gone before they wait for long enough.
        if !run.errors.contains("lost communication with a remote daemon") {
            #expect(run.errors.contains("no progress for "), "\(run.words)")
            #expect(run.errors.contains("all of host1 wait for another host"), "\(run.words)")
            #expect(run.errors.contains("host2 (rank 1)"), "\(run.words)")
        }
        #expect(run.errors.contains("restart 1 of 5 in 2 s"), "\(run.words)")
        let alone = try Command.run([
            "train", folder.file("run.yaml"), "--output", folder.file("alone"), "--quiet",
        ])
        #expect(alone.status == 0, "\(alone.words)")
        #expect(
            try folder.bytes("run/model.safetensors") == folder.bytes("alone/model.safetensors"),
            "\(run.words)")
    }

    @Test func aHostWithAnotherBuildIsNamed() throws {
        let program = try makeProgram(
            "#!/bin/bash\nexec \(Command.program) \"$@\"\n",
            onHost2: "#!/bin/bash\nexec \(folder.file("other")) \"$@\"\n")
        // The same version, and other bytes.
        var bytes = try Data(contentsOf: URL(filePath: Command.program))
        bytes.append(0)
        try bytes.write(to: URL(filePath: folder.file("other")))
        try FileManager.default.setAttributes(
            [.posixPermissions: 0o755], ofItemAtPath: folder.file("other"))
        let run = try train(program: program, hosts: ["--private", folder.file("bin")])
        #expect(run.status == 71, "\(run.words)")
        #expect(run.errors.contains("the ranks run different builds"), "\(run.words)")
        #expect(run.errors.contains("rank 1 on host2: "), "\(run.words)")
    }

    @Test func aHostWithAnotherConfigurationIsNamed() throws {
        let program = try makeProgram(
            "#!/bin/bash\nexec \(Command.program) \"$@\"\n",
            onHost2: "#!/bin/bash\nexec \(Command.program) \"$@\" --set training.seed=9\n")
        let run = try train(program: program, hosts: ["--private", folder.file("bin")])
        #expect(run.status == 64, "\(run.words)")
        #expect(run.errors.contains("the ranks were given different commands"), "\(run.words)")
        #expect(run.errors.contains("rank 1 on host2: "), "\(run.words)")
        #expect(!FileManager.default.fileExists(atPath: folder.file("run")))
    }
}
