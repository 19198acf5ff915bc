public import Ranks
public import RBMCore

/// Collective.
///
/// The mean and variance of each visible unit over real cases, and the largest distance from the mean.
///
/// Values are taken in double precision where `inDoubles` says so and the source has more than float32.
///
/// Each rank sums over its share, in double precision; the last bits may differ between numbers of
/// ranks, as those of float32 training do.
public func moments(
    of source: any CaseSource, inDoubles: Bool = false, _ world: borrowing Communicator
) throws -> (moments: VisibleMoments, farthest: [Double]) {
    precondition(source.encoding == .float32, "moments of cases of \(source.encoding)")
    let visible = source.visible
    let count = Double(source.count)
    var means = [Double](repeating: 0, count: visible)
    try forEachRow(of: source, inDoubles, world) { row in
        for i in means.indices { means[i] += row[i] }
    }
    try world.sum(&means)
    for i in means.indices { means[i] /= count }
    var squares = [Double](repeating: 0, count: visible)
    // MPI knows the smallest of integers: minus the bits of a positive double.
    var farthest = [Int64](repeating: 0, count: visible)
    try forEachRow(of: source, inDoubles, world) { row in
        for i in means.indices {
            let difference = row[i] - means[i]
            squares[i] += difference * difference
            farthest[i] = min(farthest[i], -Int64(bitPattern: abs(difference).bitPattern))
        }
    }
    try world.sum(&squares)
    try world.minimum(&farthest)
    return (
        VisibleMoments(means: means, variances: squares.map { $0 / count }),
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
