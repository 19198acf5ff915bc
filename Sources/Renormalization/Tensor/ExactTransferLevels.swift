import RealModule

/// The exact leading eigenvalues of the transfer matrix of an L×L torus [Kaufman49].
///
/// The matrix of one row is that of free fermions with the energies γ_l given by
/// cosh γ_l = cosh²2K/sinh 2K − cos(πl/L). States that are even under the flip of all spins have odd l,
/// and odd states have even l.
public struct ExactTransferLevels: Sendable {
    /// L.
    public let size: Int
    /// ln λ₀, the largest eigenvalue.
    public let logLargest: Double
    /// ln(λ₀/λ)/2π of the largest odd eigenvalue; x_σ = 1/8 at K_c for L → ∞.
    public let sigmaDimension: Double
    /// ln(λ₀/λ)/2π of the second even eigenvalue; x_ε = 1 at K_c for L → ∞.
    public let epsilonDimension: Double

    /// Calculates the levels.
    ///
    /// - Parameters:
    ///   - size: L ≥ 2.
    ///   - coupling: K > 0.
    public init(size: Int, coupling: Double) {
        precondition(size >= 2 && coupling > 0, "size \(size) at coupling \(coupling)")
        let length = Double(size)
        let energies = (0..<(2 * size)).map { l in
            let cosine = Double.cos(.pi * Double(l) / length)
            return Double.acosh(.cosh(2 * coupling) / .tanh(2 * coupling) - cosine)
        }
        // The energy of l = 0 changes its sign at K_c.
        let zeroMode = 2 * coupling + .log(.tanh(coupling))
        let even = stride(from: 1, to: 2 * size, by: 2).reduce(0) { $0 + energies[$1] / 2 }
        let odd = stride(from: 2, to: 2 * size, by: 2).reduce(zeroMode / 2) {
            $0 + energies[$1] / 2
        }
        self.size = size
        logLargest = length * (length / 2 * .log(2 * .sinh(2 * coupling)) + even)
        sigmaDimension = length * (even - odd) / (2 * .pi)
        // The second even level has two fermions of the smallest energy, l = 1 and l = −1.
        epsilonDimension = length * energies[1] / .pi
    }

    /// Returns the central charge from the largest eigenvalues of this torus and of one twice as wide, as
    /// `TransferSpectrum.centralCharge`.
    public func centralCharge(with doubled: ExactTransferLevels) -> Double {
        centralChargeOfTori(logLargest, doubled.logLargest)
    }
}

/// Returns the central charge from ln λ₀ of a torus and of one twice as wide.
///
/// It is 6/π times the part of ln λ₀ that is not proportional to the area, which the wider torus takes
/// away.
func centralChargeOfTori(_ logLargest: Double, _ doubled: Double) -> Double {
    6 / .pi * (4 * logLargest - doubled) / 3
}
