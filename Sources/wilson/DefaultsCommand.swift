import ArgumentParser
import Experiments

struct DefaultsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "defaults",
        abstract: "Prints a configuration with every key, its default and its meaning.",
        discussion: """
            EXAMPLES
              wilson defaults > run.yaml
            """)

    func run() throws { print(Configuration.defaultsText, terminator: "") }
}
