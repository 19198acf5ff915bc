import ArgumentParser
import Runs

struct SampleCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sample",
        abstract: "Draws cases from a model by Gibbs sampling.",
        discussion: """
            A stack is sampled at its top, and one pass goes down to the visible units. An NPY file \
            holds states of shape [N, image shape…], uint8 0/1, or float32 on the scale of the data \
            where visible units are gaussian; a picture the probabilities, or means, from which they \
            were drawn. With --clamp the free units are drawn given the held ones, in a stack too.

            EXAMPLES
              wilson sample runs/mnist/model.safetensors --count 100 --sweeps 1000 --output a.png
              mpirun -np 2 wilson sample model.safetensors --count 5000 --sweeps 200 \
            --output a.npy --start data --data train-images-idx3-ubyte.gz
              wilson sample model.safetensors --count 25 --sweeps 500 --clamp upper-half.npy \
            --output completed.png
            """)

    enum Start: String, ExpressibleByArgument, CaseIterable { case data, noise }

    @Argument(
        help: "The model, or a checkpoint.", completion: .file(extensions: ["safetensors"]))
    var model: String

    @Option(help: "How many cases, each of its own chain.")
    var count: Int

    @Option(help: "Gibbs sweeps of each chain.")
    var sweeps: Int

    @Option(
        help: "The file to write, .npy or .png.", completion: .file(extensions: ["npy", "png"]))
    var output: String

    @Option(help: "Where chains start.")
    var start = Start.noise

    @Option(help: "The data to start from.", completion: .file())
    var data: String?

    @OptionGroup var reading: ReadingOptions

    @Option(
        help: ArgumentHelp(
            "Hold visible units: an NPY file of the shape of an image, or of several images which "
                + "the chains take in turn. 0 or 1 holds a unit (−1 or +1 for spins, for gaussian "
                + "units any number on the scale of the data), NaN leaves it free.",
            valueName: "file.npy"),
        completion: .file(extensions: ["npy"]))
    var clamp: String?

    @Option(help: "Names the random numbers.")
    var seed: UInt64 = 1

    @OptionGroup var common: CommonOptions

    func validate() throws {
        if count < 1 || count >= 1 << 31 {
            throw ValidationError("--count is \(count); expected 1 to 2³¹ − 1")
        }
        if sweeps < 1 || sweeps >= 1 << 31 {
            throw ValidationError("--sweeps is \(sweeps); expected 1 to 2³¹ − 1")
        }
        if !output.hasSuffix(".npy") && !output.hasSuffix(".png") {
            throw ValidationError("--output is `\(output)`; its name must end in .npy or .png")
        }
        if start == .data && data == nil {
            throw ValidationError("--start data needs the cases: --data FILE")
        }
        if start == .noise && data != nil {
            throw ValidationError("--data is only used with --start data")
        }
    }

    func run() throws {
        try common.onAllRanks(isMessage: true) { world in
            try SamplingRun(
                model: model, count: count, sweeps: sweeps, output: output,
                start: data.map { .data(reading.file($0)) } ?? .noise, clamp: clamp, seed: seed
            ).run(world)
        }
    }
}
