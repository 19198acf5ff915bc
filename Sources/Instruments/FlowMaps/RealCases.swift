import Analysis
import Datasets
import FlowMaps
import ModelFiles
import Ranks
import RBMCore

/// The cases of a file as a matrix of real numbers on every rank.
struct RealCases {
    /// Shape [cases, values].
    private(set) var values: Matrix
    /// The shape of one case.
    let shape: [Int]
    /// What the values were taken for.
    let meaning: String
    /// Tells the data from others.
    let digest: String
    /// The notes of a model by which other files are read alike.
    let notes: [String: String]

    /// The most values: every rank holds all of them, as doubles.
    private static let mostElements = 1 << 27
    /// Cases that are read at a time.
    private static let blockRows = 1024

    /// Collective.
    ///
    /// Reads a file.
    ///
    /// - Parameters:
    ///   - kind: The units that take the values: real numbers for Gaussian ones, else what bits and grey
    ///     values are to units of two states.
    ///   - most: Takes at most so many of its first cases; nil for all.
    ///   - least: The fewest cases that make sense.
    ///   - seed: Names the random numbers by which grey data become bits, where that is asked for.
    /// - Throws: The same failure on all ranks: too few cases, too many values, values that are not finite.
    init(
        _ file: DataFile, for kind: any UnitKind = .gaussian, most: Int? = nil, least: Int,
        seed: UInt64, _ world: borrowing Communicator
    ) throws {
        try self.init(
            file.open(seed: seed, for: kind, world), of: kind, file, most: most, least: least,
            world)
    }

    /// Collective.
    ///
    /// Reads a file as the first layer of a model sees it.
    ///
    /// - Throws: The same failure on all ranks, as above, or where cases have another size.
    init(
        _ file: DataFile, for model: Model, most: Int? = nil, least: Int, seed: UInt64,
        _ world: borrowing Communicator
    ) throws {
        let opened = try file.open(seed: seed, for: model, world)
        let units = model.layers[0].visibleCount
        try world.together {
            guard opened.cases.visible == units else {
                throw dataFault(
                    file.path,
                    "its cases have \(opened.cases.visible) values, but the model has \(units) visible "
                        + "units")
            }
        }
        try self.init(
            opened, of: model.layers[0].visibleUnits, file, most: most, least: least, world)
    }

    /// Some of the cases, in the order of their numbers as given.
    func taking(_ numbers: [Int]) -> RealCases {
        var cases = self
        cases.values = values.rows(at: numbers)
        return cases
    }

    /// Collective.
    ///
    /// Reads another file as this one was read.
    ///
    /// - Parameter kind: The units that took the values of this one.
    /// - Throws: The same failure on all ranks, as above, or where cases have another shape.
    func readAlike(
        _ path: String, _ kind: any UnitKind, seed: UInt64, _ world: borrowing Communicator
    ) throws -> RealCases {
        let reading = RememberedReading(notes)
        let other = try RealCases(
            DataFile(
                path, values: reading?.values, binarize: reading?.binarize,
                maximum: reading?.maximum),
            for: kind, least: 1, seed: seed, world)
        try world.together {
            guard other.shape == shape else {
                throw dataFault(
                    path,
                    "its cases have the shape \(other.shape), those of the training data \(shape); "
                        + "they must be the same")
            }
        }
        return other
    }

    private init(
        _ opened: OpenedCases, of kind: any UnitKind, _ file: DataFile, most: Int?, least: Int,
        _ world: borrowing Communicator
    ) throws {
        let cases = opened.cases
        shape = opened.shape
        meaning = opened.meaning
        digest = opened.digest
        notes = opened.reading?.notes ?? [:]
        values = try world.together { () throws -> Matrix in
            let count = min(cases.count, most ?? cases.count)
            guard count >= least else {
                throw dataFault(
                    file.path,
                    (count == 1 ? "one case is" : "\(count) cases are")
                        + " taken from it; expected at least \(least)")
            }
            guard count * cases.visible <= Self.mostElements else {
                throw dataFault(
                    file.path,
                    "it has \(count * cases.visible) values; at most \(Self.mostElements) fit, so "
                        + "take fewer cases with --cases")
            }
            var elements: [Double] = []
            elements.reserveCapacity(count * cases.visible)
            var floats: [Float] = []
            for first in stride(from: 0, to: count, by: Self.blockRows) {
                let block = Array(first..<min(first + Self.blockRows, count))
                var bytes = [UInt8](repeating: 0, count: block.count * cases.caseBytes)
                try cases.load(block, draw: 0, into: &bytes)
                guard cases.encoding == .float32 else {
                    let white = Double(cases.encoding.maximum)
                    elements += bytes.map { kind.value(Double($0) / white) }
                    continue
                }
                readReals(bytes, 0..<block.count * cases.visible, into: &floats)
                elements += floats.prefix(block.count * cases.visible).map { Double($0) }
            }
            if let place = elements.firstIndex(where: { !$0.isFinite }) {
                throw dataFault(
                    file.path, "case \(place / cases.visible) has a value that is not finite")
            }
            return Matrix(rows: count, columns: cases.visible, elements: elements)
        }
    }
}

extension Communicator {
    /// Collective.
    ///
    /// Does parts of some work on the ranks, a contiguous share of them on each.
    func work(
        parts: Int, width: Int, _ body: (Int) throws -> [Double]
    ) throws -> [Double] {
        let own = share(of: parts)
        return try collect(parts * width, share: own.lowerBound * width..<own.upperBound * width) {
            _ in try own.flatMap(body)
        }
    }
}
