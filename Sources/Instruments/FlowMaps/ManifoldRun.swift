import Analysis
public import Datasets
public import FlowMaps
public import Ranks
public import Reports
import Runs
import Storage

/// Finds the manifold near which the cases of a file lie, for `wilson manifold`.
public struct ManifoldRun {
    /// How cases become a graph.
    public enum Graph: String, Sendable, CaseIterable {
        /// Edges between nearest neighbours.
        case nearest
        /// All edges, with weights e^{−d²/2σ²}.
        case allPairs = "gaussian"
    }

    /// What is done with the graph.
    public enum Task: Sendable {
        case clusters(Int, restarts: Int)
        case embedding(Embedding.Method, dimensions: Int, time: Double)
        case classification(Classifier, ambient: Double, intrinsic: Double)
    }

    /// What learns classes along the graph.
    public enum Classifier: String, Sendable, CaseIterable {
        /// Least squares.
        case leastSquares = "laprls"
        /// A support vector machine.
        case machine = "lapsvm"
    }

    private let data: DataFile
    private let graph: Graph
    private let neighbours: Int
    private let scale: Double?
    private let task: Task
    private let output: String?
    private let seed: UInt64

    /// The number of the file's first cases that are taken; nil for all.
    public var cases: Int?
    /// The file of the cases' classes; nil for none.
    public var labels: String?
    /// The cases that have a class and are learned from, of all cases with a class; nil for all of them.
    public var learned: Int?
    /// The SVG file of the first two coordinates to write, if any.
    public var picture: String?

    /// The most cases of a graph with all edges, or of a kernel.
    public static let mostWhole = 4096

    /// Creates the run.
    ///
    /// - Parameters:
    ///   - scale: σ; nil for weights that do not depend on distances.
    ///   - output: The file to write, if any: NPY with the cluster or class of each case, or its
    ///     coordinates; NPZ with these and the eigenvalues.
    public init(
        data: DataFile, graph: Graph, neighbours: Int, scale: Double?, task: Task, output: String?,
        seed: UInt64
    ) {
        self.data = data
        self.graph = graph
        self.neighbours = neighbours
        self.scale = scale
        self.task = task
        self.output = output
        self.seed = seed
    }

    /// Collective.
    ///
    /// Finds the neighbours with the cases shared over ranks; returns nil on all ranks but rank 0.
    public func run(
        _ world: borrowing Communicator, progress: (String, Double) -> Void
    ) throws -> ManifoldReport? {
        for path in [output, picture].compactMap({ $0 }) { try world.checkWritable(path) }
        // Threads would divide a product otherwise on another machine.
        setLinearAlgebraThreads(1)
        let cases = try RealCases(data, most: cases, least: 2, seed: seed, world)
        let classes =
            try labels.map { try readClasses($0, count: cases.values.rows, world) } ?? []
        try world.together {
            try check(cases.values)
            if case .classification = task, let labels, learnedCases(classes).isEmpty {
                throw dataFault(labels, "gives a class to none of the cases; expected at least one")
            }
        }
        progress("neighbours", 0)
        let graph = try makeGraph(cases.values, world)
        let components = (graph.components.max() ?? -1) + 1
        progress("eigenvectors", 0)
        // All ranks find the same, and rank 0 tells it.
        let found = try world.together { try solve(graph, cases.values, classes) }
        try world.together {
            guard world.rank == 0 else { return }
            if let output { try write(found, to: output) }
            if let picture, let coordinates = found.coordinates {
                try AtomicFile.write(plot(of: coordinates, classes).svg, to: picture)
            }
        }
        guard world.rank == 0 else { return nil }
        return ManifoldReport(
            graph: graph, components: components, found, classes: classes,
            learned: learnedCases(classes), output: output)
    }

    /// What was found of a graph.
    struct Found {
        /// Eigenvalues; none for classes.
        var values: [Double] = []
        /// The cluster or class of each case; none for coordinates.
        var labels: [Int] = []
        /// Shape [cases, dimensions]; nil but for coordinates.
        var coordinates: Matrix?
    }

    private func makeGraph(
        _ values: Matrix, _ world: borrowing Communicator
    ) throws -> NeighbourGraph {
        switch graph {
        case .nearest:
            try NeighbourGraph.nearest(of: values, neighbours: neighbours, scale: scale) {
                try world.work(parts: $0, width: $1, $2)
            }
        case .allPairs: NeighbourGraph.gaussian(of: values, scale: scale ?? 1)
        }
    }

    private func solve(
        _ graph: NeighbourGraph, _ values: Matrix, _ classes: [Int?]
    ) throws -> Found {
        switch task {
        case .clusters(let count, let restarts):
            let found = try spectrum {
                try SpectralClusters(graph, count: count, restarts: restarts, seed: seed)
            }
            return Found(values: found.values, labels: found.labels)
        case .embedding(let method, let dimensions, let time):
            let found = try spectrum {
                try Embedding(
                    graph, method: method, dimensions: dimensions, time: time, seed: seed)
            }
            return Found(values: found.values, coordinates: found.coordinates)
        case .classification(let classifier, let ambient, let intrinsic):
            let known = learnedCases(classes)
            let labels = classes.indices.map { known.contains($0) ? classes[$0] : nil }
            let scale = scale ?? 1
            let found =
                switch classifier {
                case .leastSquares:
                    LaplacianRegression(
                        values, labels: labels, graph: graph, ambient: ambient,
                        intrinsic: intrinsic, scale: scale)?.labels
                case .machine:
                    LaplacianMachine(
                        values, labels: labels, graph: graph, ambient: ambient,
                        intrinsic: intrinsic, scale: scale)?.labels
                }
            guard let found else {
                throw dataFault(
                    data.path, "its kernel has no inverse with this --ambient; use a larger one")
            }
            return Found(labels: found)
        }
    }

    /// Names the file where eigenvectors do not converge.
    private func spectrum<Result>(_ find: () throws -> Result) throws -> Result {
        do {
            return try find()
        } catch let error as DecompositionError {
            throw dataFault(data.path, "of the graph of its cases \(error)")
        }
    }

    /// The first cases of each class in turn, as many as are learned from.
    private func learnedCases(_ classes: [Int?]) -> Set<Int> {
        let known = classes.indices.filter { classes[$0] != nil }
        guard let learned, learned < known.count else { return Set(known) }
        var seen: [Int: Int] = [:]
        let order = known.map { place -> (turn: Int, place: Int) in
            let label = classes[place] ?? 0
            defer { seen[label, default: 0] += 1 }
            return (seen[label] ?? 0, place)
        }.sorted { ($0.turn, $0.place) < ($1.turn, $1.place) }
        return Set(order.prefix(learned).map(\.place))
    }

    /// Checks what the task needs of the data.
    private func check(_ values: Matrix) throws {
        let rows = values.rows
        let first = values.rows(0..<1).elements
        guard (1..<rows).contains(where: { values.rows($0..<$0 + 1).elements != first }) else {
            throw dataFault(
                data.path, "all its \(rows) cases are the same; expected cases that differ")
        }
        if graph == .nearest, neighbours >= rows {
            throw dataFault(
                data.path, "\(rows) cases have no \(neighbours) neighbours each; use fewer")
        }
        var isWhole = graph == .allPairs
        switch task {
        case .clusters(let count, _):
            guard count <= rows else {
                throw dataFault(data.path, "\(rows) cases make no \(count) clusters")
            }
        case .embedding(_, let dimensions, _):
            guard dimensions < rows else {
                throw dataFault(data.path, "\(rows) cases have no \(dimensions) coordinates")
            }
        case .classification: isWhole = true
        }
        if isWhole, rows > Self.mostWhole {
            throw dataFault(
                data.path,
                "\(rows) cases are too many, because all pairs of them are kept; take at most "
                    + "\(Self.mostWhole) with --cases")
        }
    }

    /// The first two coordinates of the cases, each class as a series.
    private func plot(of coordinates: Matrix, _ classes: [Int?]) -> Plot {
        let groups = Dictionary(grouping: 0..<coordinates.rows) {
            classes.isEmpty ? -1 : classes[$0] ?? -1
        }
        return Plot(
            "second coordinate of \(coordinates.rows) cases", horizontal: "first coordinate",
            groups.sorted { $0.key < $1.key }.map { label, rows in
                .points(
                    label < 0 ? (classes.isEmpty ? "cases" : "no class") : "class \(label)",
                    rows.map { (coordinates[$0, 0], coordinates[$0, 1], 0) })
            })
    }

    private func write(_ found: Found, to path: String) throws {
        if path.hasSuffix(".npz") {
            var arrays: [NamedArray] = []
            if !found.values.isEmpty {
                arrays.append(
                    NamedArray("eigenvalues", found.values, shape: [found.values.count]))
            }
            if !found.labels.isEmpty {
                let labels = found.labels.map { Double($0) }
                arrays.append(NamedArray("labels", labels, shape: [labels.count]))
            }
            if let coordinates = found.coordinates {
                arrays.append(
                    NamedArray(
                        "coordinates", coordinates.elements,
                        shape: [coordinates.rows, coordinates.columns]))
            }
            return try writeNPZ(arrays, to: path)
        }
        guard let coordinates = found.coordinates else {
            return try writeNPY(
                found.labels.map { Float($0) }, shape: [found.labels.count], to: path)
        }
        try writeNPY(
            coordinates.elements.map { Float($0) },
            shape: [coordinates.rows, coordinates.columns], to: path)
    }
}

/// What the graph of some cases shows.
public struct ManifoldReport: Report, Sendable {
    let cases: Int
    let edges: Int
    /// Connected components of the graph.
    let components: Int
    /// The smallest eigenvalues of the symmetric Laplacian; for coordinates without the first.
    let eigenvalues: [Double]
    /// The cases of each cluster or class that was found.
    let sizes: [Int]
    /// The agreement of clusters with the classes, corrected for chance; null without classes or clusters.
    @OrNull private(set) var adjustedRandIndex: Double?
    /// The share of cases that were not learned from and got their class; null where there are none.
    @OrNull private(set) var accuracy: Double?
    let learned: Int

    /// The classes of which no case was learned.
    @NotEncoded private var unknown: [Int]
    @NotEncoded private var output: String?
    @NotEncoded private var isClassified: Bool

    init(
        graph: NeighbourGraph, components: Int, _ found: ManifoldRun.Found, classes: [Int?],
        learned: Set<Int>, output: String?
    ) {
        let (values, labels) = (found.values, found.labels)
        cases = graph.vertices
        edges = graph.edgeCount
        self.components = components
        eigenvalues = values
        sizes = (0..<((labels.max() ?? -1) + 1)).map { label in labels.count { $0 == label } }
        self.output = output
        isClassified = values.isEmpty
        self.learned = values.isEmpty ? learned.count : 0
        let known = Set(learned.compactMap { classes[$0] })
        unknown =
            values.isEmpty ? Set(classes.compactMap { $0 }).subtracting(known).sorted() : []
        guard !labels.isEmpty else { return }
        let judged = classes.indices.filter {
            classes[$0] != nil && (!values.isEmpty || !learned.contains($0))
        }
        guard !judged.isEmpty else { return }
        if values.isEmpty {
            let right = judged.count { classes[$0] == labels[$0] }
            accuracy = Double(right) / Double(judged.count)
        } else {
            adjustedRandIndex = FlowMaps.adjustedRandIndex(
                judged.map { labels[$0] }, judged.map { classes[$0] ?? 0 })
        }
    }

    public var table: Table {
        var table = Table("\(cases) cases, a graph of \(edges) edges")
        table.columns("", .left())
        table.row(
            "components",
            components == 1
                ? "1: the graph is connected"
                : "\(components): no path leads from one to another, and as many eigenvalues are 0")
        if !eigenvalues.isEmpty {
            table.row(
                "eigenvalues",
                eigenvalues.prefix(10).map { decimal(max(0, $0), 6) }.joined(separator: ", "))
        }
        if !sizes.isEmpty {
            table.row(
                isClassified ? "classes" : "clusters",
                sizes.prefix(20).map(String.init).joined(separator: ", ") + " cases")
        }
        if let adjustedRandIndex {
            table.row("agreement", "\(decimal(adjustedRandIndex, 4)), adjusted Rand index")
        }
        if let accuracy {
            table.row("right", "\(decimal(100 * accuracy, 2)) % of the cases not learned from")
        }
        if !unknown.isEmpty {
            let names = unknown.prefix(10).map(String.init).joined(separator: ", ")
            table.line(
                "No case of class \(names)\(unknown.count > 10 ? ", …" : "") was learned, so that none "
                    + "is found; raise --learned.")
        }
        if !isClassified, !sizes.isEmpty, components > sizes.count {
            table.line(
                "The graph has more pieces than clusters were asked for: which of them are put together "
                    + "is arbitrary.")
        }
        if let output { table.line("written to \(output)") }
        return table
    }
}
