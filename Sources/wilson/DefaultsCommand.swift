import ArgumentParser
import Configuration
import Reports

struct DefaultsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "defaults",
        abstract: "Prints a configuration with every key, its default and its meaning.",
        discussion: """
            EXAMPLES
              wilson defaults > run.yaml
            """)

    func run() throws { try withoutMPI { try Output.show(RunConfiguration.defaultsText) } }
}
