import ArgumentParser
import Foundation
import Ranks
import Reports
import Runs

struct ReportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "Writes a page of HTML that shows runs: curves, pictures, what was set.",
        discussion: """
            The page is one file that needs no network: curves of every recorded value (those of several \
            runs over one another), warnings, filters, drawn cases, singular values of the weights, the \
            configuration where it differs from the defaults, and times.

            EXAMPLES
              wilson report runs/mnist
              wilson report runs/a runs/b --output comparison.html --open
            """)

    @Argument(help: "Folders of runs.", completion: .directory)
    var runs: [String]

    @Option(
        help: "The file to write (default: report.html in the folder of the first run).",
        completion: .file(extensions: ["html"]))
    var output: String?

    @Flag(help: "Open the page in the browser.")
    var open = false

    func run() throws {
        try withoutMPI {
            let file = output ?? runs[0] + "/report.html"
            try RunPage(folders: runs).write(to: file)
            try Output.show("page     \(file)\n")
            guard open else { return }
            #if os(macOS)
                let opener = "open"
            #else
                let opener = "xdg-open"
            #endif
            let browser = Process()
            browser.executableURL = URL(filePath: "/usr/bin/env")
            browser.arguments = [opener, file]
            browser.standardError = FileHandle.nullDevice
            try browser.run()
            browser.waitUntilExit()
            guard browser.terminationStatus == 0 else {
                throw SharedFailure(
                    exitCode: ExitStatus.cannotWrite,
                    "the page is written, but \(opener) cannot open it here; open \(file) in a browser"
                )
            }
        }
    }
}
