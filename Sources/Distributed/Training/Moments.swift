public import Ranks
public import RBMCore

/// Collective.
///
/// The mean and variance of each visible unit over real cases, and the largest distance from the mean.
///
/// Values are taken in double precision where `inDoubles` says so and the source has more than float32.
/// Values that were not observed are left out, and a unit that never was has mean and variance 0.
///
/// Each rank sums over its share, in double precision; the last bits may differ between numbers of
/// ranks, as those of float32 training do.
public func moments(
    of source: any CaseSource, inDoubles: Bool = false, _ world: borrowing Communicator
) throws -> (moments: VisibleMoments, farthest: [Double]) {
    precondition(source.encoding == .float32, "moments of cases of \(source.encoding)")
    let visible = source.visible
    var means = [Double](repeating: 0, count: visible)
    var missing = [Int64](repeating: 0, count: visible)
    try forEachRow(of: source, inDoubles, world) { row in
        for i in means.indices {
            if row[i].isNaN { missing[i] += 1 } else { means[i] += row[i] }
        }
    }
    try world.sum(&means)
    try world.sum(&missing)
    let counts = missing.map { Double(max(1, source.count - Int($0))) }
    for i in means.indices { means[i] /= counts[i] }
    var squares = [Double](repeating: 0, count: visible)
    // MPI knows the smallest of integers: minus the bits of a positive double.
    var farthest = [Int64](repeating: 0, count: visible)
    try forEachRow(of: source, inDoubles, world) { row in
        for i in means.indices where !row[i].isNaN {
            let difference = row[i] - means[i]
            squares[i] += difference * difference
            farthest[i] = min(farthest[i], -Int64(bitPattern: abs(difference).bitPattern))
        }
    }
    try world.sum(&squares)
    try world.minimum(&farthest)
    return (
        VisibleMoments(means: means, variances: zip(squares, counts).map { $0 / $1 }),
        farthest.map { Double(bitPattern: UInt64(bitPattern: -$0)) }
    )
}

/// Visits this rank's share of real cases.
private func forEachRow(
    of source: any CaseSource, _ inDoubles: Bool, _ world: borrowing Communicator,
    _ body: ([Double]) -> Void
) throws {
    if inDoubles, let source = source as? any DoubleCases, source.exceedsFloat32 {
        var row: [Double] = []
        for number in world.share(of: source.count) {
            try source.loadDoubles([number], draw: 0, into: &row)
            body(row)
        }
        return
    }
    var values = [Float](repeating: 0, count: source.visible)
    try forEachBlock(of: world.share(of: source.count), from: source, draw: 0) { bytes, count in
        for row in 0..<count {
            readReals(bytes, (row * source.visible)..<((row + 1) * source.visible), into: &values)
            body(values.map(Double.init))
        }
    }
}
