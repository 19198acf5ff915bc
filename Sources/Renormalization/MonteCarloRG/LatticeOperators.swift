/// The operators of Monte Carlo renormalization, each a sum over the plaquettes of a torus.
///
/// Even under a reversal of all spins: nearest and next-nearest neighbours, and the product of the
/// four spins of a plaquette. Odd: the magnetization, and the four products of three spins of a
/// plaquette.
public enum LatticeOperators {
    /// Operators of either symmetry; a sum of each has this many values in all.
    public static let count = Symmetry.even.operators.count + Symmetry.odd.operators.count

    /// How an operator answers a reversal of all spins.
    public enum Symmetry: Sendable, CaseIterable {
        case even, odd

        /// Places of the operators among the sums.
        var operators: Range<Int> { self == .even ? 0..<3 : 3..<5 }
    }

    /// Returns the sums of all operators over the lattice, the even ones first.
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
