import Foundation
import Storage
import TestSupport
import Testing

/// A run folder has one owner at a time, and nothing of a run is lost by a command that begins anew.
@Suite(.launches) struct RunOwnerTests {
    private let small: SmallRun

    init() throws { small = try SmallRun() }

    private func stop(after steps: Int, _ settings: [String] = []) throws {
        let run = try small.train(settings, options: ["--stop-after-steps", "\(steps)"])
        try #require(run.status == 75, "\(run.words)")
    }

    @Test(arguments: [nil, 2]) func twoRunsInOneFolderAreRefused(ranks: Int?) throws {
        try stop(after: 6)
        do {
            let lock = try FolderLock(
                small.folder.file("run"), host: "here", job: "", warn: { Issue.record("\($0)") })
            let before = small.names("run")
            try small.train(ranks: ranks).expectFault(73, "on here is at work in this folder")
            #expect(small.names("run") == before)
            withExtendedLifetime(lock) {}
        }
        let run = try small.train(ranks: ranks)
        #expect(run.status == 0 && !run.errors.contains("taking over"), "\(run.words)")
        #expect(!small.has("run/lock"))
    }

    @Test func aKilledRunsLockIsTakenOverAndItsPartsAreRemoved() throws {
        try stop(after: 6)
        // Of a process that has ended: this number never had this start.
        var held = ""
        do {
            let lock = try FolderLock(
                small.folder.file("run"), host: "here", job: "", warn: { _ in })
            held = String(decoding: try small.folder.bytes("run/lock"), as: UTF8.self)
            withExtendedLifetime(lock) {}
        }
        let dead = held.split(separator: "\n").map { $0.hasPrefix("started") ? "started 1" : $0 }
        _ = try small.folder.write(dead.joined(separator: "\n") + "\n", to: "run/lock")
        _ = try small.folder.write("half", to: "run/checkpoints/.partial-12")
        let run = try small.train()
        #expect(run.status == 0 && run.errors.contains("taking over from"), "\(run.words)")
        #expect(!small.names("run").contains { $0.contains(".partial") || $0 == "lock" })
        let log = String(decoding: try small.folder.bytes("run/log.txt"), as: UTF8.self)
        #expect(log.contains("taking over from"))
    }

    @Test func checkpointsWithoutAConfigurationAreARun() throws {
        let model = try small.model()
        try stop(after: 6)
        try FileManager.default.removeItem(atPath: small.folder.file("run/config.yaml"))
        let before = small.names("run")
        try small.train(options: ["--resume", "never"]).expectFault(73, "already holds a run")
        #expect(small.names("run") == before)
        let run = try small.train()
        #expect(run.status == 0, "\(run.words)")
        #expect(
            try small.folder.bytes("run/model.safetensors")
                == Data(contentsOf: URL(filePath: model)))
    }

    @Test(arguments: ["auto", "never"]) func renamedCheckpointsAreRefused(resume: String) throws {
        try stop(after: 6)
        for name in small.names("run/checkpoints") {
            try FileManager.default.moveItem(
                atPath: small.folder.file("run/checkpoints/\(name)"),
                toPath: small.folder.file("run/checkpoints/\(name).old"))
        }
        let before = small.names("run")
        let run = try small.train(options: ["--resume", resume])
        if resume == "auto" {
            run.expectFault(65, ".old but no file with the name of a checkpoint")
        } else {
            run.expectFault(73, "already holds a run")
        }
        #expect(small.names("run") == before)
    }

    @Test func aDamagedCheckpointNeverIsTheOnlyOne() throws {
        let model = try small.model()
        try stop(after: 6, ["checkpoint.keep=1"])
        #expect(small.names("run/checkpoints").count == 2)
        _ = try small.folder.write("torn", to: "run/checkpoints/step-0000000006.safetensors")
        let run = try small.train(["checkpoint.keep=1"])
        #expect(run.status == 0 && run.errors.contains("going back to"), "\(run.words)")
        // The metadata hold `keep`.
        #expect(
            try SafetensorsFile(path: small.folder.file("run/model.safetensors")).tensors
                == SafetensorsFile(path: model).tensors)
    }

    @Test func theEndOfAFailedRunStandsInItsLog() throws {
        try small.train(["training.learning-rate=1e30"]).expectFault(76, "Lower `learning-rate`")
        let log = String(decoding: try small.folder.bytes("run/log.txt"), as: UTF8.self)
        #expect(log.contains(" error: layer 0"), "\(log)")
        #expect(!small.has("run/model.safetensors") && !small.has("run/lock"))
    }

    @Test func aConfigurationOfAnotherEncodingIsRefused() throws {
        var bytes = Array(try Data(contentsOf: URL(filePath: small.configuration)))
        bytes += Array("# ".utf8) + [0xE4, 0x0A]
        _ = try small.write(bytes, to: "run.yaml")
        try small.train().expectFault(78, "is not UTF-8 text")
    }

    @Test(arguments: ["PMI_SIZE", "MPI_LOCALNRANKS"])
    func copiesOfAnotherLauncherAreRefused(variable: String) throws {
        let run = try Command.run(
            ["train", small.configuration, "--output", small.folder.file("run")],
            environment: [variable: "2"])
        run.expectFault(71, variable, "MPI connects only this one")
        #expect(!small.has("run"))
    }

    /// A rank that stops after another step than the rest would leave them waiting.
    @Test func ranksWithDifferentCommandsAreNamed() throws {
        let run = try Program.start([
            "mpirun", "--allow-run-as-root", "--oversubscribe", "-np", "2", "bash", "-c",
            "exec \"$@\" --stop-after-steps $((3 + OMPI_COMM_WORLD_RANK))", "rank",
            Command.program, "train", small.configuration, "--output", small.folder.file("run"),
        ])
        #expect(run.status == 64, "\(run.words)")
        #expect(run.errors.components(separatedBy: "wilson: error").count == 2, "\(run.words)")
        #expect(run.errors.contains("rank 1 on "), "\(run.words)")
        #expect(run.errors.contains("--stop-after-steps 4"), "\(run.words)")
        #expect(!small.has("run"))
    }

    /// The checkpoint, of 104 kB and more, does not fit; the model, of 85 kB, does.
    @Test(.enabled(if: SmallDisk.isPossible), arguments: [false, true])
    func aCheckpointThatFindsNoRoomEndsNoTrainingUnlessAsked(strict: Bool) throws {
        let settings = ["layers.0.hidden=2000"]
        let model = try small.model(settings)
        let disk = try SmallDisk(at: small.folder.file("disk"), kilobytes: 112)
        defer { disk.remove() }
        let run = try small.train(
            settings, output: "disk/run",
            options: ["--no-events"] + (strict ? ["--strict-checkpoints"] : []))
        if strict {
            run.expectFault(73, "No space left", "checkpoints/step-")
        } else {
            #expect(run.status == 0, "\(run.words)")
            #expect(run.errors.contains("The training goes on"), "\(run.words)")
            #expect(
                try small.folder.bytes("disk/run/model.safetensors")
                    == Data(contentsOf: URL(filePath: model)))
        }
        #expect(!small.names("disk").contains { $0.contains(".partial") })
    }
}
