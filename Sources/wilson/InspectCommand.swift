import ArgumentParser
import Experiments

struct InspectCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inspect",
        abstract: "Tells what a model, a checkpoint or a data file holds.",
        discussion: """
            Checksums are verified, and every value is looked at. Filters are the weights of the \
            hidden units of the first layer, the 100 of largest norm, in the shape of a case: gray \
            is zero, white and black the largest magnitude of each unit. Those of deeper layers \
            have no such shape, and are not drawn.

            EXAMPLES
              wilson inspect runs/mnist/model.safetensors --filters filters.png
              wilson inspect runs/mnist/checkpoints/step-0000018000.safetensors
              wilson inspect runs/mnist/model.safetensors --configuration > again.yaml
              wilson inspect t10k-images-idx3-ubyte.gz --json
            """)

    @Argument(help: "The file: safetensors, IDX, IDX.gz or NPY.")
    var file: String

    @Option(help: ArgumentHelp("Draw the filters into a PNG file.", valueName: "file.png"))
    var filters: String?

    @Flag(help: "Print the configuration stored in a model, and nothing else.")
    var configuration = false

    @Flag(help: "Print one JSON object.")
    var json = false

    func validate() throws {
        if json && configuration {
            throw ValidationError("--json holds the configuration already; leave one of them out")
        }
        if let filters, !filters.hasSuffix(".png") {
            throw ValidationError("--filters is `\(filters)`; its name must end in .png")
        }
    }

    func run() throws {
        try alone {
            let report: InspectionRun.Report =
                configuration ? .configuration : json ? .json : .text
            let text = try InspectionRun(file: file, filters: filters, report: report).run()
            print(text, terminator: text.hasSuffix("\n") ? "" : "\n")
        }
    }
}
