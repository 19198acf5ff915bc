import RealModule

/// Counts how many configurations of a small torus have each energy and magnetization.
///
/// Visits all 2^N configurations in Gray-code order, which turns one spin over at each step. Size 5
/// takes some tenths of a second. Bonds are counted as in `Kaufman`. A field h adds −h Σ s to H; no
/// closed form is known for it.
public struct DensityOfStates: Sendable {
    /// The sizes that can be enumerated.
    public static let sizes = 2...5

    /// L.
    public let size: Int

    /// Counts [unsatisfied bonds 0...2N, spins up 0...N].
    private let counts: [Int]

    private var sites: Int { size * size }

    /// Counts every configuration.
    ///
    /// - Throws: `IsingError.size` outside 2...5.
    public init(size: Int) throws(IsingError) {
        guard Self.sizes.contains(size) else {
            throw .size(size, allowed: Self.sizes, for: "enumeration")
        }
        self.size = size
        let sites = size * size
        var neighbours = [UInt32](repeating: 0, count: sites)
        for y in 0..<size {
            for x in 0..<size {
                let right = y * size + (x + 1) % size
                let below = (y + 1) % size * size + x
                let site = y * size + x
                for other in [right, below] {
                    neighbours[site] |= 1 << UInt32(other)
                    neighbours[other] |= 1 << UInt32(site)
                }
            }
        }
        // Two bonds join each pair of neighbours on the 2×2 torus.
        let multiplicity = size == 2 ? 2 : 1
        let stride = sites + 1
        var counts = [Int](repeating: 0, count: (2 * sites + 1) * stride)
        var state: UInt32 = 0
        var unsatisfied = 0
        var up = 0
        counts[0] = 1
        for step in 1..<(1 << UInt32(sites)) as Range<UInt32> {
            let site = step.trailingZeroBitCount
            let bit = (1 as UInt32) << UInt32(site)
            let isUp = state & bit != 0
            let upNeighbours = (state & neighbours[site]).nonzeroBitCount * multiplicity
            let antiparallel = isUp ? 4 - upNeighbours : upNeighbours
            unsatisfied += 4 - 2 * antiparallel
            up += isUp ? -1 : 1
            state ^= bit
            counts[unsatisfied * stride + up] += 1
        }
        self.counts = counts
    }

    /// Returns the number of configurations with a given energy −Σ s s′ over bonds.
    public func count(energy: Int) -> Int {
        let doubled = energy + 2 * sites
        guard doubled % 2 == 0, 0...4 * sites ~= doubled else { return 0 }
        let row = doubled / 2 * (sites + 1)
        return counts[row...row + sites].reduce(0, +)
    }

    /// Returns ln Z, and the energy and specific heat of the bonds.
    ///
    /// - Throws: `IsingError` for a coupling or field that is not finite.
    public func thermodynamics(coupling: Double, field: Double = 0) throws(IsingError)
        -> ExactThermodynamics
    {
        let sites = Double(self.sites)
        let (logZ, mean) = try average(coupling, field) { energy, _ in -energy }
        let (_, variance) = try average(coupling, field) { energy, _ in
            (-energy - mean) * (-energy - mean)
        }
        return ExactThermodynamics(
            logZ: logZ, first: mean, second: variance, coupling: coupling, sites: sites)
    }

    /// Returns the mean of |Σ s| / N.
    ///
    /// - Throws: `IsingError` for a coupling or field that is not finite.
    public func absoluteMagnetization(coupling: Double, field: Double = 0) throws(IsingError)
        -> Double
    {
        let sites = Double(self.sites)
        return try average(coupling, field) { _, magnetization in abs(magnetization) / sites }.mean
    }

    /// Returns the mean of Σ s / N.
    ///
    /// - Throws: `IsingError` for a coupling or field that is not finite.
    public func magnetization(coupling: Double, field: Double) throws(IsingError) -> Double {
        let sites = Double(self.sites)
        return try average(coupling, field) { _, magnetization in magnetization / sites }.mean
    }

    /// Returns ln Z and the mean of a function of the energy and the magnetization of the whole
    /// lattice.
    private func average(
        _ coupling: Double, _ field: Double, of f: (Double, Double) -> Double
    ) throws(IsingError) -> (logZ: Double, mean: Double) {
        guard coupling.isFinite else { throw .couplingNotFinite(coupling) }
        guard field.isFinite else { throw .fieldNotFinite(field) }
        var levels: [(count: Double, energy: Double, magnetization: Double, log: Double)] = []
        for unsatisfied in 0...2 * sites {
            for up in 0...sites {
                let count = counts[unsatisfied * (sites + 1) + up]
                guard count > 0 else { continue }
                let (energy, sum) = (Double(2 * unsatisfied - 2 * sites), Double(2 * up - sites))
                levels.append((Double(count), energy, sum, field * sum - coupling * energy))
            }
        }
        // The largest −H of all states; on frustrated lattices it is below 2N|K|.
        let ground = levels.reduce(-Double.infinity) { max($0, $1.log) }
        var partition = 0.0
        var sum = 0.0
        for level in levels {
            let weight = level.count * .exp(level.log - ground)
            partition += weight
            sum += weight * f(level.energy, level.magnetization)
        }
        return (.log(partition) + ground, sum / partition)
    }
}
