public import Analysis
import Ising
import RealModule

/// Which way a flow of temperatures goes, seen from the critical point.
///
/// Renormalization goes away from K_c: to K = 0 below it, to K = ∞ above. Flows of trained machines
/// were found to go toward it [Iso18].
public enum FlowDirection: String, Sendable {
    case towardCritical = "toward K_c"
    case awayFromCritical = "away from K_c"
    /// From one side of K_c to the other.
    case throughCritical = "through K_c"
    /// No change beyond three standard errors.
    case resting = "at rest"
    /// A start or an end that has no temperature.
    case unknown = "unknown"

    /// Judges a flow from a first to a last coupling, both with their errors.
    public init(from first: Estimate?, to last: Estimate?) {
        guard let first, let last else {
            self = .unknown
            return
        }
        let error = Double.hypot(first.error, last.error)
        let (before, after) = (first.value - criticalCoupling, last.value - criticalCoupling)
        guard abs(after - before) > 3 * error else {
            self = .resting
            return
        }
        if before * after < 0, abs(before) > 3 * first.error, abs(after) > 3 * last.error {
            self = .throughCritical
        } else {
            self = abs(after) < abs(before) ? .towardCritical : .awayFromCritical
        }
    }
}
