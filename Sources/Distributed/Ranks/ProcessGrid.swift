/// Ranks in rows and columns: a row shares the hidden units of a layer, a column shares the cases.
///
/// The ranks of a row follow each other, so that a row lies on as few hosts as it can.
public struct ProcessGrid: ~Copyable {
    /// The ranks of this rank's column: they hold the same hidden units, for other cases.
    public let alongData: Communicator

    /// The ranks of this rank's row: they have the same cases, for other hidden units.
    public let alongHidden: Communicator

    /// Collective.
    ///
    /// Divides the ranks of a group.
    ///
    /// - Parameter hidden: The ranks of a row; it divides the number of ranks.
    public init(hidden: Int, _ world: borrowing Communicator) throws(MPIError) {
        precondition(
            hidden > 0 && world.size % hidden == 0, "rows of \(hidden) of \(world.size) ranks")
        let column = try world.split(by: world.rank % hidden)
        let row = try world.split(by: world.rank / hidden)
        alongData = column
        alongHidden = row
    }
}
