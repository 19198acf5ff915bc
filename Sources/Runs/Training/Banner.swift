import Configuration
import Ranks
import RBMCore

/// The lines that say where and how a run runs.
struct Banner {
    let command: String
    let threads: Int
    let level: ThreadLevel
    let seed: UInt64
    /// How ranks divide the work; nil where all share the cases.
    let grid: GridShape?
    let data: String
    /// What the schedule of each layer will do.
    let learning: [String]

    /// Returns the lines, given where the ranks are.
    func lines(_ ranks: RankReport) -> [String] {
        let count = ranks.places.count
        let hosts = Set(ranks.places.map(\.host)).count
        return [
            "Wilson \(wilsonVersion)",
            "ranks    \(count) on \(hosts) host\(hosts == 1 ? "" : "s"), "
                + "\(threads) thread\(threads == 1 ? "" : "s") each",
        ] + ranks.lines.map { "         \($0)" } + gridLines + [
            "MPI      \(mpiLibraryVersion()); thread level \(level)",
            "oneDNN   \(MatrixProducts.libraryVersion), \(MatrixProducts.instructionSet); "
                + "compiled for \(MatrixProducts.compiledTarget)",
            "kernel   \(KernelChoice.current)",
            "seed     \(seed)",
            "data     \(data)",
        ] + learning.map { "learning \($0)" } + [
            "command  \(command)"
        ]
    }
    private var gridLines: [String] {
        guard let grid else { return [] }
        return [
            "grid     \(grid), groups that share the cases × ranks of a group that share the hidden "
                + "units"
        ]
    }
}
