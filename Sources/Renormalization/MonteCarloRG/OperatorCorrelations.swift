import Analysis

/// Adds up lattice operators, and their products between the lattices of a blocking, over bins of
/// configurations.
///
/// All sums are integers: parts of a data set may be measured anywhere and in any order, and their sums
/// add up exactly. The jackknife leaves out one bin at a time, so that bins must be independent.
public struct OperatorCorrelations: Sendable {
    /// The number of lattices of one configuration, with the finest one.
    public let lattices: Int
    /// How many configurations the whole data set has.
    public let total: Int
    /// How many configurations a bin has; the last bin may have fewer.
    public let binLength: Int

    /// The sums, shape [bin, column], which ranks add up.
    ///
    /// A bin has the number of its configurations, then Σ S of each lattice, and then Σ S′S′ and Σ S′S of
    /// each step and symmetry, row by row.
    public private(set) var values: [Int64]

    /// The largest number of bins: enough for an error, and few enough to be added up often.
    private static let mostBins = 256

    /// Creates sums that are all 0.
    ///
    /// - Parameters:
    ///   - lattices: The number of lattices, at least 2: S and S′ of one step.
    ///   - total: How many configurations the whole data set has.
    ///   - runLength: How many consecutive configurations may depend on each other: those of one Markov
    ///     chain.
    public init(lattices: Int, total: Int, runLength: Int) {
        precondition(
            lattices >= 2 && total >= 0 && runLength >= 1,
            "\(lattices) lattices of \(total) configurations in runs of \(runLength)")
        self.lattices = lattices
        self.total = total
        let runs = (total + runLength - 1) / runLength
        binLength = runLength * max(1, (runs + Self.mostBins - 1) / Self.mostBins)
        let bins = (total + binLength - 1) / binLength
        values = Array(repeating: 0, count: bins * Self.columns(lattices))
    }

    /// Returns the largest number of configurations whose sums fit, on lattices up to a size.
    public static func mostConfigurations(size: Int) -> Int {
        // No operator exceeds 4 size².
        let largest = 4 * size * size
        return (1 << 62) / largest / largest * mostBins
    }

    /// Adds one configuration, given by its operators on each lattice; the finest lattice comes first.
    public mutating func add(_ sums: [[Int64]], configuration: Int) {
        precondition(sums.count == lattices, "\(sums.count) lattices, expected \(lattices)")
        precondition(
            configuration >= 0 && configuration < total, "configuration \(configuration)")
        var column = configuration / binLength * Self.columns(lattices)
        values[column] += 1
        column += 1
        for lattice in sums {
            for value in lattice {
                values[column] += value
                column += 1
            }
        }
        for step in 1..<lattices {
            let (fine, coarse) = (sums[step - 1], sums[step])
            for symmetry in LatticeOperators.Symmetry.allCases {
                for other in [coarse, fine] {
                    for a in symmetry.operators {
                        for b in symmetry.operators {
                            values[column] += coarse[a] * other[b]
                            column += 1
                        }
                    }
                }
            }
        }
    }

    /// Adds the sums of another part of the same data set, given by its `values`.
    public mutating func add(values other: [Int64]) {
        precondition(
            other.count == values.count, "\(other.count) values, expected \(values.count)")
        for i in values.indices { values[i] += other[i] }
    }

    /// How many sums a bin has.
    var columns: Int { Self.columns(lattices) }

    /// Whether no configuration was added.
    var isEmpty: Bool {
        stride(from: 0, to: values.count, by: columns).allSatisfy { values[$0] == 0 }
    }

    /// Returns ⟨S′S′⟩_c and ⟨S′S⟩_c of one step and symmetry.
    ///
    /// - Parameter sums: Sums over some bins, shape [column].
    static func connected(
        _ sums: [Double], lattices: Int, step: Int, symmetry: LatticeOperators.Symmetry
    ) -> (coarse: Matrix, mixed: Matrix) {
        let count = sums[0]
        let operators = symmetry.operators
        func mean(_ lattice: Int, _ index: Int) -> Double {
            sums[1 + lattice * LatticeOperators.count + operators.lowerBound + index] / count
        }
        let side = operators.count
        var column = 1 + lattices * LatticeOperators.count + step * Self.stepColumns
        if symmetry == .odd { column += 2 * Self.pairs(.even) }
        func matrix(_ first: Int, other: Int) -> Matrix {
            Matrix(rows: side, columns: side) { a, b in
                sums[first + a * side + b] / count - mean(step + 1, a) * mean(other, b)
            }
        }
        return (
            matrix(column, other: step + 1),
            matrix(column + Self.pairs(symmetry), other: step)
        )
    }

    private static func pairs(_ symmetry: LatticeOperators.Symmetry) -> Int {
        symmetry.operators.count * symmetry.operators.count
    }

    private static var stepColumns: Int { 2 * (pairs(.even) + pairs(.odd)) }

    private static func columns(_ lattices: Int) -> Int {
        1 + lattices * LatticeOperators.count + (lattices - 1) * stepColumns
    }
}
