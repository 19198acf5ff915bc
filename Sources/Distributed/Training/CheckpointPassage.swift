import ModelFiles
import Ranks
import RBMCore
import Storage

/// The way of a checkpoint of layers that ranks divide to rank 0, while the training goes on.
///
/// Each rank of the first row copies its columns. After each step they pass some rows to rank 0, whose
/// `CheckpointWriter` puts them on disk. They pass rows only when that thread has written the rows before,
/// so that rank 0 needs room for a few rows alone and no step waits for the disk.
final class CheckpointPassage {
    /// The least number of steps over which a large checkpoint passes: a step takes so small a part of it.
    private static let leastSteps = 32

    /// On rank 0; nil elsewhere.
    private let writer: CheckpointWriter?
    private var memory = SnapshotMemory()
    /// Keeps the file under way; nil for none, and on the ranks of other rows.
    private var file: DividedFile?
    private var blocks: ArraySlice<DividedFile.Block> = []
    private var blocksOfStep = 0
    private var time = Duration.zero

    init(_ writer: CheckpointWriter?) { self.writer = writer }

    /// Whether rows are to pass after this step, through this rank.
    var isUnderWay: Bool { file != nil }

    /// Begins with a file, of which rank 0 was told by `CheckpointWriter.start`.
    ///
    /// - Precondition: None is under way.
    /// - Parameter changing: What the names of the tensors begin with that the training is going to change;
    ///   nil if all rows pass before it goes on.
    func begin(_ file: DividedFile, changing prefix: String?) {
        precondition(self.file == nil, "a checkpoint is under way")
        guard file.passing != nil else { return }
        let start = ContinuousClock.now
        var file = file
        if let prefix { file.copy(prefix, into: &memory) }
        let all = file.blocks
        blocks = all[...]
        blocksOfStep = max(1, all.count / Self.leastSteps)
        self.file = file
        time = .now - start
    }

    /// Collective for the ranks of the first row.
    ///
    /// Passes the rows of a step, unless rank 0 has not written those before.
    func pass() throws(MPIError) {
        guard let row = file?.passing else { return }
        let isReady = writer?.hasWrittenPieces ?? true
        guard try row.grid.alongHidden.minimum(isReady ? 1 : 0) == 1 else { return }
        try pass(blocksOfStep)
    }

    /// Collective for the ranks of the first row.
    ///
    /// Passes all rows that are left.
    func passRest() throws(MPIError) {
        while file != nil {
            writer?.waitForPieces()
            try pass(blocksOfStep)
        }
    }

    private func pass(_ most: Int) throws(MPIError) {
        guard let file else { return }
        let start = ContinuousClock.now
        for block in blocks.prefix(most) {
            if let bytes = try file.gather(block) { writer?.take(bytes) }
        }
        blocks = blocks.dropFirst(most)
        time += .now - start
        guard blocks.isEmpty else { return }
        // The memory of its copy serves the next one.
        self.file = nil
        writer?.endPieces(passing: time)
    }
}
