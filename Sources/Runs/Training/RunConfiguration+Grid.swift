import Configuration
import DistributedTraining
import RBMCore
import Ranks

extension RunConfiguration {
    /// The configuration without what no bit depends on: how ranks divide the work.
    ///
    /// Checkpoints and models hold it, and are the same bytes on every grid.
    var onAnyGrid: RunConfiguration {
        var result = self
        result.grid = nil
        return result
    }

    /// Checks that the grid divides the ranks that there are.
    func checkGrid(ranks: Int) throws(SharedFailure) {
        try grid?.check(ranks: ranks, exitCode: ExitStatus.configuration)
    }
}

extension [LayerPlan] {
    /// Checks that every layer can be divided as a grid says.
    func checkGrid(_ grid: GridShape?) throws(SharedFailure) {
        guard let grid, grid.hidden > 1 else { return }
        for plan in self {
            guard let refusal = plan.refusal(ofHiddenRanks: grid.hidden) else { continue }
            throw SharedFailure(
                exitCode: ExitStatus.configuration,
                "layers.\(plan.layer): the grid \(grid) divides the hidden units among "
                    + "\(grid.hidden) ranks, but \(refusal.reason)")
        }
    }
}

/// The grid of a run on which the last bits of float32 depend.
struct Float32Grid {
    private static let note = "float32_grid"

    /// nil where no layer in float32 has its hidden units divided.
    private let grid: GridShape?

    init(_ grid: GridShape?, _ plans: [LayerPlan]) {
        let isFloat = plans.contains { $0.arithmetic == .float32 }
        self.grid = grid.flatMap { $0.hidden > 1 && isFloat ? $0 : nil }
    }

    /// What checkpoints say of it.
    var notes: [String: String] { grid.map { [Self.note: "\($0)"] } ?? [:] }

    /// Says that a run goes on from a checkpoint of another grid; nil where it does not.
    func difference(from notes: [String: String]) -> String? {
        let (known, own) = (notes[Self.note], grid.map { "\($0)" })
        guard known != own else { return nil }
        let shared = "a grid without divided hidden units"
        return "the last bits of float32 depend on the grid: the checkpoint is of "
            + "\(known.map { "the grid \($0)" } ?? shared), and this run has "
            + "\(own.map { "the grid \($0)" } ?? shared). The model will be another one within "
            + "rounding; for the same one choose the grid of the checkpoint, or `arithmetic: integer` "
            + "from the start"
    }
}

extension HiddenDivisionRefusal {
    /// Why the hidden units cannot be divided, and what to do.
    fileprivate var reason: String {
        let alternative = "let all ranks share the cases (`grid: auto`)"
        return switch self {
        case .realUnits(let kind): "\(kind) units are not divided; \(alternative)"
        case .negativePhase(let name):
            "`algorithm: \(name)` does not divide them; choose another algorithm, or \(alternative)"
        }
    }
}
