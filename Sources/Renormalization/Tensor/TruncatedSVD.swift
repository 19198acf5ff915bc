import Analysis

/// The leading singular values of a matrix with their vectors, the matrix being about u·diag·vt.
///
/// Even and odd states are decomposed apart, so no truncation mixes them: the symmetry under the
/// flip of all spins stays exact, and with it the difference between the two phases.
struct TruncatedSVD {
    /// How many of the values kept are even, and how many odd.
    let bond: Bond
    /// The values kept: the even ones in falling order, then the odd ones.
    let values: [Double]
    /// The values left out.
    let leftOut: [Double]
    /// Shape [rows, bond].
    let u: ParityMatrix
    /// Shape [bond, columns].
    let vt: ParityMatrix

    /// - Parameter bondDimension: χ, the most values that are kept.
    /// - Throws: `RenormalizationError.numerical` when LAPACK fails.
    init(_ matrix: ParityMatrix, bondDimension: Int) throws(RenormalizationError) {
        let parts: [SingularValueDecomposition]
        do {
            parts = try matrix.blocks.map { try $0.singularValueDecomposition() }
        } catch {
            throw .numerical("\(error)")
        }
        let counts = Self.kept(parts.map(\.values), bondDimension: bondDimension)
        bond = Bond(even: counts[0], odd: counts[1])
        values = (0..<2).flatMap { parts[$0].values.prefix(counts[$0]) }
        leftOut = (0..<2).flatMap { parts[$0].values.dropFirst(counts[$0]) }
        u = ParityMatrix(blocks: zip(parts, counts).map { $0.u.leading(columns: $1) })
        vt = ParityMatrix(blocks: zip(parts, counts).map { $0.vt.leading(rows: $1) })
    }

    /// Returns how many of the even values and of the odd ones are kept; each list is falling.
    ///
    /// The χ largest, without those that are rounding errors. A multiplet of equal values that the
    /// boundary would cut is left out whole, unless nothing else were left: which of its members
    /// stay would be for rounding errors to decide.
    static func kept(_ values: [[Double]], bondDimension: Int) -> [Int] {
        let all = (0..<2).flatMap { parity in values[parity].map { (value: $0, parity: parity) } }
            .sorted { ($0.value, $1.parity) > ($1.value, $0.parity) }
        let largest = all.first?.value ?? 0
        let rank = all.prefix { $0.value > rankTolerance * largest }.count
        var count = min(rank, bondDimension)
        if count < rank {
            let first = all[count].value * (1 + multipletTolerance)
            let whole = all.prefix { $0.value > first }.count
            if whole > 0 { count = min(count, whole) }
        }
        let odd = all.prefix(count).reduce(0) { $0 + $1.parity }
        return [count - odd, odd]
    }

    /// Values this close, relatively, are one multiplet: rounding errors are smaller, and true
    /// differences larger.
    private static let multipletTolerance = 1e-8

    /// Values below this part of the largest are rounding errors.
    private static let rankTolerance = 1e-14
}
