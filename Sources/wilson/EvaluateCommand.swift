import ArgumentParser
import Ranks
import Reports
import Runs

struct EvaluateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "evaluate",
        abstract: "Measures a model on data: free energy, likelihoods, reconstruction.",
        discussion: """
            The log-likelihood is exact, by enumeration, when the smaller side has at most 25 \
            units (under gaussian visible units, the hidden side); --ais estimates it for any \
            machine, by chains that are annealed to the machine and back, between bounds from both \
            ways, and says whether it is determined. Likelihoods are of states: \
            grey values are drawn to bits, the same ones for every model; of gaussian units they \
            are densities. A layer above the first is measured as a machine of its own, on the \
            hidden means of the layers below it. Without --layer, a stack has its variational \
            bound, and what each of its layers adds.

            EXAMPLES
              wilson evaluate runs/mnist/model.safetensors --data t10k-images-idx3-ubyte.gz \
            --binarize threshold
              mpirun -np 4 wilson evaluate model.safetensors --data bars.npy --json
              wilson evaluate dbn.safetensors --data digits.npy --layer 1
              mpirun -np 4 wilson evaluate mnist.safetensors --data digits.npy --ais --chains 400
              wilson evaluate model.safetensors --data suspects.npy --per-case scores.npy
            """)

    @Argument(
        help: "The model, or a checkpoint.", completion: .file(extensions: ["safetensors"]))
    var model: String

    @Option(help: "The cases: IDX, NPY, NPZ, CSV, or a folder of pictures.", completion: .file())
    var data: String

    @Option(
        help: "Which layer of a stack, from 0. (default: the lowest, and the bounds of the stack)")
    var layer: Int?

    @OptionGroup var reading: ReadingOptions

    @Option(help: "One number a case: how often it counts.", completion: .file())
    var weights: String?

    @Flag(help: "Estimate ln Z by annealing there and back, with bounds.")
    var ais = false

    @Flag(help: "With --ais, estimate ln Z along the ladder of the tempering too, from both ends.")
    var ladder = false

    @OptionGroup var annealing: AnnealingOptions

    @Option(
        help: ArgumentHelp(
            "Write what is measured of each case into an NPY file, float64 of shape [N, 3]: free energy, "
                + "pseudo-log-likelihood (NaN for gaussian units) and reconstruction, in nats.",
            valueName: "file.npy"),
        completion: .file(extensions: ["npy"]))
    var perCase: String?

    @OptionGroup var form: OutputForm

    @OptionGroup var grid: GridOption

    @OptionGroup var common: CommonOptions

    func validate() throws {
        try checkLayer(layer)
        guard ladder, !ais else { return }
        throw ValidationError("--ladder goes with --ais")
    }

    func run() throws {
        try common.onAllRanks(json: form.json) { world in
            let waiting = ProgressLine(silent: common.quiet || world.rank != 0)
            defer { waiting.clear() }
            var run = EvaluationRun(
                model: model, data: reading.file(data), weights: weights, layer: layer,
                annealing: ais ? annealing.plan(usesLadder: ladder) : nil)
            run.perCase = perCase
            run.grid = grid.shape
            return try run.run(world) { stage, done in waiting.show(stage.rawValue, done) }
        }
    }
}
