import RealModule

/// A memory as a machine whose hidden units are Gaussian, one for each pattern.
///
/// Hubbard and Stratonovich's identity [Barra12]: with E(s, z) = Σ z_μ²/2 − Σ s_i W_iμ z_μ and
/// WWᵀ = β(w + diagonal), the integral over z leaves −ln ∫ e^{−E} dz = β(H(s) − d/2) − (P/2) ln 2π.
/// H(s) = −½ Σ w_ij s_i s_j is the memory's energy, and d the sum of the diagonal that its weights
/// leave out.
public struct HopfieldMachine: Sendable {
    /// W, shape [units, patterns].
    public let weights: [Float]
    /// β of the stored weights: energies in kT for each unit of the memory's energy H.
    public let inverseTemperature: Double
    /// The free energy of a state minus βH.
    public let constant: Double

    /// Makes the machine of a memory at an inverse temperature.
    ///
    /// By Hebb's rule a weight is ±√(β/N), rounded to a float, and β is that of the rounded weight; so
    /// the identity holds to the rounding of doubles. By the projection rule the weights are those of
    /// orthonormal combinations of the patterns, and the identity holds to the rounding of floats.
    ///
    /// - Precondition: `inverseTemperature` is positive.
    public init(_ memory: HopfieldMemory, inverseTemperature: Double) {
        precondition(inverseTemperature > 0, "an inverse temperature of \(inverseTemperature)")
        let patterns = memory.patterns
        let (units, count) = (patterns.units, patterns.count)
        let diagonal: Double
        switch memory.rule {
        case .hebb:
            let weight = Float((inverseTemperature / Double(units)).squareRoot())
            weights = patterns.elements.map { Float($0) * weight }
            self.inverseTemperature = Double(units) * Double(weight) * Double(weight)
            diagonal = Double(count)
        case .projection:
            let rows = Self.orthonormalRows(patterns)
            let factor = inverseTemperature.squareRoot()
            weights = (0..<units * count).map { Float(factor * rows[$0 % count][$0 / count]) }
            self.inverseTemperature = inverseTemperature
            diagonal = rows.reduce(0) { $0 + $1.reduce(0) { $0 + $1 * $1 } }
        }
        constant =
            -self.inverseTemperature * diagonal / 2 - Double(count) / 2 * .log(2 * .pi)
    }

    /// Makes patterns orthonormal, one after another; twice, which rounding needs.
    ///
    /// - Returns: Shape [patterns][units]. The sum of their outer products is the projection on the
    ///   patterns.
    private static func orthonormalRows(_ patterns: HopfieldPatterns) -> [[Double]] {
        var rows: [[Double]] = []
        for number in 0..<patterns.count {
            var row = patterns[number].map { Double($0) }
            for _ in 0..<2 {
                for earlier in rows {
                    let overlap = zip(row, earlier).reduce(0) { $0 + $1.0 * $1.1 }
                    for i in row.indices { row[i] -= overlap * earlier[i] }
                }
            }
            let norm = row.reduce(0) { $0 + $1 * $1 }.squareRoot()
            rows.append(row.map { $0 / norm })
        }
        return rows
    }
}
