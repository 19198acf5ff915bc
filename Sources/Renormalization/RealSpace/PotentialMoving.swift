import Analysis
import RealModule

/// One step of Kadanoff's lower-bound renormalization of the square lattice by blocks of 2×2.
///
/// A block spin μ follows the spins of its block with the weight e^{pμΣσ}/2cosh(pΣσ), whose sum over μ is
/// 1 for every p. In one plaquette of four all spins belong to different blocks. The potentials of the
/// four plaquettes, and the normalization u = ln 2cosh(pΣσ) of a block, are moved onto this one. Then
/// only sums over single plaquettes remain:
///
/// V′(μ) = ln Σ_σ e^{4V(σ) − u(σ) + pΣμσ}
///
/// The mean of what is moved is 0 by translation, so that the partition function can only grow: the free
/// energy is bounded from below for every p.
///
/// Source: [Kadanoff75], [KadanoffHoughtonYalabik76].
struct PotentialMoving {
    /// The strength p with which a block spin follows its block.
    let strength: Double

    /// ln 2cosh(pΣσ), shape [16].
    private let normalization: [Double]

    init(strength: Double) {
        self.strength = strength
        normalization = (0..<PlaquettePotential.states).map {
            logTwoCosh(strength * Double(PlaquettePotential.magnetization($0)))
        }
    }

    /// Returns the potential of the block spins.
    func image(of potential: PlaquettePotential) -> PlaquettePotential {
        PlaquettePotential(
            values: (0..<PlaquettePotential.states).map { block in
                logSumExp(exponents(of: potential, given: block))
            })
    }

    /// Returns ∂V′(μ)/∂V(σ) = 4 P(σ | μ), shape [16, 16].
    func derivative(at potential: PlaquettePotential) -> [[Double]] {
        probabilities(at: potential).map { $0.map { 4 * $0 } }
    }

    /// Returns ∂V′(μ)/∂p, shape [16].
    func strengthDerivative(at potential: PlaquettePotential) -> [Double] {
        let slopes = (0..<PlaquettePotential.states).map { state in
            let sum = Double(PlaquettePotential.magnetization(state))
            return sum * .tanh(strength * sum)
        }
        return probabilities(at: potential).enumerated().map { block, row in
            row.indices.reduce(0) {
                $0 + row[$1] * (Double(PlaquettePotential.overlap(block, $1)) - slopes[$1])
            }
        }
    }

    /// Returns an upper bound on ln Z per site of the lattice with a potential.
    ///
    /// The constant of a step counts a quarter as much as that of the step before. After 60 steps a double
    /// cannot hold what is left, wherever the potential has gone.
    func logPartitionBound(_ potential: PlaquettePotential) -> Double {
        var potential = potential
        var sum = 0.0
        var weight = 1.0
        for _ in 0..<60 {
            potential = image(of: potential)
            let constant = potential.values.reduce(-Double.infinity, max)
            for state in potential.values.indices { potential.values[state] -= constant }
            weight /= 4
            sum += weight * constant
        }
        return sum
    }

    /// Returns P(σ | μ), shape [16, 16].
    private func probabilities(at potential: PlaquettePotential) -> [[Double]] {
        (0..<PlaquettePotential.states).map { block in
            let exponents = exponents(of: potential, given: block)
            let total = logSumExp(exponents)
            return exponents.map { .exp($0 - total) }
        }
    }

    /// Returns 4V(σ) − u(σ) + pΣμσ, shape [16].
    private func exponents(of potential: PlaquettePotential, given block: Int) -> [Double] {
        (0..<PlaquettePotential.states).map { state in
            4 * potential.values[state] - normalization[state]
                + strength * Double(PlaquettePotential.overlap(block, state))
        }
    }
}
