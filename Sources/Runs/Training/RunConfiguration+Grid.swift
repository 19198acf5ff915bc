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
                    + "\(grid.hidden) ranks, but \(refusal.reason(hidden: plan.hidden))")
        }
    }
}

extension HiddenDivisionRefusal {
    /// Why the hidden units cannot be divided, and what to do.
    ///
    /// - Parameter hidden: How many there are.
    fileprivate func reason(hidden: Int) -> String {
        let alternative = "or let all ranks share the cases (`grid: auto`)"
        return switch self {
        case .float32:
            "sums in float32 would depend on it; choose `arithmetic: integer`, " + alternative
        case .units(let kind):
            "\(kind) units are not divided yet; let all ranks share the cases (`grid: auto`)"
        case .negativePhase(let name):
            "`algorithm: \(name)` does not divide them yet; choose `pcd` or `cd`, " + alternative
        case .tooFewUnits(let most):
            "\(hidden) units, in groups of 64, are enough for \(most) only; choose a grid "
                + "with at most \(most), \(alternative)"
        }
    }
}
