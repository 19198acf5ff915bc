import ArgumentParser
import Configuration
import Reports
import Runs

struct DefaultsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "defaults",
        abstract: "Prints a configuration with every key, its default and its meaning.",
        discussion: """
            With --for, a short one that fits a data file, with the reason of each choice.

            EXAMPLES
              wilson defaults > run.yaml
              wilson defaults --for mydata.csv > run.yaml
            """)

    @Option(
        name: .customLong("for"), help: "The data: IDX, NPY, NPZ, CSV, or a folder of pictures.",
        completion: .file())
    var data: String?

    func run() throws {
        try withoutMPI {
            try Output.show(
                data.map { try FittingConfiguration(path: $0).text }
                    ?? RunConfiguration.defaultsText)
        }
    }
}
