public import Analysis
import Ising
import RealModule

/// The direction of a flow of temperatures, seen from the critical point.
///
/// Renormalization flows away from K_c: to K = 0 below it, and to K = ∞ above it. Trained machines were
/// found to flow toward it [Iso18].
public enum FlowDirection: String, Sendable {
    case towardCritical = "toward K_c"
    case awayFromCritical = "away from K_c"
    /// From one side of K_c to the other.
    case throughCritical = "through K_c"
    /// The coupling changes by at most three standard errors.
    case resting = "at rest"
    /// The start or the end has no temperature, or too few configurations to know its error.
    case unknown = "unknown"

    /// Judges a flow from a first to a last coupling; nil stands for no temperature.
    public init(from first: Estimate?, to last: Estimate?) {
        guard let first, let last else {
            self = .unknown
            return
        }
        let error = Double.hypot(first.error, last.error)
        guard error.isFinite else {
            self = .unknown
            return
        }
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
