/// The pair couplings of a lattice, collected by the distance of their sites.
public struct LatticeCouplings: Sendable, Equatable {
    /// The couplings at one displacement, up to the symmetries of the lattice.
    public struct Shell: Sendable, Equatable {
        /// The smaller and the larger of the two steps along the axes.
        public let shorter: Int
        public let longer: Int
        /// How many pairs have this distance.
        public let pairs: Int
        /// Their mean coupling.
        public let mean: Double
        /// The standard deviation of their couplings; 0 for a single pair.
        public let deviation: Double
        public let smallest: Double
        public let largest: Double

        /// The length of the displacement in lattice units.
        public var distance: Double { Double(shorter * shorter + longer * longer).squareRoot() }
    }

    /// The shells, from the nearest to the farthest.
    public let shells: [Shell]

    /// Collects the couplings.
    ///
    /// - Parameters:
    ///   - rows: Of the lattice, whose sites are the units.
    ///   - columns: Of the lattice.
    ///   - isTorus: Whether opposite borders are neighbours.
    /// - Precondition: There are rows · columns units.
    public init(_ couplings: PairCouplings, rows: Int, columns: Int, isTorus: Bool) {
        precondition(
            couplings.units == rows * columns, "\(couplings.units) units on \(rows)×\(columns)")
        var values: [[Int]: [Double]] = [:]
        for a in 0..<couplings.units {
            for b in a + 1..<couplings.units {
                var vertical = b / columns - a / columns
                var horizontal = abs(b % columns - a % columns)
                if isTorus {
                    vertical = min(vertical, rows - vertical)
                    horizontal = min(horizontal, columns - horizontal)
                }
                let steps = [min(vertical, horizontal), max(vertical, horizontal)]
                values[steps, default: []].append(couplings[a, b])
            }
        }
        shells = values.map { Shell(steps: $0, values: $1) }.sorted {
            ($0.distance, $0.longer) < ($1.distance, $1.longer)
        }
    }
}

extension LatticeCouplings.Shell {
    fileprivate init(steps: [Int], values: [Double]) {
        let count = Double(values.count)
        let mean = values.reduce(0, +) / count
        let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        self.init(
            shorter: steps[0], longer: steps[1], pairs: values.count, mean: mean,
            deviation: values.count > 1 ? (squares / (count - 1)).squareRoot() : 0,
            smallest: values.reduce(.infinity, min), largest: values.reduce(-.infinity, max))
    }
}
