import ArgumentParser
import Runs

struct SampleCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sample",
        abstract: "Draws cases from a model by Gibbs sampling or parallel tempering.",
        discussion: """
            A stack is sampled at its top, and one pass goes down to the visible units. An NPY file \
            holds states of shape [N, image shape…], uint8 0/1, or float32 on the scale of the data \
            where visible units are gaussian; a picture the probabilities, or means, from which they \
            were drawn. With --clamp the free units are drawn given the held ones, in a stack too.

            Chains that make Gibbs sweeps alone may stay for very long near where they start. With \
            --tempering each chain exchanges its states with others on a ladder of weaker machines, \
            and draws from equilibrium whatever the start; a sweep then costs as much as there are \
            levels. --check-mixing compares chains from noise with chains from data. Both go with --clamp \
            where the model has one layer.

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

    @Flag(help: "Exchange states with chains of weaker machines: draw from equilibrium.")
    var tempering = false

    @Flag(
        help: ArgumentHelp(
            "Say how far chains from noise and chains from data are apart after the sweeps, and how "
                + "long they remember; needs --data."))
    var checkMixing = false

    @Flag(help: "Write the means that the states were drawn from, float32, into an NPY file.")
    var means = false

    @Option(help: "The data to start from, or to check mixing with.", completion: .file())
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

    @OptionGroup var form: OutputForm

    @OptionGroup var grid: GridOption

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
        if checkMixing && data == nil {
            throw ValidationError("--check-mixing compares with the data: --data FILE")
        }
        if start == .noise && data != nil && !checkMixing {
            throw ValidationError("--data is only used with --start data or --check-mixing")
        }
        if means && !output.hasSuffix(".npy") {
            throw ValidationError("--means writes an NPY file; a picture shows the means anyway")
        }
    }

    func run() throws {
        let isMessage = !checkMixing
        try common.onAllRanks(json: form.json, isMessage: isMessage) { world in
            let file = data.map { reading.file($0) }
            var run = SamplingRun(
                model: model, count: count, sweeps: sweeps, output: output,
                start: start == .data ? file.map { .data($0) } ?? .noise : .noise, seed: seed)
            run.clamp = clamp
            run.isTempered = tempering
            run.writesMeans = means
            run.grid = grid.shape
            run.mixingData = checkMixing ? file : nil
            return try run.run(world)
        }
    }
}
