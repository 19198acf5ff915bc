import Analysis
import RealModule

/// A fixed point of Kadanoff's lower-bound renormalization, and the exponents of its linearization.
///
/// Source: [Kadanoff75], [KadanoffHoughtonYalabik76].
public struct KadanoffFixedPoint: Sendable, Equatable {
    /// The interactions of the potential, besides its constant.
    public enum Family: Sendable, CaseIterable {
        /// All six pairs of a plaquette with one coupling, and its four spins: the fixed point of the
        /// papers.
        case symmetric
        /// Sides, diagonals and four spins: the fixed point to which nearest neighbours flow.
        case square

        var interactions: [PlaquetteInteraction] {
            switch self {
            case .symmetric: [.pairs, .fourSpins]
            case .square: [.neighbours, .diagonals, .fourSpins]
            }
        }

        /// Couplings near the fixed point at p = 0.766, from which it is followed to other p.
        var start: [Double] {
            switch self {
            case .symmetric: [0.14, -0.007]
            case .square: [0.16, 0.105, -0.007]
            }
        }
    }

    /// The value of p at which searches begin.
    private static let knownStrength = 0.766
    /// The values of p that are tried; fixed points end below 0.65.
    public static let strengths = 0.5...4.0

    /// The strength p of the block spins.
    public let strength: Double
    /// The coupling of neighbours in a plaquette.
    public let neighbourCoupling: Double
    /// The coupling across a plaquette.
    public let diagonalCoupling: Double
    /// The coupling of all four spins of a plaquette.
    public let fourSpinCoupling: Double
    /// The factor by which a small even perturbation grows in a step, the constant left out.
    public let thermalEigenvalue: Double
    /// The factor by which a small odd perturbation grows in a step.
    public let magneticEigenvalue: Double
    /// The factor by which a difference between sides and diagonals grows in a step; nil for a family in
    /// which they differ.
    public let anisotropyEigenvalue: Double?
    /// ∂(ln Z/N)/∂p at a fixed potential, which is 0 where p is the best choice.
    public let strengthSlope: Double

    /// y_T = ln λ_T / ln 2; the exact value is 1.
    public var thermalExponent: Double { .log2(thermalEigenvalue) }
    /// y_H = ln λ_H / ln 2; the exact value is 15/8.
    public var magneticExponent: Double { .log2(magneticEigenvalue) }
    /// ν = 1/y_T; the exact value is 1.
    public var correlationExponent: Double { 1 / thermalExponent }
    /// δ = y_H/(2 − y_H); the exact value is 15.
    public var isothermExponent: Double { magneticExponent / (2 - magneticExponent) }

    /// Finds the fixed point at a given p, which is followed from that at p = 0.766 by Newton's method.
    ///
    /// - Throws: `RenormalizationError.argument` for a p at which it does not exist.
    public init(strength: Double, family: Family = .symmetric) throws(RenormalizationError) {
        guard Self.strengths.contains(strength) else {
            throw .argument(
                """
                p = \(strength): expected \(Self.strengths.lowerBound) to \
                \(Self.strengths.upperBound) to look for a fixed point
                """)
        }
        let distance = strength - Self.knownStrength
        let steps = max(1, Int((distance.magnitude / 0.005).rounded(.up)))
        var couplings = family.start
        for step in 1...steps {
            let p = Self.knownStrength + distance * Double(step) / Double(steps)
            guard let found = Self.solve(strength: p, family: family, from: couplings) else {
                throw .argument(
                    """
                    p = \(strength): the fixed point is lost at p = \(p); choose p nearer to 0.766
                    """)
            }
            couplings = found
        }
        self.init(strength: strength, family: family, couplings: couplings)
    }

    /// Finds the fixed point whose p makes the free energy stationary.
    ///
    /// - Throws: `RenormalizationError.argument`, but for no family that exists.
    public static func stationary(family: Family = .symmetric) throws(RenormalizationError)
        -> KadanoffFixedPoint
    {
        // Between these the slope rises through 0 once, nearly along a straight line.
        var low = try KadanoffFixedPoint(strength: 0.74, family: family)
        var high = try KadanoffFixedPoint(strength: 0.79, family: family)
        var best = low
        while high.strength - low.strength > 4e-16 {
            let secant =
                low.strength - low.strengthSlope * (high.strength - low.strength)
                / (high.strengthSlope - low.strengthSlope)
            guard secant > low.strength, secant < high.strength else { break }
            best = try KadanoffFixedPoint(strength: secant, family: family)
            if best.strengthSlope.magnitude < 1e-15 { break }
            if best.strengthSlope < 0 { low = best } else { high = best }
        }
        return best
    }

    private init(strength: Double, family: Family, couplings: [Double]) {
        let interactions = family.interactions
        let potential = PlaquettePotential(couplings, of: interactions)
        let moving = PotentialMoving(strength: strength)
        let derivative = moving.derivative(at: potential)
        self.strength = strength
        neighbourCoupling = couplings[0]
        diagonalCoupling = family == .symmetric ? couplings[0] : couplings[1]
        fourSpinCoupling = couplings[couplings.count - 1]
        thermalEigenvalue =
            Self.restrict(derivative, to: interactions).leadingEigenvalue ?? .nan
        magneticEigenvalue =
            Self.restrict(derivative, to: [.spins, .triples]).leadingEigenvalue ?? .nan
        anisotropyEigenvalue =
            family == .symmetric ? Self.restrict(derivative, to: [.anisotropy])[0, 0] : nil
        strengthSlope = Self.slope(derivative, moving.strengthDerivative(at: potential))
    }

    /// Solves V′ = V + constant by Newton's method; nil if it does not converge.
    private static func solve(strength: Double, family: Family, from start: [Double])
        -> [Double]?
    {
        let moving = PotentialMoving(strength: strength)
        let interactions = family.interactions
        var couplings = start
        for _ in 0..<40 {
            let potential = PlaquettePotential(couplings, of: interactions)
            let image = moving.image(of: potential)
            var matrix = restrict(moving.derivative(at: potential), to: interactions)
            for i in couplings.indices { matrix[i, i] -= 1 }
            let excess = zip(couplings, interactions).map {
                $0 - $1.coefficient(of: image.values)
            }
            guard let change = matrix.solve(Matrix(column: excess))?.elements else { return nil }
            for i in couplings.indices { couplings[i] += change[i] }
            guard couplings.allSatisfy({ $0.magnitude < 4 }) else { return nil }
            if change.allSatisfy({ $0.magnitude < 1e-15 }) { return couplings }
        }
        // Rounding may keep the last digit moving.
        let potential = PlaquettePotential(couplings, of: interactions)
        let image = moving.image(of: potential)
        let converged = zip(couplings, interactions).allSatisfy {
            ($0 - $1.coefficient(of: image.values)).magnitude < 1e-13
        }
        return converged ? couplings : nil
    }

    /// Returns the derivatives of the coefficients of interactions by each other, shape
    /// [interaction, interaction].
    private static func restrict(
        _ derivative: [[Double]], to interactions: [PlaquetteInteraction]
    ) -> Matrix {
        let columns = interactions.map { interaction in
            derivative.map { row in
                row.indices.reduce(0) { $0 + row[$1] * interaction.value($1) }
            }
        }
        return Matrix(rows: interactions.count, columns: interactions.count) {
            interactions[$0].coefficient(of: columns[$1])
        }
    }

    /// Returns ∂(ln Z/N)/∂p: the mean of the change of V′ over the states of a plaquette.
    ///
    /// How often a plaquette is in each state is the left eigenvector of the eigenvalue 4.
    private static func slope(_ derivative: [[Double]], _ change: [Double]) -> Double {
        var frequency = [Double](repeating: 1.0 / 16, count: 16)
        for _ in 0..<200 {
            var next = [Double](repeating: 0, count: 16)
            for (block, row) in derivative.enumerated() {
                for state in row.indices { next[state] += frequency[block] * row[state] / 4 }
            }
            frequency = next
        }
        // Each step adds a quarter of what the step before added, and the first a quarter of the mean.
        return zip(frequency, change).reduce(0) { $0 + $1.0 * $1.1 } / 3
    }
}
