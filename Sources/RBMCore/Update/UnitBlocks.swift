/// Blocks of successive visible units, of which an update gives each to one thread.
///
/// They depend on the number of units alone, neither on panels nor on threads. So sums over the units of
/// a block, and then over blocks, have the same bits everywhere.
struct UnitBlocks {
    /// How many units a block has; the last may have fewer.
    let size: Int
    let count: Int

    /// Divides units into at most 64 blocks.
    init(units: Int) {
        precondition(units > 0, "blocks of \(units) units")
        size = (units + 63) / 64
        count = (units + size - 1) / size
    }

    /// The number of the block that holds a unit.
    @inline(__always)
    func block(of unit: Int) -> Int { unit / size }

    /// Whether a unit is the first one of its block.
    @inline(__always)
    func isFirst(_ unit: Int) -> Bool { unit % size == 0 }

    /// Runs a body on the units of a panel, block by block, on several threads at once.
    ///
    /// A block that the panel cuts is given as far as it belongs to the panel.
    ///
    /// - Parameter grain: The least number of units that are worth a thread.
    func inParallel(
        over panel: Range<Int>, atLeast grain: Int, _ body: (Range<Int>) -> Void
    ) {
        guard !panel.isEmpty else { return }
        let first = panel.lowerBound / size
        let blocks = (panel.upperBound - 1) / size + 1 - first
        RBMCore.inParallel(over: blocks, atLeast: (grain + size - 1) / size) { part in
            let units = ((first + part.lowerBound) * size)..<((first + part.upperBound) * size)
            body(units.clamped(to: panel))
        }
    }
}
