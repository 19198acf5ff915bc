/// The operators of Monte Carlo renormalization, each of which is a sum over the plaquettes of a torus.
///
/// Three are even under a reversal of all spins: the products of nearest neighbours, of next-nearest
/// neighbours, and of the four spins of a plaquette. Two are odd: the magnetization, and the products of
/// three spins of a plaquette.
public enum LatticeOperators {
    /// The number of operators of both symmetries.
    public static let count = Symmetry.even.operators.count + Symmetry.odd.operators.count

    /// Whether an operator keeps or changes its sign when all spins are reversed.
    public enum Symmetry: Sendable, CaseIterable {
        case even, odd

        /// The places of these operators among the sums.
        var operators: Range<Int> { self == .even ? 0..<3 : 3..<5 }
    }

    /// Returns the values of all operators on a lattice, the even ones first.
    ///
    /// - Parameter spins: Bytes 0/1, shape [size, size].
    public static func sums(_ spins: [UInt8], size: Int) -> [Int64] {
        precondition(
            size >= 2 && spins.count == size * size, "\(spins.count) spins of a size \(size)")
        var (near, diagonal, four, one, three): (Int32, Int32, Int32, Int32, Int32) = (
            0, 0, 0, 0, 0
        )
        let bytes = spins.span
        for y in 0..<size {
            let row = y * size
            let below = y + 1 == size ? 0 : row + size
            var a = 2 * Int32(bytes[row]) - 1
            var c = 2 * Int32(bytes[below]) - 1
            for x in 0..<size {
                let next = x + 1 == size ? 0 : x + 1
                let b = 2 * Int32(bytes[row + next]) - 1
                let d = 2 * Int32(bytes[below + next]) - 1
                near += a * (b + c)
                diagonal += a * d + b * c
                four += a * b * c * d
                one += a
                three += a * b * (c + d) + c * d * (a + b)
                (a, c) = (b, d)
            }
        }
        return [Int64(near), Int64(diagonal), Int64(four), Int64(one), Int64(three)]
    }
}
