/// Places the hidden units of a layer on the 2×2 blocks of its visible lattice, by the centres of their
/// receptive fields.
///
/// A machine does not know where blocks begin. The grid of blocks is therefore moved over the lattice,
/// in steps of an eighth of a site, to where the centres are nearest to the middles of their blocks. It
/// is not moved to where most blocks have exactly one unit: among 256 grids even scattered centres often
/// find one that they fill.
public struct BlockPlacement: Sendable {
    /// L of the visible lattice.
    public let size: Int
    /// The receptive field of each hidden unit.
    public let fields: [ReceptiveField]
    /// The upper left corner of the first block, each coordinate in [0, 2).
    ///
    /// The site (x, y) fills the square of side 1 around (x, y).
    public let offset: (x: Double, y: Double)
    /// The root of the mean square distance of the centres from the middles of their blocks, in lattice
    /// units.
    ///
    /// It is 0 for a perfect lattice. Centres that lie anywhere in their blocks have 0.82 before the grid
    /// is moved.
    public let displacement: Double
    /// The hidden units of each block, shape [size/2, size/2].
    public let occupants: [[Int]]

    /// The number of blocks in a row.
    public var blocks: Int { size / 2 }

    private static let stepsPerSite = 8

    /// Places hidden units.
    ///
    /// - Parameters:
    ///   - fields: The receptive fields of all hidden units.
    ///   - size: L of the visible lattice, even.
    public init(fields: [ReceptiveField], size: Int) {
        precondition(size >= 2 && size % 2 == 0, "blocks of 2×2 on a size \(size)")
        self.size = size
        self.fields = fields
        var best: (distance: Double, offset: (x: Double, y: Double))?
        for y in 0..<2 * Self.stepsPerSite {
            for x in 0..<2 * Self.stepsPerSite {
                let offset = (
                    x: Double(x) / Double(Self.stepsPerSite),
                    y: Double(y) / Double(Self.stepsPerSite)
                )
                let (_, distance) = Self.assign(fields, size: size, offset: offset)
                if let best, distance >= best.distance { continue }
                best = (distance, offset)
            }
        }
        offset = best?.offset ?? (0, 0)
        let placed = fields.filter { $0.centre != nil }.count
        displacement = ((best?.distance ?? 0) / Double(max(placed, 1))).squareRoot()
        var occupants = [[Int]](repeating: [], count: size / 2 * (size / 2))
        let (cells, _) = Self.assign(fields, size: size, offset: offset)
        for (unit, cell) in cells.enumerated() {
            if let cell { occupants[cell].append(unit) }
        }
        self.occupants = occupants
    }

    /// Returns the block of each unit, and the sum of the squared distances from the middles.
    private static func assign(
        _ fields: [ReceptiveField], size: Int, offset: (x: Double, y: Double)
    ) -> (cells: [Int?], distance: Double) {
        var distance = 0.0
        let cells = fields.map { field -> Int? in
            guard let centre = field.centre else { return nil }
            func block(_ place: Double, _ offset: Double) -> Int {
                let length = Double(size)
                // Sites have their middles at whole numbers, so that a block begins half a site before.
                let moved = (place + 0.5 - offset + length).truncatingRemainder(dividingBy: length)
                let block = min(Int(moved / 2), size / 2 - 1)
                let fromMiddle = moved - 2 * Double(block) - 1
                distance += fromMiddle * fromMiddle
                return block
            }
            return block(centre.y, offset.y) * (size / 2) + block(centre.x, offset.x)
        }
        return (cells, distance)
    }

    /// The reason why the units are not a lattice; nil if each block has exactly one unit.
    public var problem: String? {
        let unplaced = fields.indices.filter { fields[$0].centre == nil }
        let crowded = occupants.indices.filter { occupants[$0].count > 1 }
        let empty = occupants.filter(\.isEmpty).count
        let total = blocks * blocks
        guard fields.count == total else {
            return "has \(fields.count) hidden units where a 4:1 lattice of \(size)×\(size) "
                + "visible units has \(blocks)×\(blocks) = \(total)"
        }
        if let unit = unplaced.first {
            return "has \(unplaced.count) hidden units without a centre, the first of them "
                + "\(unit): no weights, or weights spread evenly round the torus"
        }
        guard let block = crowded.first else { return nil }
        let shown = occupants[block].prefix(4).map { "\($0)" }.joined(separator: ", ")
        return "has hidden units \(shown) with their centres in the same 2×2 block "
            + "(row \(block / blocks), column \(block % blocks)), and \(empty) of \(total) blocks "
            + "without a unit"
    }

    /// The hidden unit of each block, row by row; nil unless each block has exactly one unit.
    public var units: [Int]? {
        problem == nil ? occupants.map { $0[0] } : nil
    }
}
