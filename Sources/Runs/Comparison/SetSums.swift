import Datasets
import Ranks
import RBMCore

/// The sums of a set of cases from which its moments of first, second and third order follow.
///
/// Values enter as they are stored: bits as 0 and 1, grey values as 0 to 127, real ones as they are. Sums
/// of bytes are integers, and each block of real cases is rounded to fixed point, so that any number of
/// ranks gives the same sums.
struct SetSums {
    private(set) var cases = 0
    /// Shape `[units]`, as real values or bytes.
    private(set) var first: [Double]
    /// Σ vᵢ vⱼ, shape `[units, units]`.
    private(set) var second: [Double]
    /// Σ vᵢ vⱼ vₖ, one for each triple.
    private(set) var third: [Double]

    /// Cases of a block; products of its bytes add up exactly in float32.
    static let blockRows = 256

    /// Collective.
    ///
    /// Sums over all cases, each rank over a share of the blocks.
    ///
    /// - Returns: nil where values are too large to be added up.
    init?(
        of source: any CaseSource, triples: [[Int]], _ world: borrowing Communicator
    ) throws {
        let units = source.visible
        let isReal = source.encoding == .float32
        let blocks = (source.count + Self.blockRows - 1) / Self.blockRows
        var sums = [FixedPointSum](
            repeating: FixedPointSum(), count: units + units * units + triples.count)
        var products = [Float](repeating: 0, count: units * units)
        try world.together {
            for block in world.share(of: blocks) {
                let rows = block * Self.blockRows..<min((block + 1) * Self.blockRows, source.count)
                let values = try caseValues(of: source, Array(rows))
                var span = products.mutableSpan
                MatrixProducts.multiply(
                    columns: 0..<units, of: values.span, width: units, by: values.span,
                    into: &span, n: units, k: rows.count)
                for i in 0..<units {
                    sums[i].add(
                        (0..<rows.count).reduce(0.0) { $0 + Double(values[$1 * units + i]) })
                }
                for (pair, product) in products.enumerated() {
                    sums[units + pair].add(Double(product))
                }
                for (number, triple) in triples.enumerated() {
                    var sum = 0.0
                    for row in 0..<rows.count {
                        let start = row * units
                        sum +=
                            Double(values[start + triple[0]]) * Double(values[start + triple[1]])
                            * Double(values[start + triple[2]])
                    }
                    // Three bytes of 127 would leave the fixed point too soon.
                    sums[units + units * units + number].add(isReal ? sum : sum * 0x1p-10)
                }
            }
        }
        var all = sums.map(\.units)
        let fits = all.allSatisfy { $0.magnitude < UInt64(1 << 62) / UInt64(world.size) }
        var misfits = [Int64(fits ? 0 : 1)]
        try world.sum(&misfits)
        guard misfits[0] == 0 else { return nil }
        try world.sum(&all)
        let values = all.map { FixedPointSum(units: $0).value }
        cases = source.count
        first = Array(values[..<units])
        second = Array(values[units..<(units + units * units)])
        third = values[(units + units * units)...].map { isReal ? $0 : $0 * 0x1p10 }
    }

    /// Adds the sums of other cases.
    mutating func add(_ other: SetSums) {
        cases += other.cases
        for i in first.indices { first[i] += other.first[i] }
        for i in second.indices { second[i] += other.second[i] }
        for i in third.indices { third[i] += other.third[i] }
    }

    // MARK: Moments

    /// The moments of values that are the stored ones over a unit.
    func moments(unit: Double, triples: [[Int]]) -> SetMoments {
        let count = Double(cases)
        let units = first.count
        let means = first.map { $0 / count }
        var covariance = second.map { $0 / count }
        for i in 0..<units {
            for j in 0..<units { covariance[i * units + j] -= means[i] * means[j] }
        }
        let thirds = zip(triples, third).map { triple, sum in
            let (a, b, c) = (triple[0], triple[1], triple[2])
            func pair(_ i: Int, _ j: Int) -> Double { covariance[i * units + j] }
            let own = means[a] * pair(b, c) + means[b] * pair(a, c) + means[c] * pair(a, b)
            return sum / count - own - means[a] * means[b] * means[c]
        }
        return SetMoments(
            means: means.map { $0 / unit }, covariance: covariance.map { $0 / (unit * unit) },
            thirds: thirds.map { $0 / (unit * unit * unit) })
    }
}

/// Means, covariances and central moments of third order.
struct SetMoments {
    let means: [Double]
    /// Shape `[units, units]`.
    let covariance: [Double]
    /// One for each triple.
    let thirds: [Double]

    /// The covariances of all pairs of different units.
    var pairs: [Double] {
        let units = means.count
        return (0..<units).flatMap { i in covariance[(i * units + i + 1)..<((i + 1) * units)] }
    }
}

/// The values of some cases as they are stored, shape `[cases, units]`.
func caseValues(of source: any CaseSource, _ cases: [Int]) throws -> [Float] {
    var bytes = [UInt8](repeating: 0, count: cases.count * source.caseBytes)
    try source.load(cases, draw: 0, into: &bytes)
    guard source.encoding == .float32 else { return bytes.map(Float.init) }
    var values: [Float] = []
    readReals(bytes, 0..<(cases.count * source.visible), into: &values)
    return values
}
