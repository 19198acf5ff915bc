import Analysis

/// The largest singular values of a matrix with their vectors; the matrix is about u·diag(values)·vt.
///
/// Even and odd states are decomposed separately, so that a truncation never mixes them. The symmetry
/// under the flip of all spins stays exact, and with it the difference between the two phases.
struct TruncatedSVD {
    /// How many of the kept values are even, and how many are odd.
    let bond: Bond
    /// The values that are kept: the even ones in falling order, then the odd ones.
    let values: [Double]
    /// The values that are left out.
    let leftOut: [Double]
    /// Shape [rows, bond].
    let u: ParityMatrix
    /// Shape [bond, columns].
    let vt: ParityMatrix

    /// Decomposes a matrix.
    ///
    /// - Parameter bondDimension: χ, the largest number of values that are kept.
    /// - Throws: `RenormalizationError.numerical` if LAPACK fails.
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

    /// Returns how many of the even values and of the odd values are kept; each list is falling.
    ///
    /// The χ largest values are kept, without those that are rounding errors. If the boundary would cut a
    /// multiplet of equal values, the whole multiplet is left out, unless nothing else is left: otherwise
    /// rounding errors would decide which of its members stay.
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

    /// The relative difference up to which values are one multiplet; rounding errors are smaller, and true
    /// differences are larger.
    private static let multipletTolerance = 1e-8

    /// The part of the largest value below which values are rounding errors.
    private static let rankTolerance = 1e-14
}
