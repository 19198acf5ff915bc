import Foundation
import TestSupport
import Testing

/// The program of `launch/build`, in an installed tree, on a machine that has no Swift: the folder of the
/// compiler and of its runtime is hidden in a mount namespace.
@Suite(
    .launches, .serialized, .timeLimit(.minutes(5)),
    .enabled(
        if: isBuilt, "launch/build has not been run here; .ci/run runs it before the tests"),
    .enabled(if: canHide, "hiding a folder needs unshare and root"))
struct NoToolchainTests {
    private static let root = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    private static let program = root.appending(path: ".build/release/wilson").path
    private static let isBuilt = FileManager.default.isExecutableFile(atPath: program)

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
    private static var hidden: [String] {
        guard let toolchain else { return [] }
        return toolchain == "/usr"
            ? ["/usr/lib/swift", "/usr/lib/swift_static"].filter {
                FileManager.default.fileExists(atPath: $0)
            } : [toolchain]
    }

    private static let canHide = (try? withoutSwift(["true"]))?.status == 0

    /// Runs words where the toolchain's folders are empty.
    private static func withoutSwift(
        _ words: [String], in workingFolder: String? = nil
    ) throws -> Program.Result {
        let hiding = hidden.map { "mount -t tmpfs none '\($0)' && " }.joined()
        return try Program.start(
            ["unshare", "--mount", "sh", "-c", hiding + "exec \"$@\"", "sh"] + words,
            in: workingFolder, seconds: 240)
    }

    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    @Test func theToolchainIsHidden() throws {
        try #require(!Self.hidden.isEmpty)
        for name in Self.hidden {
            let listing = try Self.withoutSwift(["ls", "-A", name])
            #expect(listing.status == 0 && listing.output.isEmpty, "\(listing.words)")
        }
    }

    @Test func anInstalledTreeTrainsWithoutSwift() throws {
        let (first, second) = (folder.file("first"), folder.file("second"))
        let install = try Program.start([
            "bash", Self.root.appending(path: "launch/install").path, "--prefix", first,
            "--program", Self.program,
        ])
        #expect(install.status == 0, "\(install.words)")
        #expect(!install.errors.contains("runtime"), "\(install.words)")
        try FileManager.default.moveItem(atPath: first, toPath: second)

        let wilson = second + "/bin/wilson"
        let libraries = try Self.withoutSwift(["ldd", wilson])
        #expect(libraries.status == 0, "\(libraries.words)")
        #expect(!libraries.output.contains("swift"), "\(libraries.words)")
        #expect(!libraries.output.contains("not found"), "\(libraries.words)")
        let version = try Self.withoutSwift([wilson, "--version"])
        #expect(version.status == 0 && version.output.hasPrefix("wilson "), "\(version.words)")

        let share = second + "/share/wilson"
        let train = ["train", "examples/bars-and-stripes.yaml", "--set", "training.epochs=3"]
        let run = try Self.withoutSwift(
            ["bash", share + "/launch/local", "-n", "2", "--oversubscribe", "--"] + train
                + ["--output", folder.file("run")], in: share)
        #expect(run.status == 0, "\(run.words)")
        let own = try Program.start(
            [Command.program] + train + ["--output", folder.file("own"), "--quiet"], in: share)
        #expect(own.status == 0, "\(own.words)")
        // That of the program which is built with the tests.
        #expect(try folder.bytes("run/model.safetensors") == folder.bytes("own/model.safetensors"))
    }
}
