import Analysis

/// Sums of lattice operators and of their products between the lattices of a blocking, by bins of
/// configurations.
///
/// All sums are integers: parts of a data set, measured anywhere in any order, add exactly. A bin is
/// left out as a whole by the jackknife; bins must be independent of each other.
public struct OperatorCorrelations: Sendable {
    /// Lattices of one configuration, the finest included.
    public let lattices: Int
    /// Configurations of the whole data set.
    public let total: Int
    /// Configurations of one bin; the last may be shorter.
    public let binLength: Int

    /// The sums, to be added over ranks.
    ///
    /// Shape [bin, column]: the number of configurations; Σ S of each lattice; Σ S′S′ and Σ S′S of
    /// each step and symmetry, row by row.
    public private(set) var values: [Int64]

    /// Bins at most: enough for an error, few enough to be added up often.
    private static let mostBins = 256

    /// Creates sums of nothing.
    ///
    /// - Parameters:
    ///   - lattices: At least 2: S and S′ of one step.
    ///   - runLength: Consecutive configurations that may be correlated: those of one Markov chain.
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

    /// The most configurations whose sums fit, on lattices of a size up to the given one.
    public static func mostConfigurations(size: Int) -> Int {
        // No sum exceeds 4 size².
        let largest = 4 * size * size
        return (1 << 62) / largest / largest * mostBins
    }

    /// Adds one configuration: the operators' sums on each of its lattices, the finest first.
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

    /// Adds the sums of another part of the same data set, as `values` of its sums.
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
