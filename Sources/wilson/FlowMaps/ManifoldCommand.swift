import ArgumentParser
import Datasets
import FlowMaps
import Instruments
import Ranks
import Reports

struct ManifoldCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "manifold",
        abstract: "Finds the manifold near which data lie: clusters, coordinates, classes.",
        subcommands: [Cluster.self, Embed.self, Classify.self], defaultSubcommand: Cluster.self)

    /// What makes a graph of the cases.
    struct GraphOptions: ParsableArguments {
        @Option(
            help: "The file of the cases.",
            completion: .file(extensions: ["npy", "npz", "csv", "gz"]))
        var data: String

        @Option(help: ArgumentHelp("Take the first cases only.", valueName: "n"))
        var cases: Int?

        @Option(
            help: ArgumentHelp(
                "Edges between nearest neighbours, or between all cases.",
                valueName: "nearest|gaussian"),
            transform: { try choice($0) })
        var graph = ManifoldRun.Graph.nearest

        @Option(help: ArgumentHelp("The nearest neighbours of each case.", valueName: "k"))
        var neighbours = 10

        @Option(
            help: ArgumentHelp(
                "σ of weights e^{−d²/2σ²}; without it nearest neighbours have the weight 1.",
                valueName: "s"))
        var sigma: Double?

        @Option(help: "A file with the class of each case, −1 where it is not known.")
        var labels: String?

        @Option(
            help: ArgumentHelp(
                "Write what was found for each case; an NPZ archive also has the eigenvalues.",
                valueName: "file.npy|file.npz"))
        var output: String?

        @OptionGroup var reading: ReadingOptions

        @Option(help: "Names the random numbers.")
        var seed: UInt64 = 1

        func validate() throws {
            try checkRanges([
                ("neighbours", neighbours, 1...10_000), ("cases", cases ?? 2, 2...1_000_000_000),
            ])
            if let sigma, !(sigma > 0 && sigma.isFinite) {
                throw ValidationError("--sigma is \(sigma); expected a number above 0")
            }
            if graph == .allPairs, sigma == nil {
                throw ValidationError("--graph gaussian needs --sigma, the σ of its weights")
            }
            if let output { try checkArrayOrArchive(output) }
        }

        func run(_ task: ManifoldRun.Task) -> ManifoldRun {
            var run = ManifoldRun(
                data: reading.file(data), graph: graph, neighbours: neighbours, scale: sigma,
                task: task, output: output, seed: seed)
            run.cases = cases
            run.labels = labels
            return run
        }
    }

    struct Cluster: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Clusters cases by the smallest eigenvectors of their graph.",
            discussion: """
                EXAMPLES
                  wilson manifold cluster --data moons.npy --clusters 2 --graph gaussian --sigma 0.1
                  mpirun -np 4 wilson manifold cluster --data t10k-images-idx3-ubyte.gz --clusters 10 \
                --labels t10k-labels-idx1-ubyte.gz
                """)

        @OptionGroup var graph: GraphOptions

        @Option(help: ArgumentHelp("How many clusters.", valueName: "k"))
        var clusters: Int

        @Option(
            help: ArgumentHelp(
                "Starts of the last step, of which the best counts.", valueName: "n"))
        var restarts = 10

        @OptionGroup var form: OutputForm

        @OptionGroup var common: CommonOptions

        func validate() throws {
            try checkRanges([
                ("clusters", clusters, 1...1000), ("restarts", restarts, 1...1000),
            ])
        }

        func run() throws {
            try common.onAllRanks(json: form.json) { world in
                let waiting = ProgressLine(silent: common.quiet || world.rank != 0)
                defer { waiting.clear() }
                return try graph.run(.clusters(clusters, restarts: restarts))
                    .run(world) { waiting.show($0, $1) }
            }
        }
    }

    struct Embed: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Gives cases coordinates along the manifold.",
            discussion: """
                EXAMPLES
                  wilson manifold embed --data swiss-roll.npy --dimensions 2 --output plane.npy
                  wilson manifold embed --data t10k-images-idx3-ubyte.gz --method diffusion --output a.npy
                """)

        @OptionGroup var graph: GraphOptions

        @Option(
            help: ArgumentHelp("What makes coordinates.", valueName: "eigenmaps|diffusion"),
            transform: { try choice($0) })
        var method = Embedding.Method.eigenmaps

        @Option(help: ArgumentHelp("How many coordinates.", valueName: "n"))
        var dimensions = 2

        @Option(help: "The time of diffusion.")
        var time = 1.0

        @Option(
            help: ArgumentHelp(
                "Write the first two coordinates as a picture; colors are those of --labels.",
                valueName: "file.svg"))
        var picture: String?

        @OptionGroup var form: OutputForm

        @OptionGroup var common: CommonOptions

        func validate() throws {
            guard (1...1000).contains(dimensions) else {
                throw ValidationError("--dimensions is \(dimensions); expected 1 to 1000")
            }
            guard time >= 0, time.isFinite else {
                throw ValidationError("--time is \(time); expected 0 or more")
            }
            try checkDrawing(picture)
            if picture != nil, dimensions < 2 {
                throw ValidationError("--picture needs two coordinates, but --dimensions is 1")
            }
        }

        func run() throws {
            try common.onAllRanks(json: form.json) { world in
                let waiting = ProgressLine(silent: common.quiet || world.rank != 0)
                defer { waiting.clear() }
                var run = graph.run(.embedding(method, dimensions: dimensions, time: time))
                run.picture = picture
                return try run.run(world) { waiting.show($0, $1) }
            }
        }
    }

    struct Classify: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Learns classes from few labels and the graph of all cases.",
            discussion: """
                A function of the cases is near the labels, small, and smooth along the graph; \
                --intrinsic 0 leaves the graph out. --sigma is σ of the kernel. laprls is near the \
                labels by least squares, lapsvm by the margin of a support vector machine.

                EXAMPLES
                  wilson manifold classify --data moons.npy --labels classes.npy --learned 2 --sigma 0.3
                """)

        @OptionGroup var graph: GraphOptions

        @Option(
            name: .customLong("method"),
            help: ArgumentHelp("What learns.", valueName: "laprls|lapsvm"),
            transform: { try choice($0) })
        var classifier = ManifoldRun.Classifier.leastSquares

        @Option(
            help: ArgumentHelp(
                "Learn from so many labelled cases, classes in turn.", valueName: "n"))
        var learned: Int?

        @Option(help: "γ_A, the price of a function that is large.")
        var ambient = 1e-6

        @Option(help: "γ_I, the price of a function that is not smooth along the graph.")
        var intrinsic = 1.0

        @OptionGroup var form: OutputForm

        @OptionGroup var common: CommonOptions

        func validate() throws {
            guard graph.labels != nil else {
                throw ValidationError("--labels is missing: the classes to learn from")
            }
            guard graph.sigma != nil else {
                throw ValidationError("--sigma is missing: σ of the kernel")
            }
            guard ambient > 0, intrinsic >= 0, ambient.isFinite, intrinsic.isFinite else {
                throw ValidationError(
                    "--ambient \(ambient) and --intrinsic \(intrinsic); expected a number above 0, and 0 "
                        + "or more")
            }
            if let learned, learned < 1 {
                throw ValidationError("--learned is \(learned); expected 1 or more")
            }
        }

        func run() throws {
            try common.onAllRanks(json: form.json) { world in
                let waiting = ProgressLine(silent: common.quiet || world.rank != 0)
                defer { waiting.clear() }
                var run = graph.run(
                    .classification(classifier, ambient: ambient, intrinsic: intrinsic))
                run.learned = learned
                return try run.run(world) { waiting.show($0, $1) }
            }
        }
    }
}
