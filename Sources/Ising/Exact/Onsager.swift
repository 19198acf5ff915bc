import RealModule

/// Solves the infinite square lattice without a field.
public enum Onsager {
    /// Returns free energy, energy and specific heat per site.
    ///
    /// At `criticalCoupling`, the double nearest to K_c, the energy is −√2 and the specific heat is
    /// `.infinity`, for it diverges as a logarithm. The square lattice is bipartite: −K has the free
    /// energy and the specific heat of K, and the opposite energy.
    ///
    /// - Throws: `IsingError.couplingNotFinite`.
    ///
    /// Source: [Onsager44].
    public static func infinite(coupling: Double) throws(IsingError) -> InfiniteThermodynamics {
        guard coupling.isFinite else { throw .couplingNotFinite(coupling) }
        let strength = abs(coupling)
        let (logZ, first, heat): (Double, Double, Double) =
            if strength == 0 {
                (.log(2), 0.0, 0.0)
            } else if strength > Kaufman.frozen {
                (2 * strength, 2.0, strength * strength * 64 * .exp(-8 * strength))
            } else if strength < 0.3 {
                modeAverage(strength)
            } else {
                ellipticForm(strength)
            }
        return InfiniteThermodynamics(
            freeEnergyPerSite: -logZ, energyPerSite: coupling < 0 ? first : -first,
            specificHeatPerSite: max(0, heat))
    }

    /// Returns the spontaneous magnetization (1 − sinh⁻⁴ 2K)^{1/8} per site, 0 up to K_c.
    ///
    /// It is the uniform magnetization, which is 0 at negative couplings: their order is staggered.
    ///
    /// - Throws: `IsingError.couplingNotFinite`.
    ///
    /// Source: [Yang52].
    public static func magnetization(coupling: Double) throws(IsingError) -> Double {
        guard coupling.isFinite else { throw .couplingNotFinite(coupling) }
        guard coupling > criticalCoupling else { return 0 }
        let s = Double.sinh(2 * coupling)
        return .pow(max(0, 1 - 1 / (s * s * s * s)), 0.125)
    }

    /// Returns ln Z, ∂ ln Z/∂K and the specific heat per site, averaged over modes.
    ///
    /// The integrand is periodic and analytic, so that the midpoint rule converges as e^{−n/ξ}, here to
    /// the last digit. Unlike the elliptic form it loses no digits as K → 0.
    static func modeAverage(_ coupling: Double) -> (Double, Double, Double) {
        let count = 256
        var logZ = 0.0
        var first = 0.0
        var second = 0.0
        for n in 0..<count {
            let angle = Double.pi * (Double(n) + 0.5) / Double(count)
            let mode = TransferMode(coupling: coupling, angle: angle)
            logZ += mode.logB
            first += mode.first
            second += mode.second
        }
        let scale = 0.5 / Double(count)
        return (
            0.5 * .log(2) + scale * logZ, scale * first, coupling * coupling * scale * second
        )
    }

    /// Returns the same three numbers from complete elliptic integrals, which are singular only at K_c
    /// itself.
    static func ellipticForm(_ coupling: Double) -> (Double, Double, Double) {
        let s = Double.sinh(2 * coupling)
        let cotangent = Double.cosh(2 * coupling) / s
        // k = 2s/(1+s²) and the signed complementary modulus 2tanh² 2K − 1.
        let complement = (s - 1) * (s + 1) / (1 + s * s)
        let modulus = 2 * s / (1 + s * s)
        let integral = doubleExponential(upTo: .pi / 2) { angle in
            let sine = modulus * .sin(angle)
            return .log(onePlus: (complement * complement + sine * sine).squareRoot())
        }
        let logZ = 0.5 * Double.log(2) + .log(.cosh(2 * coupling)) + integral / .pi
        guard coupling != criticalCoupling, complement != 0 else {
            return (logZ, cotangent, .infinity)
        }
        let (first, second) = ellipticIntegrals(complement: abs(complement))
        let derivative = cotangent * (1 + 2 / .pi * complement * first)
        let bracket =
            2 * (first - second) - (1 - complement) * (.pi / 2 + complement * first)
        let factor = coupling * cotangent
        return (logZ, derivative, 2 / .pi * factor * factor * bracket)
    }

    /// Returns the complete elliptic integrals K and E of a complementary modulus in (0, 1], by the
    /// arithmetic-geometric mean.
    static func ellipticIntegrals(complement: Double) -> (first: Double, second: Double) {
        var a = 1.0
        var b = complement
        var weight = 0.5
        var sum = weight * (1 - complement) * (1 + complement)
        while abs(a - b) > 4e-16 * a {
            let c = (a - b) / 2
            (a, b) = ((a + b) / 2, (a * b).squareRoot())
            weight *= 2
            sum += weight * c * c
        }
        let first = Double.pi / (a + b)
        return (first, first * (1 - sum))
    }

    /// Returns the integral of a function over 0...end, which may be singular at 0.
    ///
    /// Its nodes approach the end points doubly exponentially [TakahasiMori74].
    private static func doubleExponential(upTo end: Double, _ f: (Double) -> Double) -> Double {
        let step = 1.0 / 64
        var sum = 0.0
        for n in -448...320 {
            let t = Double(n) * step
            let u = Double.pi / 2 * .sinh(t)
            // x/end = 1/(1 + e^{−2u}), in a form that does not cancel where it is small.
            let fraction = 1 / (1 + .exp(-2 * u))
            let other = 1 / (1 + .exp(2 * u))
            sum += Double.pi * .cosh(t) * fraction * other * f(end * fraction)
        }
        return end * step * sum
    }
}
