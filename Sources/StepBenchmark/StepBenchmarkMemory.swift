import Ranks
import RBMCore
import Reports

extension StepBenchmark {
    /// Returns the most bytes that a rank takes, for the trainer, the synthetic cases and the
    /// buffers of the bare products.
    ///
    /// The number is a double, so that it cannot overflow.
    func bytes(ranks: Int) -> Double {
        let visible = Double(visible)
        // The first rank of a row has the most hidden units.
        let hidden = Double(HiddenSlice.parts(of: hidden, among: hiddenRanks)[0].count)
        let rows = (Double(batch) / Double(max(1, ranks / hiddenRanks))).rounded(.up)
        let isInteger = arithmetic != .float32
        // Matrices of float32: parameters, statistics, the first weights, two matrices of the bare
        // products, and one of the pass over memory. Integers add the rounded weights of the
        // trainer, the monitor and the bare products, and another sum.
        let matrices = visible * hidden * (isInteger ? 34 : 24)
        // Rows of both phases: states in bytes, probabilities and products, and all of them again
        // for the bare products. Integers add two sums of the wider side, twice, and means and
        // codes in bytes.
        let sums = isInteger ? 16 * max(visible, hidden) + 4 * visible + 8 * hidden : 0
        let states = rows * (32 * visible + 44 * hidden + sums)
        let cases = max(64 * 0x1p20, Double(batch) * visible)
        // The program, MPI and the libraries' packed copies.
        let base = 128 * 0x1p20
        return matrices + states + cases + base
    }

    /// Collective.
    ///
    /// Refuses sizes for which a host has too little memory.
    func checkMemory(_ world: borrowing Communicator) throws {
        let neighbours = try world.splitByHost().size
        let room = try world.minimum(Int64(physicalMemory() / neighbours))
        let need = bytes(ranks: world.size)
        guard need > Double(room) else { return }
        throw SharedFailure(
            exitCode: ExitStatus.commandLine,
            "\(visible)×\(hidden) units with batch \(batch) need \(spelled(bytes: need)) on each "
                + "rank, and the smallest host has \(spelled(bytes: Double(room))) for each of its "
                + "ranks; choose fewer units, a smaller batch, or fewer ranks on a host")
    }
}
