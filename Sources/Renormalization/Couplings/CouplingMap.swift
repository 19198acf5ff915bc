/// The mean pair coupling of a lattice at each displacement, with the directions kept apart.
///
/// `LatticeCouplings` adds up what symmetry makes equal; here it can be looked at. A machine that learned
/// the lattice well has the lattice's symmetries, and another shows where they are broken.
public struct CouplingMap: Sendable, Equatable {
    /// The largest displacement down, and likewise up.
    public let reachDown: Int
    /// The largest displacement to the right, and likewise to the left.
    public let reachRight: Int

    /// Shape [2 reachDown + 1, 2 reachRight + 1].
    private let means: [Double]

    /// Takes the means over all pairs of sites.
    ///
    /// - Parameters:
    ///   - rows: Of the lattice, whose sites are the units.
    ///   - columns: Of the lattice.
    ///   - isTorus: Whether opposite borders are neighbours.
    /// - Precondition: There are rows · columns units.
    public init(_ couplings: PairCouplings, rows: Int, columns: Int, isTorus: Bool) {
        precondition(
            couplings.units == rows * columns, "\(couplings.units) units on \(rows)×\(columns)")
        reachDown = isTorus ? rows / 2 : rows - 1
        reachRight = isTorus ? columns / 2 : columns - 1
        let width = 2 * reachRight + 1
        var sums = [Double](repeating: 0, count: (2 * reachDown + 1) * width)
        var pairs = [Int](repeating: 0, count: sums.count)
        for down in -reachDown...reachDown {
            for right in -reachRight...reachRight where (down, right) != (0, 0) {
                let place = (down + reachDown) * width + right + reachRight
                for site in 0..<couplings.units {
                    var (row, column) = (site / columns + down, site % columns + right)
                    if isTorus {
                        (row, column) = ((row + rows) % rows, (column + columns) % columns)
                    }
                    guard (0..<rows).contains(row), (0..<columns).contains(column) else { continue }
                    sums[place] += couplings[site, row * columns + column]
                    pairs[place] += 1
                }
            }
        }
        means = zip(sums, pairs).map { $1 > 0 ? $0 / Double($1) : 0 }
    }

    /// The mean coupling of sites at a displacement; 0 for a site and itself.
    public subscript(down: Int, right: Int) -> Double {
        means[(down + reachDown) * (2 * reachRight + 1) + right + reachRight]
    }

    /// The largest magnitude of the mean couplings.
    public var largest: Double { means.reduce(0) { max($0, $1.magnitude) } }
}
