import ArgumentParser
import Instruments
import Ising

struct RGMonteCarloCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mcrg",
        abstract: "Measures scaling exponents by Monte Carlo renormalization.",
        discussion: """
            Configurations of the torus are blocked by 2×2 majorities, again and again, and y_T and \
            y_H follow from how the operators of one lattice answer to those of the next \
            [Swendsen79]; exact are 1 and 1.875 at K_c. With --model the drawn hidden layer of a \
            model takes the place of the majorities, if its units, placed by the centres of their \
            receptive fields, are one for each block. If not, the answer is a refusal (65) with a \
            picture of the fields, by default MODEL-receptive-fields.png.

            EXAMPLES
              wilson rg mcrg --size 64 --coupling critical --samples 20000
              mpirun -np 4 wilson rg mcrg --size 128 --coupling critical --samples 50000 --json
              wilson rg mcrg --model model.safetensors --samples 50000 --picture a.png
            """)

    @Option(help: "L of the L×L torus; of a model by default its own.")
    var size: Int?

    // Unconditional: a negative coupling begins like an option.
    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "K = J/kT of the configurations, or `critical` for ½ ln(1 + √2), the default.",
            valueName: "K|critical"),
        transform: coupling(named:))
    var coupling: Double?

    @Option(help: "How many configurations.")
    var samples = 20_000

    @Option(
        help: "A model whose hidden units are the block spins.",
        completion: .file(extensions: ["safetensors"]))
    var model: String?

    @Option(
        help: ArgumentHelp("Draw the receptive fields of the model.", valueName: "file.png"),
        completion: .file(extensions: ["png"]))
    var picture: String?

    @Option(help: "Names the random numbers; never draws the training data of this seed.")
    var seed: UInt64 = 1

    @OptionGroup var form: OutputForm

    @OptionGroup var common: CommonOptions

    func validate() throws {
        try checkSamples(samples, least: 2)
        if model == nil && size == nil {
            throw ValidationError("--size says the lattice to draw; or --model, which has one")
        }
        if model == nil && picture != nil {
            throw ValidationError("--picture is of the hidden units of a --model")
        }
        try checkPicture(picture, option: "picture")
    }

    func run() throws {
        let coupling = coupling ?? criticalCoupling
        if let model {
            try common.onAllRanks(json: form.json) { world in
                try HiddenBlockMCRG(
                    model: model, size: size, coupling: coupling, samples: samples, seed: seed,
                    picture: picture
                ).run(world)
            }
        } else {
            try common.onAllRanks(json: form.json) { world in
                try MajorityMCRG(
                    size: size ?? 0, coupling: coupling, samples: samples, seed: seed
                ).run(world)
            }
        }
    }
}
