import RealModule

/// The coupling K_c = ½ ln(1 + √2) at which the infinite square lattice is critical [Onsager44].
public let criticalCoupling = 0.5 * Double.log(1 + 2.0.squareRoot())

/// Returns 2K + ln tanh K for K > 0: the interface tension above K_c, minus the inverse
/// correlation length along an axis below it, zero at K_c [Onsager44].
func inverseLength(coupling: Double) -> Double {
    2 * coupling + .log(.tanh(coupling))
}
