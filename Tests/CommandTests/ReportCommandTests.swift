import Foundation
import TestSupport
import Testing

/// The page of a run, and what opens it.
@Suite(.launches, .timeLimit(.minutes(15))) struct ReportCommandTests {
    private let small: SmallRun

    init() throws {
        small = try SmallRun()
        let run = try small.train()
        try #require(run.status == 0, "\(run.words)")
    }

    private func report(_ options: [String], path: String) throws -> Program.Result {
        try Program.start(
            [Command.program, "report", small.folder.file("run")] + options,
            environment: ["PATH": path])
    }

    @Test func thePageHasPicturesOfTheModel() throws {
        let run = try Command.run(["report", small.folder.file("run")])
        #expect(run.status == 0, "\(run.words)")
        let page = try String(contentsOfFile: small.folder.file("run/report.html"), encoding: .utf8)
        #expect(page.components(separatedBy: "data:image/png;base64,").count == 4)
        #expect(page.contains("36 cases that the model draws"))
    }

    @Test func thePageIsHandedToWhatOpensPages() throws {
        let folder = small.folder
        _ = try folder.write(
            "#!/bin/sh\necho \"$1\" >'\(folder.file("opened"))'\n", to: "xdg-open")
        try FileManager.default.setAttributes(
            [.posixPermissions: 0o755], ofItemAtPath: folder.file("xdg-open"))
        let run = try report(["--open"], path: "\(folder.path):/usr/bin:/bin")
        #expect(run.status == 0, "\(run.words)")
        #expect(
            try String(contentsOfFile: folder.file("opened"), encoding: .utf8)
                == folder.file("run/report.html") + "\n")
    }

    @Test func whereNothingOpensPagesItSaysSo() throws {
        let folder = small.folder
        for tool in ["timeout", "env"] {
            try FileManager.default.createSymbolicLink(
                atPath: folder.file(tool), withDestinationPath: "/usr/bin/\(tool)")
        }
        let run = try report(["--open", "--output", folder.file("page.html")], path: folder.path)
        run.expectFault(73, "xdg-open cannot open it here; open \(folder.file("page.html"))")
        #expect(small.has("page.html"))
    }
}
