import Analysis
public import Datasets
public import FlowMaps
public import Ranks
public import Reports
import Runs
import Storage

/// Factorizes the cases of a file, for `wilson nmf`.
public struct FactorizationRun {
    private let data: DataFile
    private let kind: Factorization.Kind
    private let rank: Int
    private let stop: Factorization.Stop
    private let seed: UInt64

    /// The number of the file's first cases that are taken; nil for all.
    public var cases: Int?
    /// The NPZ file for the archetypes, the coordinates and the anchors, if any.
    public var output: String?
    /// The NPY file for the archetypes, if any.
    public var archetypes: String?
    /// The NPY file for the coordinates, if any.
    public var coordinates: String?
    /// The picture of the archetypes, if any.
    public var picture: String?

    public init(
        data: DataFile, kind: Factorization.Kind, rank: Int, stop: Factorization.Stop, seed: UInt64
    ) {
        self.data = data
        self.kind = kind
        self.rank = rank
        self.stop = stop
        self.seed = seed
    }

    /// Collective.
    ///
    /// Factorizes, with the rows shared over ranks; returns nil on all ranks but rank 0.
    ///
    /// - Parameter progress: Is told what is done, in words, and the share of the most that may be done.
    public func run(
        _ world: borrowing Communicator, progress: (String, Double) -> Void
    ) throws -> FactorizationReport? {
        for path in [output, archetypes, coordinates, picture].compactMap({ $0 }) {
            try world.checkWritable(path)
        }
        // Threads would divide a product otherwise on another machine.
        setLinearAlgebraThreads(1)
        let cases = try RealCases(data, most: cases, least: max(2, rank), seed: seed, world)
        try world.together { try check(cases.values) }
        let start = ContinuousClock.now
        let found = try factorize(cases.values, world, progress)
        let seconds = (ContinuousClock.now - start) / .seconds(1)
        try world.together {
            guard world.rank == 0 else { return }
            let count = found.archetypes.rows
            if let output { try archive(found, cases.shape, to: output) }
            if let archetypes {
                try writeNPY(
                    found.archetypes.elements.map { Float($0) }, shape: [count] + cases.shape,
                    to: archetypes)
            }
            if let coordinates {
                try writeNPY(
                    found.coordinates.elements.map { Float($0) },
                    shape: [found.coordinates.rows, count], to: coordinates)
            }
            if let picture { try sheet(found.archetypes, cases.shape).writePNG(to: picture) }
        }
        guard world.rank == 0 else { return nil }
        return FactorizationReport(found, asked: rank, values: cases.values.columns, seconds)
    }

    private func factorize(
        _ values: Matrix, _ world: borrowing Communicator, _ progress: (String, Double) -> Void
    ) throws -> Factorization {
        func iterations(_ done: Int, _ loss: Double) {
            progress("iterations", Double(done) / Double(stop.iterations))
        }
        switch kind {
        case .plain, .semi:
            var factors = LeastSquaresFactors(
                values, rank: rank, isSemi: kind == .semi, seed: seed)
            return try factors.run(
                until: stop, work: { try world.work(parts: $0, width: $1, $2) },
                progress: iterations)
        case .convex:
            var factors = ConvexFactors(values, rank: rank, seed: seed)
            return try factors.run(
                until: stop, work: { try world.work(parts: $0, width: $1, $2) },
                progress: iterations)
        case .separable, .hottopixx:
            return try SeparableFactors(values, rank: rank, kind: kind).run(
                work: { try world.work(parts: $0, width: $1, $2) },
                progress: { progress("anchors", Double($0) / Double(rank)) })
        }
    }

    private func archive(_ found: Factorization, _ shape: [Int], to path: String) throws {
        let (archetypes, coordinates) = (found.archetypes, found.coordinates)
        var arrays = [
            NamedArray(
                "archetypes", archetypes.elements, shape: [archetypes.rows] + shape),
            NamedArray(
                "coordinates", coordinates.elements,
                shape: [coordinates.rows, coordinates.columns]),
        ]
        if !found.anchors.isEmpty {
            let anchors = found.anchors.map { Double($0) }
            arrays.append(NamedArray("anchors", anchors, shape: [anchors.count]))
        }
        if let mixture = found.mixture {
            arrays.append(
                NamedArray("mixture", mixture.elements, shape: [mixture.rows, mixture.columns]))
        }
        try writeNPZ(arrays, to: path)
    }

    /// Checks what a kind needs of the data.
    private func check(_ values: Matrix) throws {
        guard rank <= min(values.rows, values.columns) else {
            throw dataFault(
                data.path,
                "\(values.rows) cases of \(values.columns) values have a rank of at most "
                    + "\(min(values.rows, values.columns)), but --rank is \(rank)")
        }
        guard values.squares > 0 else {
            throw dataFault(data.path, "all its values are 0")
        }
        if kind == .plain, let place = values.elements.firstIndex(where: { $0 < 0 }) {
            throw dataFault(
                data.path,
                "case \(place / values.columns) has the value \(values.elements[place]), but "
                    + "non-negative factors take no negative data; use --method semi or convex")
        }
        if kind == .hottopixx, values.rows > SeparableFactors.mostProgrammeRows {
            throw dataFault(
                data.path,
                "\(values.rows) cases are too many for a programme over all pairs of cases; take at "
                    + "most \(SeparableFactors.mostProgrammeRows) with --cases, or use --method separable"
            )
        }
        if kind == .convex, values.rows > ConvexFactors.mostRows {
            throw dataFault(
                data.path,
                "\(values.rows) cases are too many for convex factors, which keep all pairs of "
                    + "cases; take at most \(ConvexFactors.mostRows) with --cases")
        }
    }

    /// Pictures of archetypes: each from its least value, or 0, to its largest.
    private func sheet(_ archetypes: Matrix, _ shape: [Int]) -> PixelImage {
        var grey: [Float] = []
        for row in 0..<archetypes.rows {
            let values = archetypes.rows(row..<row + 1).elements
            let low = min(0, values.min() ?? 0)
            let high = max(low + .leastNormalMagnitude, values.max() ?? 1)
            grey += values.map { Float(($0 - low) / (high - low)) }
        }
        return SampleSheet.sheet(grey, shape: shape)
    }
}

/// A factorization: how near it comes, and by what.
public struct FactorizationReport: Report, Sendable {
    let method: String
    let cases: Int
    let values: Int
    /// The archetypes that were found.
    let rank: Int
    let iterations: Int
    /// ‖X − GH‖².
    let objective: Double
    /// ‖X − GH‖/‖X‖.
    let relativeError: Double
    /// The largest rise of the objective in an iteration as a share of ‖X‖², negative where it always fell; absent
    /// without iterations.
    @OrNull private(set) var largestRise: Double?
    /// The cases that are the archetypes, from 0; empty for kinds whose archetypes are none.
    let anchors: [Int]
    /// The share of coordinates that are 0.
    let zeros: Double
    /// The objective after each iteration, the start first.
    let objectives: [Double]
    let seconds: Double

    @NotEncoded private var asked: Int

    init(_ found: Factorization, asked: Int, values: Int, _ seconds: Double) {
        method = found.kind.rawValue
        cases = found.coordinates.rows
        self.values = values
        rank = found.archetypes.rows
        iterations = found.losses.count - 1
        objective = max(0, found.losses.last ?? 0)
        relativeError = found.relativeError
        largestRise = found.losses.count > 1 ? found.largestRise : nil
        anchors = found.anchors
        let zeros = found.coordinates.elements.count { $0 == 0 }
        self.zeros = Double(zeros) / Double(max(1, found.coordinates.elements.count))
        objectives = found.losses
        self.seconds = seconds
        self.asked = asked
    }

    public var table: Table {
        var table = Table(
            "\(cases) cases of \(values) values by \(rank) archetype\(rank == 1 ? "" : "s"), "
                + "\(method) factors")
        table.columns("", .left())
        if iterations > 0 {
            let rise = largestRise ?? 0
            table.row(
                "iterations",
                "\(iterations), " + (rise <= 0 ? "the error never rose" : "largest rise \(rise)"))
        }
        table.row("‖X − GH‖", decimal(objective.squareRoot(), 6))
        table.row("relative error", decimal(relativeError, 6))
        table.row("coordinates 0", "\(decimal(100 * zeros, 1)) %")
        if !anchors.isEmpty {
            table.row("anchors", anchors.prefix(20).map(String.init).joined(separator: ", "))
            if anchors.count > 20 {
                table.row("", "… and \(anchors.count - 20) more; --json has all")
            }
        }
        table.row("time", "\(decimal(seconds, 2)) s")
        if rank < asked {
            table.line(
                "Nothing is left of the data after \(rank) archetype\(rank == 1 ? "" : "s"); \(asked) "
                    + "were asked for.")
        }
        return table
    }
}
