/// The sizes of the lattices that repeated blocking makes of a torus.
public enum BlockingSizes {
    /// The smallest size whose operators say anything; on a smaller lattice neighbours coincide.
    public static let smallest = 4
    /// The largest size, at which one configuration takes a megabyte.
    public static let largest = 1024

    /// Returns L, L/2, L/4, … as long as they are whole and at least 4.
    ///
    /// - Throws: `RenormalizationError.argument` for a size that cannot be halved once.
    public static func of(_ size: Int) throws(RenormalizationError) -> [Int] {
        guard size <= largest else {
            throw .argument("size \(size): the largest lattice that is blocked is \(largest)")
        }
        guard size >= 2 * smallest else {
            throw .argument(
                """
                size \(size): after one blocking by 2 a lattice of at least \(smallest)×\(smallest) \
                must be left, on which neighbours differ; use an even size of \(2 * smallest) or more
                """)
        }
        guard size % 2 == 0 else {
            throw .argument("size \(size): blocks of 2×2 spins need an even size")
        }
        var sizes = [size]
        var last = size
        while last % 2 == 0, last / 2 >= smallest {
            last /= 2
            sizes.append(last)
        }
        return sizes
    }
}
