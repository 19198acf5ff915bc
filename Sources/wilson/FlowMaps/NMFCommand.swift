import ArgumentParser
import Datasets
import FlowMaps
import Instruments
import Ranks
import Reports

struct NMFCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "nmf",
        abstract: "Factorizes data: each case as a non-negative combination of archetypes.",
        discussion: """
            plain factors have archetypes without negative values, semi ones archetypes of any \
            sign, convex ones archetypes that are combinations of cases, and separable ones archetypes \
            that are cases, and so do hottopixx ones, found at once by a convex programme. The rows are shared over ranks; the result has the same bits on any number \
            of them. The values are taken as real numbers, grey ones from 0 to 1.

            EXAMPLES
              wilson nmf --data train-images-idx3-ubyte.gz --cases 10000 --rank 40 --picture parts.png
              wilson nmf --data spectra.csv --rank 5 --method separable --json
              mpirun -np 4 wilson nmf --data faces.npy --rank 20 --method convex --archetypes faces20.npy
            """)

    @Option(
        help: "The file whose cases are factorized.",
        completion: .file(extensions: ["npy", "npz", "csv", "gz"]))
    var data: String

    @Option(help: ArgumentHelp("k, the archetypes.", valueName: "k"))
    var rank: Int

    @Option(
        name: .customLong("method"),
        help: ArgumentHelp(
            "What is asked of the archetypes.", valueName: "plain|semi|convex|separable|hottopixx"),
        transform: { try choice($0) })
    var kind = Factorization.Kind.plain

    @Option(help: ArgumentHelp("Take the first cases only.", valueName: "n"))
    var cases: Int?

    @Option(help: ArgumentHelp("The most iterations.", valueName: "n"))
    var iterations = 500

    @Option(
        help: "Stop when an iteration lessens the squared error by less than this share of ‖X‖².")
    var tolerance = 1e-7

    @Option(
        help: ArgumentHelp(
            "Write the archetypes, the coordinates of each case, and the anchors or the mixture, "
                + "where there are some.", valueName: "file.npz"))
    var output: String?

    @Option(help: ArgumentHelp("Write the archetypes.", valueName: "file.npy"))
    var archetypes: String?

    @Option(help: ArgumentHelp("Write the coordinates of each case.", valueName: "file.npy"))
    var coordinates: String?

    @Option(help: ArgumentHelp("Write pictures of the archetypes.", valueName: "file.png"))
    var picture: String?

    @OptionGroup var reading: ReadingOptions

    @Option(help: "Names the random numbers of the start.")
    var seed: UInt64 = 1

    @OptionGroup var form: OutputForm

    @OptionGroup var common: CommonOptions

    func validate() throws {
        try checkRanges([
            ("rank", rank, 1...10_000), ("iterations", iterations, 1...1_000_000),
            ("cases", cases ?? 2, 2...1_000_000_000),
        ])
        guard tolerance >= 0, tolerance < 1 else {
            throw ValidationError("--tolerance is \(tolerance); expected 0, or more below 1")
        }
        if let output, !output.hasSuffix(".npz") {
            throw ValidationError("--output is `\(output)`; its name must end in .npz")
        }
        if let archetypes { try checkArrayFile(archetypes, option: "archetypes") }
        if let coordinates { try checkArrayFile(coordinates, option: "coordinates") }
        try checkPicture(picture, option: "picture")
    }

    func run() throws {
        try common.onAllRanks(json: form.json) { world in
            let waiting = ProgressLine(silent: common.quiet || world.rank != 0)
            defer { waiting.clear() }
            var run = FactorizationRun(
                data: reading.file(data), kind: kind, rank: rank,
                stop: Factorization.Stop(iterations: iterations, tolerance: tolerance), seed: seed)
            run.cases = cases
            run.output = output
            run.archetypes = archetypes
            run.coordinates = coordinates
            run.picture = picture
            return try run.run(world) { waiting.show($0, $1) }
        }
    }
}
