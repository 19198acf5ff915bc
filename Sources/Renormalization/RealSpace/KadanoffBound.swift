import Ising

/// The bound on the partition function of the square lattice from Kadanoff's renormalization.
///
/// ln Z_LB ≥ ln Z for every coupling and every p, which bounds the free energy from below. The gap is the
/// price of moving potentials; block spins as such cost nothing.
///
/// Source: [Kadanoff75].
public struct KadanoffBound: Sendable, Equatable {
    /// K of the nearest neighbours.
    public let coupling: Double
    /// p of the block spins, the same at each step.
    public let strength: Double
    /// The bound on ln Z/N of the infinite lattice.
    public let logPartitionPerSite: Double
    /// ln Z/N of the infinite lattice.
    public let exact: Double

    /// The difference between the bound and the exact value, which is not negative.
    public var gap: Double { logPartitionPerSite - exact }

    /// The largest magnitude of p.
    public static let largestStrength = 1000.0
    /// The largest magnitude of the coupling.
    public static let largestCoupling = 100.0

    /// Evaluates the bound.
    ///
    /// - Throws: `RenormalizationError.argument` for a number that is not finite or out of range.
    public init(coupling: Double, strength: Double) throws(RenormalizationError) {
        guard coupling.magnitude <= Self.largestCoupling else {
            throw .argument(
                """
                coupling \(coupling): expected a number from \(-Self.largestCoupling) to \
                \(Self.largestCoupling)
                """)
        }
        guard strength.magnitude <= Self.largestStrength else {
            throw .argument(
                """
                p = \(strength): expected a number from \(-Self.largestStrength) to \
                \(Self.largestStrength)
                """)
        }
        self.coupling = coupling
        self.strength = strength
        logPartitionPerSite = PotentialMoving(strength: strength).logPartitionBound(
            PlaquettePotential(nearestNeighbour: coupling))
        do {
            exact = -(try Onsager.infinite(coupling: coupling)).freeEnergyPerSite
        } catch {
            throw .argument("\(error)")
        }
    }

    /// Finds the lowest bound over all p.
    ///
    /// The bound has one minimum in p ≥ 0, which grows with the coupling, about as 1.4 K; −p gives the
    /// same bound as p.
    ///
    /// - Throws: `RenormalizationError.argument` as `init`.
    public static func best(coupling: Double) throws(RenormalizationError) -> KadanoffBound {
        let steps = 64
        let end = 1 + 2 * min(coupling.magnitude, largestCoupling)
        var best = try KadanoffBound(coupling: coupling, strength: 0)
        for step in 1...steps {
            let next = try KadanoffBound(
                coupling: coupling, strength: end * Double(step) / Double(steps))
            if next.logPartitionPerSite < best.logPartitionPerSite { best = next }
        }
        // Golden section around the best point of the grid.
        let ratio = (5.0.squareRoot() - 1) / 2
        var low = max(0, best.strength - end / Double(steps))
        var high = best.strength + end / Double(steps)
        while high - low > 1e-7 {
            let left = try KadanoffBound(coupling: coupling, strength: high - ratio * (high - low))
            let right = try KadanoffBound(coupling: coupling, strength: low + ratio * (high - low))
            if left.logPartitionPerSite <= right.logPartitionPerSite {
                high = right.strength
            } else {
                low = left.strength
            }
            for candidate in [left, right]
            where candidate.logPartitionPerSite < best.logPartitionPerSite {
                best = candidate
            }
        }
        return best
    }
}

extension KadanoffFixedPoint {
    /// The coupling of nearest neighbours from which the flow at this p ends neither in order nor in
    /// disorder.
    ///
    /// On the lattice itself it is ½ ln(1 + √2). Moving potentials changes it like a change of
    /// temperature, which does not affect exponents.
    public var criticalCoupling: Double {
        let moving = PotentialMoving(strength: strength)
        return bisect(0...1) { coupling in
            moving.isOrdered(PlaquettePotential(nearestNeighbour: coupling))
        }
    }

    /// The critical coupling if all pairs of a plaquette have one coupling, as at the symmetric fixed
    /// point.
    ///
    /// It is the coupling within one plaquette; a side of the lattice belongs to two.
    public var criticalPairCoupling: Double {
        let moving = PotentialMoving(strength: strength)
        return bisect(0...1) { coupling in
            moving.isOrdered(PlaquettePotential([coupling], of: [.pairs]))
        }
    }
}

extension PotentialMoving {
    /// Returns whether the flow from a potential ends where neighbours are coupled.
    ///
    /// A flow that begins next to criticality leaves it after about fifty doublings of the distance.
    fileprivate func isOrdered(_ potential: PlaquettePotential) -> Bool {
        var potential = potential
        for _ in 0..<100 {
            let values = image(of: potential).values
            // Order is unstable against a field, and rounding would act as one.
            for state in values.indices {
                let turned = PlaquettePotential.states - 1 - state
                potential.values[state] = (values[state] + values[turned]) / 2 - values[0]
            }
        }
        return PlaquetteInteraction.neighbours.coefficient(of: potential.values) > 0.07
    }
}
