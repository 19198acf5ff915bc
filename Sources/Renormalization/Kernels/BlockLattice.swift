/// The division of an L×L lattice of spins into square blocks, each of which is one coarse site.
public struct BlockLattice: Sendable, Equatable {
    /// L.
    public let size: Int
    /// The side of a block, in sites.
    public let scale: Int

    /// Divides a lattice.
    ///
    /// - Throws: `RenormalizationError.argument` if blocks do not fill it.
    public init(size: Int, scale: Int) throws(RenormalizationError) {
        guard size >= 1, scale >= 1, size % scale == 0 else {
            throw .argument(
                """
                a \(size)×\(size) lattice does not divide into blocks of \(scale)×\(scale); the size \
                must be a multiple of \(scale)
                """)
        }
        self.size = size
        self.scale = scale
    }

    /// The number of blocks.
    public var blocks: Int { (size / scale) * (size / scale) }

    /// Returns the sites of one block, row by row.
    public func sites(of block: Int) -> [Int] {
        let columns = size / scale
        let corner = block / columns * scale * size + block % columns * scale
        return (0..<scale * scale).map { corner + $0 / scale * size + $0 % scale }
    }

    /// Returns Σ s over the sites of each block, shape [blocks].
    ///
    /// - Parameter visible: Bytes, 1 for a spin up, shape [L, L].
    func magnetizations(of visible: [UInt8]) -> [Int] {
        precondition(visible.count == size * size, "\(visible.count) bytes on \(size)×\(size)")
        return (0..<blocks).map { block in
            sites(of: block).reduce(0) { $0 + 2 * Int(visible[$1]) - 1 }
        }
    }
}
