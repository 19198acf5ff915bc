import ArgumentParser
import Reports
import Runs

struct InspectCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inspect",
        abstract: "Tells what a model, a checkpoint or a data file holds.",
        discussion: """
            Checksums are verified, and every value is looked at. Filters are the weights of the \
            hidden units of a layer, the 100 of largest norm, in the shape of a case: gray is zero, \
            white and black the largest magnitude of each unit. Of a layer above the first they are \
            sums of the filters below, each times its weight.

            EXAMPLES
              wilson inspect runs/mnist/model.safetensors --filters filters.png
              wilson inspect runs/dbn/model.safetensors --filters second.png --layer 1
              wilson inspect runs/mnist/checkpoints/step-0000018000.safetensors
              wilson inspect runs/mnist/model.safetensors --configuration > again.yaml
              wilson inspect t10k-images-idx3-ubyte.gz --json
            """)

    @Argument(help: "The file: safetensors, or data of any format.", completion: .file())
    var file: String

    @Option(
        help: ArgumentHelp("Draw the filters into a PNG file.", valueName: "file.png"),
        completion: .file(extensions: ["png"]))
    var filters: String?

    @Option(help: "The layer whose filters are drawn, from 0 (default: 0).")
    var layer: Int?

    @Flag(help: "Print the configuration stored in a model, and nothing else.")
    var configuration = false

    @OptionGroup var form: OutputForm

    func validate() throws {
        try checkLayer(layer)
        if layer != nil && filters == nil {
            throw ValidationError("--layer is only used with --filters")
        }
        if form.json && configuration {
            throw ValidationError("--json holds the configuration already; leave one of them out")
        }
        try checkPicture(filters, option: "filters")
    }

    func run() throws {
        try withoutMPI {
            let run = InspectionRun(file: file, filters: filters, layer: layer ?? 0)
            let found = try run.run()
            guard configuration else { return try Output.show(found, asJSON: form.json) }
            try Output.show(run.configuration(of: found))
        }
    }
}
