import ArgumentParser
import Ranks
import Reports
import Runs

struct TransformCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "transform",
        abstract: "Writes the hidden features of data: what a layer makes of each case.",
        discussion: """
            The file is float32 of shape [N, hidden], the mean of each hidden unit (of spins in \
            [−1, 1]), each layer given the means of the one below it; with --samples uint8 0/1, \
            each layer drawn given the states of the one below. It is computed in double precision \
            with the weights as they are, and is the same on any number of ranks.

            EXAMPLES
              wilson transform runs/mnist/model.safetensors --data t10k-images-idx3-ubyte.gz \
            --binarize threshold --output features.npy
              mpirun -np 4 wilson transform dbn.safetensors --data digits.npy --layer 0 \
            --output a.npy
              wilson transform model.safetensors --data bars.npy --samples --seed 2 --output b.npy
            """)

    @Argument(
        help: "The model, or a checkpoint.", completion: .file(extensions: ["safetensors"]))
    var model: String

    @Option(help: "The cases: IDX, NPY, NPZ, CSV, or a folder of pictures.", completion: .file())
    var data: String

    @Option(help: "The NPY file to write.", completion: .file(extensions: ["npy"]))
    var output: String

    @Option(help: "Which layer of a stack, from 0 (default: the top).")
    var layer: Int?

    @Flag(help: "Write states that are drawn, not means.")
    var samples = false

    @OptionGroup var reading: ReadingOptions

    @Option(help: "Names the random numbers of --samples and of --binarize sample.")
    var seed: UInt64 = 1

    @OptionGroup var grid: GridOption

    @OptionGroup var common: CommonOptions

    func validate() throws {
        try checkArrayFile(output)
        if output == data {
            throw ValidationError("--output is the file of --data, which it would replace")
        }
        try checkLayer(layer)
    }

    func run() throws {
        try common.onAllRanks(isMessage: true) { world in
            let waiting = ProgressLine(silent: common.quiet || world.rank != 0)
            defer { waiting.clear() }
            var run = TransformRun(
                model: model, data: reading.file(data), output: output, layer: layer,
                drawsStates: samples, seed: seed)
            run.grid = grid.shape
            return try run.run(world) { waiting.show("cases", $0) }
        }
    }
}
