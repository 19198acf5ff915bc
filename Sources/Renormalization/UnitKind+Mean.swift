import RBMCore
import RealModule

/// What the mean of a unit says of it.
extension UnitKind {
    /// Returns the variance of the value of a unit of two states with a given mean.
    func variance(mean: Double) -> Double { (value(1) - mean) * (mean - value(0)) }

    /// Returns the entropy −Σ p ln p of a unit of two states with a given mean, in nats.
    func entropy(mean: Double) -> Double {
        let up = (mean - offset) / scale
        func term(_ p: Double) -> Double { p > 0 ? -p * .log(p) : 0 }
        return term(up) + term(1 - up)
    }
}
