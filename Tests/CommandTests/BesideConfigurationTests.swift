import Foundation
import Storage
import TestSupport
import Testing

/// Files that a configuration names are found from where the command runs, and else beside it.
@Suite(.launches, .timeLimit(.minutes(15))) struct BesideConfigurationTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        for name in ["own", "here"] {
            try FileManager.default.createDirectory(
                atPath: folder.file(name), withIntermediateDirectories: false)
        }
        _ = try folder.write(
            """
            data: {train: cases.npy, held-out: held.npz:a}
            layers: [{hidden: 3}]
            training: {epochs: 1}
            """, to: "own/run.yaml")
        try writeNPY(SmallRun.bits(cases: 30, units: 6), shape: [30, 6], to: path("own/cases.npy"))
    }

    private func path(_ name: String) -> String { folder.file(name) }

    private func check(_ settings: [String] = []) throws -> Program.Result {
        try Program.start(
            [Command.program, "train", path("own/run.yaml"), "--check"]
                + settings.flatMap { ["--set", $0] }, in: path("here"))
    }

    @Test func whatIsBesideItIsFound() throws {
        let run = try check(["data.held-out=0"])
        #expect(run.status == 0, "\(run.words)")
        #expect((run.output + run.errors).contains("30 training cases"), "\(run.words)")
    }

    @Test func whatIsHereComesFirst() throws {
        let bits = SmallRun.bits(cases: 20, units: 6)
        try writeNPY(bits, shape: [20, 6], to: path("here/cases.npy"))
        let run = try check(["data.held-out=0"])
        #expect(run.status == 0, "\(run.words)")
        #expect((run.output + run.errors).contains("20 training cases"), "\(run.words)")
    }

    @Test func whatIsNowhereIsNamedAsItIsWritten() throws {
        try check().expectFault(65, "held.npz")
        try check(["initial-model=none.safetensors"]).expectFault(65, "none.safetensors")
    }
}
