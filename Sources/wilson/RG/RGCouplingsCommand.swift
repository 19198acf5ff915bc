import ArgumentParser
import Instruments
import Renormalization
import Reports

struct RGCouplingsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "couplings",
        abstract: "Finds the couplings among a machine's units, the other side summed over.",
        discussion: """
            −H = Σ η s + Σ J s s′ + …, in spins of ±1 for units of either kind. Fields and pairs \
            are exact at any size; up to 20 units so are the couplings of every order, and beyond \
            the share of higher orders is measured on random states. Where the visible units are a \
            lattice, pairs are collected by distance, beside the true coupling of a model that was \
            trained on Ising configurations. --picture keeps directions apart: a square for each \
            displacement from the dot in the middle, gray for no coupling, white and black for the \
            largest of either sign, by the root of its size.

            EXAMPLES
              wilson rg couplings runs/ising-critical/model.safetensors
              wilson rg couplings model.safetensors --picture couplings.png
              wilson rg couplings model.safetensors --side hidden --json
              wilson rg couplings dbn.safetensors --layer 1
            """)

    @Argument(
        help: "The model, or a checkpoint.", completion: .file(extensions: ["safetensors"]))
    var model: String

    @Option(help: "Whose couplings.")
    var side = MarginalHamiltonian.Side.visible

    @Option(help: "Which layer of a stack, from 0.")
    var layer = 0

    @Option(
        help: ArgumentHelp(
            "Draw the mean coupling of each displacement on the lattice.", valueName: "file.png"),
        completion: .file(extensions: ["png"]))
    var picture: String?

    @OptionGroup var form: OutputForm

    func validate() throws {
        try checkLayer(layer)
        try checkPicture(picture, option: "picture")
    }

    func run() throws {
        try withoutMPI {
            let run = CouplingsRun(model: model, layer: layer, side: side, picture: picture)
            try Output.show(run.run(), asJSON: form.json)
        }
    }
}
