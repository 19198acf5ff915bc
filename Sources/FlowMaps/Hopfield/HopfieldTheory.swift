import RealModule

/// Amit, Gutfreund and Sompolinsky's theory of many random patterns in many units
/// [AmitGutfreundSompolinsky85], with Hebb's rule and without noise.
///
/// The overlap of the recalled state with its pattern is m = erf y, where y solves
/// erf(y)/y − (2/√π) e^(−y²) = √(2α) for the load α = P/N.
public enum HopfieldTheory {
    /// The capacity α_c = 0.13790557, with its overlap m_c = 0.967417: beyond it no pattern is recalled.
    public static let capacity: (load: Double, overlap: Double) = {
        // The left side has its maximum where its slope has a zero.
        var (low, high) = (1.0, 3.0)
        for _ in 0..<200 {
            let middle = (low + high) / 2
            if slope(middle) > 0 { low = middle } else { high = middle }
        }
        let peak = side(low)
        return (peak * peak / 2, .erf(low))
    }()

    /// Returns the overlap m of a recalled pattern at a load; 0 beyond the capacity.
    ///
    /// - Precondition: `load` is positive.
    public static func overlap(load: Double) -> Double {
        precondition(load > 0, "a load of \(load)")
        guard load <= capacity.load else { return 0 }
        let target = (2 * load).squareRoot()
        // Right of its maximum the left side falls as 1/y.
        var (low, high) = (1.0, 1 / target + 3)
        while slope(low) > 0 { low += 1e-3 }
        low -= 1e-3
        for _ in 0..<200 {
            let middle = (low + high) / 2
            if slope(middle) > 0 || side(middle) > target { low = middle } else { high = middle }
        }
        return .erf(low)
    }

    /// Returns the share of units whose field opposes them in a stored pattern, ½ erfc(1/√(2α)).
    public static func firstStepErrors(load: Double) -> Double {
        0.5 * .erfc(1 / (2 * load).squareRoot())
    }

    private static func side(_ y: Double) -> Double {
        Double.erf(y) / y - 2 / Double.pi.squareRoot() * .exp(-y * y)
    }

    private static func slope(_ y: Double) -> Double {
        let gauss = 2 / Double.pi.squareRoot() * Double.exp(-y * y)
        return gauss / y - .erf(y) / (y * y) + 2 * y * gauss
    }
}
