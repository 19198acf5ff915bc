import Analysis
import Datasets
import Ranks
import RBMCore

/// The cases of a file as a matrix of real numbers on every rank.
struct RealCases {
    /// Shape [cases, values].
    let values: Matrix
    /// The shape of one case.
    let shape: [Int]
    /// What the values were taken for.
    let meaning: String

    /// The most values: every rank holds all of them, as doubles.
    private static let mostElements = 1 << 27
    /// Cases that are read at a time.
    private static let blockRows = 1024

    /// Collective.
    ///
    /// Reads a file.
    ///
    /// - Parameters:
    ///   - most: Takes at most so many of its first cases; nil for all.
    ///   - least: The fewest cases that make sense.
    ///   - seed: Names the random numbers by which grey data become bits, where that is asked for.
    /// - Throws: The same failure on all ranks: too few cases, too many values, values that are not finite.
    init(
        _ file: DataFile, most: Int? = nil, least: Int, seed: UInt64,
        _ world: borrowing Communicator
    ) throws {
        let opened = try file.open(seed: seed, for: .gaussian, world)
        let cases = opened.cases
        shape = opened.shape
        meaning = opened.meaning
        values = try world.together { () throws -> Matrix in
            let count = min(cases.count, most ?? cases.count)
            guard count >= least else {
                throw dataFault(
                    file.path, "\(count) cases are taken from it; expected at least \(least)")
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
