import Ranks
import RBMCore

/// The squared distances from cases to the nearest ones of a set.
struct NearestNeighbours {
    private let values: [Float]
    private let squares: [Float]
    private let units: Int
    var count: Int { squares.count }

    /// Loads a set of cases, times a factor; every rank holds all of them.
    init(_ source: any CaseSource, times factor: Float = 1) throws {
        units = source.visible
        values = try caseValues(of: source, Array(0..<source.count)).map { $0 * factor }
        let (values, units) = (values, units)
        squares = (0..<source.count).map { row in
            (row * units..<(row + 1) * units).reduce(Float(0)) { $0 + values[$1] * values[$1] }
        }
    }

    /// Collective.
    ///
    /// The squared distance from each case of this set to the nearest one of another.
    ///
    /// - Parameter other: nil for this set, of which a case is no neighbour of its own.
    func squaredDistances(
        to other: NearestNeighbours?, _ world: borrowing Communicator
    ) throws -> [Double] {
        let target = other ?? self
        let blocks = (count + SetSums.blockRows - 1) / SetSums.blockRows
        var nearest = [Int64](repeating: 0, count: count)
        var products = [Float](repeating: 0, count: SetSums.blockRows * target.count)
        for block in world.share(of: blocks) {
            let first = block * SetSums.blockRows
            let rows = min(SetSums.blockRows, count - first)
            var span = products.mutableSpan
            MatrixProducts.multiply(
                values.span.extracting(first * units..<(first + rows) * units),
                by: target.values.span, rightTransposed: true, into: &span, m: rows,
                n: target.count, k: units)
            for row in 0..<rows {
                var least = Float.infinity
                for i in 0..<target.count where other != nil || i != first + row {
                    let distance = target.squares[i] - 2 * products[row * target.count + i]
                    least = min(least, distance)
                }
                let found = Double(max(0, least + squares[first + row]))
                nearest[first + row] = Int64(bitPattern: found.bitPattern)
            }
        }
        // One rank has a case, and the others have zero.
        try world.sum(&nearest)
        return nearest.map { Double(bitPattern: UInt64(bitPattern: $0)) }
    }
}

/// Nearest-neighbour adversarial accuracy of a set of samples against a set of true cases [Yale20].
///
/// Half the share of true cases whose nearest other true case is nearer than any sample, and half the
/// share of samples of which the same holds: ½ where nobody can tell them apart, 1 where samples are far
/// from the truth or too alike, and 0 where they are copies.
struct AdversarialAccuracy {
    let value: Double
    /// The squared distances that it was made from.
    let withinTruth: [Double]
    let withinSamples: [Double]
    let toTruth: [Double]

    /// Collective.
    init(
        truth: NearestNeighbours, samples: NearestNeighbours, withinSamples known: [Double]? = nil,
        _ world: borrowing Communicator
    ) throws {
        withinTruth = try truth.squaredDistances(to: nil, world)
        let toSamples = try truth.squaredDistances(to: samples, world)
        withinSamples = try known ?? samples.squaredDistances(to: nil, world)
        toTruth = try samples.squaredDistances(to: truth, world)
        func share(_ other: [Double], beyond own: [Double]) -> Double {
            Double(zip(other, own).count { $0 > $1 }) / Double(own.count)
        }
        value =
            (share(toSamples, beyond: withinTruth) + share(toTruth, beyond: withinSamples)) / 2
    }
}
