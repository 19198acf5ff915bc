import Analysis
import RealModule

/// The spectrum of the transfer matrix of an L×L torus.
///
/// At a critical point the eigenvalues are exp(−f L² + 2π(c/12 − x_n)), up to terms that fall as 1/L²
/// [Cardy86], [GuWen09]. f is the free energy per site, c the central charge, and x_n are the scaling
/// dimensions. In the Ising model c = 1/2, the lowest odd level is x_σ = 1/8, and the first even level
/// above the ground state is x_ε = 1.
public struct TransferSpectrum: Sendable {
    /// L.
    public let size: Int
    /// ln λ₀, the largest eigenvalue.
    public let logLargest: Double
    /// ln(λ₀/λ)/2π of the states that are even under the flip of all spins, rising from 0.
    public let even: [Double]
    /// ln(λ₀/λ)/2π of the odd states, rising.
    public let odd: [Double]

    /// Diagonalizes a transfer matrix.
    ///
    /// - Parameters:
    ///   - matrix: The transfer matrix of L rows of a torus that is L wide.
    ///   - logScale: The logarithm of a factor that was taken out of it.
    /// - Throws: `RenormalizationError.numerical` if LAPACK fails, or no even state is left.
    init(_ matrix: ParityMatrix, logScale: Double, size: Int) throws(RenormalizationError) {
        let magnitudes: [[Double]]
        do {
            magnitudes = try matrix.blocks.map { try $0.eigenvalues().map(\.magnitude) }
        } catch {
            throw .numerical("\(error)")
        }
        guard let largest = magnitudes[0].first, largest > 0 else {
            throw .numerical("the transfer matrix of \(size) rows has no even state")
        }
        self.size = size
        logLargest = logScale + .log(largest)
        (even, odd) = (Self.levels(magnitudes[0], largest), Self.levels(magnitudes[1], largest))
    }

    private static func levels(_ magnitudes: [Double], _ largest: Double) -> [Double] {
        magnitudes.filter { $0 > 0 }.map { .log(largest / $0) / (2 * .pi) }
    }

    /// x_σ of the Ising model: the lowest odd level.
    public var sigmaDimension: Double? { odd.first }

    /// x_ε of the Ising model: the lowest even level above the ground state.
    public var epsilonDimension: Double? { even.count > 1 ? even[1] : nil }

    /// Returns the central charge, from the largest eigenvalues of this torus and of one twice as wide.
    ///
    /// The free energy cancels. An exact free energy would not do, for the error of that of the tensors
    /// counts L² times.
    public func centralCharge(with doubled: TransferSpectrum) -> Double {
        precondition(doubled.size == 2 * size, "sizes \(size) and \(doubled.size)")
        return centralChargeOfTori(logLargest, doubled.logLargest)
    }
}

/// X = Z(i)²/Z(2i) of the critical Ising lattice, 1.763….
///
/// Z(τ) = (θ₂ + θ₃ + θ₄)/2η is that of a torus with the ratio τ of its sides [FerdinandFisher69].
public let criticalPhaseNumber: Double = {
    let square = Double.exp2(0.25) + .exp2(-0.5)
    // q = e^{iπτ} for τ = 2i; the terms left out are smaller than a rounding error.
    let q = Double.exp(-2 * Double.pi)
    let thetas =
        2 * .pow(q, 0.25) * (1 + .pow(q, 2) + .pow(q, 6)) + (1 + 2 * q + 2 * .pow(q, 4))
        + (1 - 2 * q + 2 * .pow(q, 4))
    let eta = Double.pow(q, 1.0 / 12) * (1 - .pow(q, 2)) * (1 - .pow(q, 4)) * (1 - .pow(q, 6))
    return square * square / (thetas / (2 * eta))
}()
