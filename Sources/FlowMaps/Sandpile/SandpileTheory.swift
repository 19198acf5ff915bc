import RealModule

/// What is known exactly of the sandpile on L×L sites.
public enum SandpileTheory {
    /// Returns the mean number of topplings that a grain at a random site sets off.
    ///
    /// (1/N) Σᵢⱼ (Δ⁻¹)ᵢⱼ with the lattice's Laplacian Δ [Dhar90]. Δ is a sum of two chains' whose
    /// eigenvectors are sines, so that the sum has L² terms.
    ///
    /// - Precondition: `size` ≥ 1.
    public static func meanTopplings(size: Int) -> Double {
        let modes = modes(size: size)
        var sum = 0.0
        for a in modes {
            for b in modes { sum += a.share * b.share / (a.eigenvalue + b.eigenvalue) }
        }
        return sum / Double(size * size)
    }

    /// Returns the logarithm of the number of recurrent states, ln det Δ [Dhar90].
    ///
    /// - Precondition: `size` ≥ 1.
    public static func logRecurrentStates(size: Int) -> Double {
        let modes = modes(size: size)
        return modes.reduce(0) { sum, a in
            sum + modes.reduce(0) { $0 + .log(a.eigenvalue + $1.eigenvalue) }
        }
    }

    /// The probabilities of 0, 1, 2 and 3 grains at a site far from the rim of a large lattice
    /// [Priezzhev94] [KenyonWilson15].
    public static let bulkHeights: [Double] = {
        let a = 1 / Double.pi
        return [
            2 * a * a - 4 * a * a * a,
            0.25 - a / 2 - 3 * a * a + 12 * a * a * a,
            0.375 + a - 12 * a * a * a,
            0.375 - a / 2 + a * a + 4 * a * a * a,
        ]
    }()

    /// A mode of a chain of L sites with absorbing ends.
    private struct Mode {
        /// 2 − 2cos(πk/(L + 1)).
        let eigenvalue: Double
        /// The square of the sum of the mode's elements.
        let share: Double
    }

    private static func modes(size: Int) -> [Mode] {
        (1...size).map { k in
            let half = Double.pi * Double(k) / Double(2 * (size + 1))
            let cotangent = Double.cos(half) / .sin(half)
            // Even modes are antisymmetric, and their elements add up to 0.
            let share = k % 2 == 1 ? 2 / Double(size + 1) * cotangent * cotangent : 0
            return Mode(eigenvalue: 4 * .sin(half) * .sin(half), share: share)
        }
    }
}
