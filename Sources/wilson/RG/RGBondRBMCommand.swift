import ArgumentParser
import Instruments
import Reports

struct RGBondRBMCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bond-rbm",
        abstract: "Writes the exact RBM of the Ising torus, whose ln Z is known at any size.",
        discussion: """
            One hidden spin for each of the 2L² bonds, joined to both ends with the weight \
            w = ½ arccosh e^{2K}, and no biases: summed out, it leaves the Ising model. The oracle \
            for whatever samples or integrates an RBM. Needs K ≥ 0.

            EXAMPLES
              wilson rg bond-rbm --size 8 --coupling critical --output bonds.safetensors
              wilson rg bond-rbm --size 16 --coupling 0.408 --output bonds.safetensors --json
            """)

    @Option(help: "L of the L×L torus.")
    var size: Int

    @OptionGroup var coupling: CouplingOption

    @Option(help: "The model file to write.")
    var output: String

    @OptionGroup var form: OutputForm

    func run() throws {
        try withoutMPI {
            let run = BondRBMRun(size: size, coupling: coupling.value, output: output)
            try Output.show(run.run(), asJSON: form.json)
        }
    }
}
