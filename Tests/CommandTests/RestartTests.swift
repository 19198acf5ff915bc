import Foundation
import TestSupport
import Testing

/// `--restarts` of the launch scripts, with a program in the place of wilson that crashes as told.
@Suite(.launches, .serialized, .timeLimit(.minutes(15))) struct RestartTests {
    private static let launch = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appending(path: "launch").path

    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        _ = try folder.write(
            """
            #!/bin/bash
            echo "$*" >>\(folder.file("tries"))
            (($(wc -l <\(folder.file("tries"))) < $CRASHES)) && kill -9 $$
            exit $CODE
            """, to: "program")
        try FileManager.default.setAttributes(
            [.posixPermissions: 0o755], ofItemAtPath: folder.file("program"))
    }

    /// Runs the program, which is killed at every try before a number, and then ends with a code.
    private func start(
        _ restarts: String, before tries: Int, code: Int = 0
    ) throws -> (run: Program.Result, tries: Int) {
        let run = try Program.start(
            ["\(Self.launch)/local", "-n", "1", "--restarts", restarts, "--", "train", "x"],
            environment: [
                "WILSON": folder.file("program"), "CRASHES": "\(tries)", "CODE": "\(code)",
            ])
        let lines = (try? String(contentsOfFile: folder.file("tries"), encoding: .utf8)) ?? ""
        return (run, lines.split(separator: "\n").count)
    }

    @Test func aCrashedRunIsStartedAgain() throws {
        let (run, tries) = try start("3", before: 3)
        #expect(run.status == 0 && tries == 3, "\(run.words)")
        #expect(run.errors.contains("code 137; restart 1 of 3 in 2 s"), "\(run.words)")
        #expect(run.errors.contains("code 137; restart 2 of 3 in 4 s"), "\(run.words)")
    }

    @Test func theNumberOfRestartsIsKept() throws {
        let (run, tries) = try start("1", before: 9)
        #expect(run.status == 137 && tries == 2, "\(run.words)")
    }

    @Test func withoutTheOptionThereIsNone() throws {
        let (run, tries) = try start("0", before: 9)
        #expect(run.status == 137 && tries == 1, "\(run.words)")
    }

    @Test(arguments: [64, 65, 66, 73, 75, 76, 78]) func whatWouldComeAgainIsNotTriedAgain(code: Int)
        throws
    {
        let (run, tries) = try start("5", before: 1, code: code)
        #expect(run.status == code && tries == 1, "\(run.words)")
        #expect(!run.errors.contains("restart"), "\(run.words)")
    }

    /// The command that goes on is another one where a new start was asked for, and where a file is kept.
    @Test(arguments: [
        ("train x --resume never --quiet", "train x --quiet", " without --resume never"),
        ("train x --resume=never", "train x", " without --resume never"),
        ("train x --resume auto", "train x --resume auto", ""),
        ("train x --resume never.safetensors", "train x --resume never.safetensors", ""),
        (
            "autoencoder train --output a", "autoencoder train --output a --resume",
            " with --resume"
        ),
        ("autoencoder train --output=a --resume", "autoencoder train --output=a --resume", ""),
        ("autoencoder train --run a", "autoencoder train --run a", ""),
        ("ising sample --output a", "ising sample --output a", ""),
    ]) func aRestartGoesOn(words: String, again: String, told: String) throws {
        func start(_ environment: [String: String]) throws -> [String] {
            let run = try Program.start(
                ["\(Self.launch)/local", "-n", "1", "--restarts", "1", "--"]
                    + words.split(separator: " ").map(String.init),
                environment: ["WILSON": folder.file("program"), "CODE": "75"]
                    .merging(environment) { $1 })
            #expect(run.status == 75, "\(run.words)")
            #expect(
                run.errors.contains("with a checkpoint; the same command\(told) goes on"),
                "\(run.words)")
            let lines = try String(contentsOfFile: folder.file("tries"), encoding: .utf8)
            return lines.split(separator: "\n").map(String.init)
        }
        #expect(try start(["CRASHES": "2"]) == [words, again])
        // A job that Slurm has started once more.
        #expect(try start(["CRASHES": "0", "SLURM_RESTART_COUNT": "1"]) == [words, again, again])
    }

    /// Open MPI's own end locks itself up now and then.
    @Test func anMPIRunThatOutlivesItsRanksIsEnded() throws {
        let mpirun = try folder.write(
            """
            #!/bin/bash
            [[ $1 != --version ]] || { echo 'mpirun (Open MPI) 4.1.4' && exit; }
            echo try >>\(folder.file("tries"))
            sleep 1 &
            (($(wc -l <\(folder.file("tries"))) > 1)) || exec tail -f /dev/null
            """, to: "mpirun")
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: mpirun)
        let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
        let run = try Program.start(
            ["\(Self.launch)/local", "-n", "1", "--restarts", "1", "--", "train", "x"],
            environment: [
                "WILSON": folder.file("program"), "PATH": "\(folder.file("")):\(path)",
            ])
        #expect(run.status == 0, "\(run.words)")
        #expect(run.errors.contains("mpirun has not: ending it"), "\(run.words)")
        #expect(run.errors.contains("code 137; restart 1 of 1"), "\(run.words)")
    }

    @Test(arguments: ["", "-1", "two", "1.5", "100000"]) func aNumberIsExpected(text: String) throws
    {
        let (run, tries) = try start(text, before: 1)
        #expect(run.status == 64 && tries == 0, "\(run.words)")
        #expect(run.errors.contains("--restarts is '\(text)'"), "\(run.words)")
    }
}

/// `launch/clean`, which finds what killed runs leave in shared memory and in the folder for temporary files.
@Suite(.launches, .serialized, .enabled(if: FileManager.default.fileExists(atPath: "/dev/shm")))
struct CleanTests {
    private let clean = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appending(path: "launch/clean")
        .path

    /// A process that was killed has no lock any more on what it left.
    @Test func theNextStartRemovesWhatNobodyUses() throws {
        let small = try SmallRun()
        let number = ProcessInfo.processInfo.processIdentifier
        let left = "/dev/shm/wilson-" + String(format: "%016x", number)
        let used = "/dev/shm/wilson-" + String(format: "a%015x", number)
        for path in [left, used] {
            #expect(FileManager.default.createFile(atPath: path, contents: Data(count: 100)))
        }
        defer { for path in [left, used] { try? FileManager.default.removeItem(atPath: path) } }
        let run = try withExtendedLifetime(small) {
            try Program.start([
                "flock", "--shared", used, "mpirun", "-np", "2", "--oversubscribe",
                Command.program, "train", small.configuration, "--check",
            ])
        }
        #expect(run.status == 0, "\(run.words)")
        #expect(!FileManager.default.fileExists(atPath: left))
        #expect(FileManager.default.fileExists(atPath: used))
    }

    @Test func whatIsLeftIsListedAndRemovedOnRequest() throws {
        let name = "/dev/shm/wilson-left-\(ProcessInfo.processInfo.processIdentifier)"
        let new = name + "-new"
        for path in [name, new] {
            #expect(FileManager.default.createFile(atPath: path, contents: Data(count: 100)))
        }
        defer { for path in [name, new] { try? FileManager.default.removeItem(atPath: path) } }
        try FileManager.default.setAttributes(
            [.modificationDate: Date.now.addingTimeInterval(-3600)], ofItemAtPath: name)
        let listed = try Program.start([clean])
        #expect(listed.status == 0, "\(listed.words)")
        #expect(listed.output.contains("left             \(name)\n"), "\(listed.words)")
        #expect(FileManager.default.fileExists(atPath: name))
        let removed = try Program.start([clean, "--remove"])
        #expect(removed.status == 0, "\(removed.words)")
        #expect(removed.output.contains("removed          \(name)\n"), "\(removed.words)")
        #expect(!FileManager.default.fileExists(atPath: name))
        // It may belong to a run that has just begun.
        #expect(FileManager.default.fileExists(atPath: new))
    }

    /// Copies of data that a killed `train --send-data` has left, beside those of a run that lives, of a
    /// run that has just begun, and of another host.
    @Test func copiesOfDataAreListedAndRemovedOnRequest() throws {
        let folder = try TemporaryFolder()
        let host = try Program.start(["uname", "-n"]).output.trimmingCharacters(in: .newlines)
        let names = [
            "left": "wilson-data-\(host)-1", "used": "wilson-data-\(host)-2",
            "new": "wilson-data-\(host)-3", "of another host": "wilson-data-\(host)x-1",
        ].mapValues(folder.file)
        for path in names.values {
            try FileManager.default.createDirectory(
                atPath: path + "/1", withIntermediateDirectories: true)
            try Data(count: 1000).write(to: URL(filePath: path + "/1/cases.npy"))
        }
        for path in names.values where path != names["new"] {
            try FileManager.default.setAttributes(
                [.modificationDate: Date.now.addingTimeInterval(-3600)], ofItemAtPath: path)
        }
        let reader = try FileHandle(
            forReadingFrom: URL(filePath: try #require(names["used"]) + "/1/cases.npy"))
        defer { try? reader.close() }
        for words in [[], ["--remove"]] {
            let run = try Program.start([clean] + words, environment: ["TMPDIR": folder.path])
            #expect(run.status == 0, "\(run.words)")
            for (state, path) in names {
                let line = try #require(
                    run.output.split(separator: "\n").first { $0.hasSuffix(" " + path) },
                    "\(state): \(run.words)")
                let told =
                    switch state {
                    case "left": words.isEmpty ? " left " : " removed "
                    case "used": " used by \(ProcessInfo.processInfo.processIdentifier) "
                    default: " \(state) "
                    }
                #expect(line.contains(told), "\(line)")
                #expect(
                    FileManager.default.fileExists(atPath: path)
                        == (words.isEmpty || state != "left"))
            }
        }
    }
}
