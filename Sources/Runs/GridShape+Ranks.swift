import Configuration
import Ranks

extension GridShape {
    /// Checks that the grid divides the ranks that there are.
    func check(ranks: Int, exitCode: Int32) throws(SharedFailure) {
        let product = data.multipliedReportingOverflow(by: hidden)
        guard product.overflow || product.partialValue != ranks else { return }
        let count = ranks == 1 ? "1 rank" : "\(ranks) ranks"
        let wish = product.overflow ? "as many" : "\(product.partialValue)"
        throw SharedFailure(
            exitCode: exitCode,
            "the grid \(self) needs \(wish) ranks, but this run has \(count): start \(wish), such as by "
                + "`mpirun -np \(wish)`, or choose a grid whose product is \(ranks), or `auto`")
    }
}

/// Collective.
///
/// Does work with the ranks that share the cases or chains, and hold the same hidden columns: those of this
/// rank's column of a grid, or all.
func withColumn<Result>(
    ofHiddenRanks hiddenRanks: Int, _ world: borrowing Communicator,
    _ body: (_ column: borrowing Communicator) throws -> Result
) throws -> Result {
    guard hiddenRanks > 1 else { return try body(world) }
    let grid = try ProcessGrid(hidden: hiddenRanks, world)
    return try body(grid.alongData)
}
