import RealModule

/// One fermion mode of the transfer matrix of the square lattice, with two derivatives in K.
///
/// cosh γ = cosh² 2K / sinh 2K − cos θ with γ > 0. What is stored is ln B = ln sinh 2K + γ, because B
/// stays finite and smooth as K → 0, where γ itself grows without bound.
///
/// Source: [Kaufman49].
struct TransferMode {
    let logB: Double
    let first: Double
    let second: Double

    /// Evaluates the mode of wave number θ, which is not 0, at K > 0.
    init(coupling: Double, angle: Double) {
        let s = Double.sinh(2 * coupling)
        let c = Double.cosh(2 * coupling)
        let cosine = Double.cos(angle)
        let versine = 2 * Double.sin(angle / 2) * .sin(angle / 2)
        // a = cosh² 2K − s cos θ; a ± s in forms that do not cancel near the critical point.
        let a = 1 + s * s - s * cosine
        let root = (((1 - s) * (1 - s) + s * versine) * (1 + s * s + s * versine)).squareRoot()
        let b = a + root
        let a1 = 2 * c * (2 * s - cosine)
        let a2 = 8 * (s * s + c * c) - 4 * s * cosine
        let s1 = 2 * c
        let numerator = a1 - s * s1 / b
        let slope = numerator / root
        let numerator1 = a2 - (s1 * s1 + 4 * s * s - s * s1 * slope) / b
        let root1 = (a * a1 - s * s1) / root
        logB = .log(b)
        first = slope
        second = (numerator1 - slope * root1) / root
    }
}
