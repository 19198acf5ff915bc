import Foundation
import TestSupport
import Testing

/// The launch scripts read what people write in lists of hosts and in cluster configurations.
@Suite(.launches, .timeLimit(.minutes(15))) struct LaunchScriptTests {

    /// Runs a script without starting anything.
    private func dryRun(_ script: String, _ arguments: [String]) throws -> Program.Result {
        try Program.start(
            ["bash", projectRoot.appending(path: "launch/\(script)").path] + arguments
                + ["--dry-run", "--", "train", "a.yaml"])
    }

    @Test(arguments: [
        "a\nb\n", "a\r\nb\r\n", "\u{FEFF}a\r\n\r\nb # the second\r\n", "# hosts\n a \n\tb\na\n",
    ])
    func listsOfHostsAreReadAsPeopleWriteThem(list: String) throws {
        let folder = try TemporaryFolder()
        _ = try folder.write(list, to: "hosts")
        let run = try dryRun("hosts", ["--hostfile", folder.file("hosts")])
        #expect(run.status == 0, "\(run.words)")
        #expect(run.output.contains(#/--host a:\d+\\,b:\d+ /#), "\(run.words)")
    }

    @Test(arguments: [("a\nb:512\n", "line 2: 'b:512'"), ("a,b\n", "line 1: 'a,b'")])
    func whatIsNoHostNameIsRefused(list: String, words: String) throws {
        let folder = try TemporaryFolder()
        _ = try folder.write(list, to: "hosts")
        let run = try dryRun("hosts", ["--hostfile", folder.file("hosts")])
        #expect(run.status == 78)
        #expect(run.errors.contains(words), "\(run.words)")
    }

    @Test func aConfigurationOfAnotherSystemIsRead() throws {
        let folder = try TemporaryFolder()
        let text = try String(
            contentsOf: projectRoot.appending(path: "cluster-configs/laptop.conf"), encoding: .utf8)
        let foreign = "\u{FEFF}" + text.replacingOccurrences(of: "\n", with: "\r\n")
        _ = try folder.write(foreign, to: "foreign.conf")
        let own = try dryRun("local", ["--cluster", "laptop", "-n", "1"])
        let read = try dryRun("local", ["--cluster", folder.file("foreign.conf"), "-n", "1"])
        #expect(own.status == 0 && read.status == 0, "\(read.words)")
        #expect(own.output == read.output)
    }

    @Test func misspeltKeysAreNamed() throws {
        let folder = try TemporaryFolder()
        _ = try folder.write("RANKS_PER_NOD=1\r\n", to: "bad.conf")
        let run = try dryRun("local", ["--cluster", folder.file("bad.conf"), "-n", "1"])
        #expect(run.status == 78 && run.errors.contains("RANKS_PER_NOD"), "\(run.words)")
    }

    /// An installed tree may be moved, and its scripts find its program.
    @Test func anInstalledTreeMayBeMoved() throws {
        let folder = try TemporaryFolder()
        let (first, second) = (folder.file("first"), folder.file("second"))
        let run = try Program.start([
            "bash", projectRoot.appending(path: "launch/install").path, "--prefix", first,
            "--program", Program.path("wilson"),
        ])
        #expect(run.status == 0, "\(run.words)")
        try FileManager.default.moveItem(atPath: first, toPath: second)
        let version = try Program.start([second + "/bin/wilson", "--version"])
        #expect(version.status == 0 && version.output.hasPrefix("wilson "), "\(version.words)")
        let share = second + "/share/wilson"
        let local = try Program.start([
            "bash", share + "/launch/local", "-n", "1", "--dry-run", "--", "train", "a.yaml",
        ])
        #expect(local.status == 0, "\(local.words)")
        #expect(local.output.contains("/second/bin/wilson train a.yaml"), "\(local.words)")
        let page = try String(
            contentsOfFile: second + "/share/man/man1/wilson.1", encoding: .utf8)
        for word in ["WILSON TRAIN", "WILSON ISING EXACT", "--coupling", "EXIT CODES"] {
            #expect(page.contains(word), "\(word)")
        }
        for file in [
            "man/man1/wilson.1", "bash-completion/completions/wilson",
            "zsh/site-functions/_wilson", "wilson/examples/mnist.yaml",
            "wilson/cluster-configs/laptop.conf",
        ] {
            #expect(
                FileManager.default.fileExists(atPath: "\(second)/share/\(file)"), "\(file)")
        }
        let nowhere = try Program.start([
            "bash", projectRoot.appending(path: "launch/install").path, "--prefix",
            "/dev/null/wilson", "--program", Program.path("wilson"),
        ])
        #expect(nowhere.status == 73, "\(nowhere.words)")
    }

    /// The compiler's own words for such a folder do not tell what is wrong.
    @Test func aBuildFolderOfAnotherPlaceIsRecognized() throws {
        let folder = try TemporaryFolder()
        _ = try folder.write("commands:\n  \"/elsewhere/.build/wilson\":\n", to: "release.yaml")
        let run = try Program.start([
            "bash", projectRoot.appending(path: "launch/build").path, "--scratch-path",
            folder.file(""),
        ])
        #expect(run.status == 78, "\(run.words)")
        #expect(run.errors.contains("copied or moved here"), "\(run.words)")
        #expect(run.errors.contains("rm -r "), "\(run.words)")
        // The folder of the tests, in a copy of the project.
        for part in ["launch", "cluster-configs"] {
            try FileManager.default.copyItem(
                at: projectRoot.appending(path: part), to: URL(filePath: folder.file(part)))
        }
        try FileManager.default.createDirectory(
            atPath: folder.file(".build-test"), withIntermediateDirectories: false)
        _ = try folder.write(
            "commands:\n  \"/elsewhere/.build-test/tests\":\n", to: ".build-test/release.yaml")
        let tests = try Program.start(["bash", folder.file("launch/test"), "--list"])
        #expect(tests.status == 78, "\(tests.words)")
        #expect(tests.errors.contains(".build-test was built in another place"), "\(tests.words)")
    }
}
