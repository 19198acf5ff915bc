import RealModule

/// The coupling K_c = ½ ln(1 + √2) at which the infinite square lattice is critical [Onsager44].
public let criticalCoupling = 0.5 * Double.log(1 + 2.0.squareRoot())

/// Returns 2K + ln tanh K for K > 0 [Onsager44].
///
/// Above K_c it is the interface tension, below K_c minus the inverse correlation length along an
/// axis; it is 0 at K_c.
func inverseLength(coupling: Double) -> Double {
    2 * coupling + .log(.tanh(coupling))
}
