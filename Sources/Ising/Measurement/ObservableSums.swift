public import Analysis

/// Adds up energy and magnetization over blocks of a data set, in integers, for means with errors.
///
/// A block is a run of consecutive configurations. Configurations of one block may depend on each
/// other; different blocks must be independent. The right length of a block is
/// `plan.samplesPerReplica` for an `IsingSampler`, 1 for independent configurations, and many
/// autocorrelation times for one long chain. Parts of a data set may be measured anywhere and in any
/// order: their sums add up exactly.
public struct ObservableSums: Sendable, Equatable {
    /// L.
    public let size: Int
    /// How many configurations the whole data set has.
    public let total: Int
    /// How many configurations a block has; the last block may have fewer.
    public let blockLength: Int

    /// The sums over each block, shape [block, 5]: the number of configurations, Σ E, Σ E², Σ |M| and
    /// Σ M.
    ///
    /// E = −Σ s s′ over the 2L² bonds of a lattice, and M = Σ s. Ranks add these up. They can hold
    /// blocks of up to 2⁶¹/N² configurations.
    public private(set) var values: [Int64]

    private static let columns = 5

    /// Creates sums that are all 0.
    ///
    /// - Throws: `IsingError.size` for L < 2.
    /// - Precondition: `total` ≥ 0 and `blockLength` ≥ 1.
    public init(size: Int, total: Int, blockLength: Int) throws(IsingError) {
        let allowed = IsingSampler.sizes
        guard allowed.contains(size) else { throw .size(size, allowed: allowed, for: "measuring") }
        precondition(total >= 0 && blockLength >= 1, "\(total) in blocks of \(blockLength)")
        self.size = size
        self.total = total
        self.blockLength = blockLength
        let blocks = (total + blockLength - 1) / blockLength
        values = Array(repeating: 0, count: blocks * Self.columns)
    }

    /// Measures configurations: bytes 0/1, shape [n, L, L].
    ///
    /// - Parameter first: The number that the first of them has in the data set.
    /// - Throws: `IsingError.notASpin` for any other byte; then nothing is added.
    /// - Precondition: The configurations are whole, and their numbers lie in 0..<total.
    public mutating func add(_ configurations: Span<UInt8>, first: Int) throws(IsingError) {
        let sites = size * size
        let count = configurations.count / sites
        precondition(configurations.count % sites == 0, "\(configurations.count) bytes")
        precondition(
            first >= 0 && first <= total - count, "\(count) configurations at \(first) of \(total)")
        for i in 0..<configurations.count where configurations[i] > 1 {
            throw .notASpin(configurations[i], configuration: first + i / sites)
        }
        for n in 0..<count {
            let counts = LatticeCounts(configurations, at: n * sites, size: size)
            let energy = Int64(counts.energy)
            let row = (first + n) / blockLength * Self.columns
            values[row] += 1
            values[row + 1] += energy
            values[row + 2] += energy * energy
            values[row + 3] += Int64(abs(counts.magnetization))
            values[row + 4] += Int64(counts.magnetization)
        }
    }

    /// Adds the sums of another part of the same data set.
    ///
    /// - Parameter other: The `values` of that part; as many as here.
    public mutating func add(values other: [Int64]) {
        precondition(
            other.count == values.count, "\(other.count) values, expected \(values.count)")
        for i in values.indices { values[i] += other[i] }
    }

    /// How many configurations were measured.
    public var count: Int {
        stride(from: 0, to: values.count, by: Self.columns).reduce(0) { $0 + Int(values[$1]) }
    }

    /// The energy −Σ s s′ / N.
    public var energyPerSite: Estimate {
        estimate { sums in sums[1] / sums[0] / sites }
    }

    /// The mean of |Σ s| / N.
    public var absoluteMagnetizationPerSite: Estimate {
        estimate { sums in sums[3] / sums[0] / sites }
    }

    /// The mean of Σ s / N, which without a field differs from 0 only by chance.
    public var magnetizationPerSite: Estimate {
        estimate { sums in sums[4] / sums[0] / sites }
    }

    /// Returns the specific heat K² (⟨E²⟩ − ⟨E⟩²) / N, with its bias of order 1/blocks removed.
    public func specificHeatPerSite(coupling: Double) -> Estimate {
        estimate { sums in
            let mean = sums[1] / sums[0]
            return coupling * coupling * (sums[2] / sums[0] - mean * mean) / sites
        }
    }

    private var sites: Double { Double(size * size) }

    /// Returns a function of the sums over all blocks, with its error.
    private func estimate(_ function: ([Double]) -> Double) -> Estimate {
        Jackknife.estimate(values, columns: Self.columns, of: function)
    }
}
