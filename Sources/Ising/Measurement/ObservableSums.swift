public import Analysis

/// Integer sums of energy and magnetization over blocks of a data set, for means with errors.
///
/// A block is a run of consecutive configurations; blocks must be independent of each other, what
/// happens inside one does not matter. For a `IsingSampler` the right length is
/// `plan.samplesPerReplica`; for independent configurations 1; for one long chain many times its
/// autocorrelation time. Sums of parts of a data set, measured anywhere in any order, add exactly.
public struct ObservableSums: Sendable, Equatable {
    /// L.
    public let size: Int
    /// Configurations of the whole data set.
    public let total: Int
    /// Configurations of one block; the last may be shorter.
    public let blockLength: Int

    /// Sums of shape [block, 5]: configurations, Σ E, Σ E², Σ |M| and Σ M, of whole lattices.
    ///
    /// E = −Σ s s′ over the 2L² bonds, M = Σ s. Add these over ranks. They hold blocks of up to
    /// 2⁶¹/N² configurations.
    public private(set) var values: [Int64]

    private static let columns = 5

    /// Creates sums of nothing.
    ///
    /// - Throws: `IsingError.size` for L < 2.
    /// - Precondition: `total` ≥ 0, `blockLength` ≥ 1.
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

    /// Measures configurations, bytes 0/1 of shape [n, L, L], the first of which has the given
    /// number in the data set.
    ///
    /// - Throws: `IsingError.notASpin` for other bytes; nothing is added then.
    /// - Precondition: the configurations are whole and lie within 0..<total.
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

    /// Adds the sums of another part of the same data set, as `values` of its sums.
    ///
    /// - Precondition: as many values.
    public mutating func add(values other: [Int64]) {
        precondition(
            other.count == values.count, "\(other.count) values, expected \(values.count)")
        for i in values.indices { values[i] += other[i] }
    }

    /// Configurations that were measured.
    public var count: Int {
        stride(from: 0, to: values.count, by: Self.columns).reduce(0) { $0 + Int(values[$1]) }
    }

    /// Energy −Σ s s′ / N.
    public var energyPerSite: Estimate {
        estimate { sums in sums[1] / sums[0] / sites }
    }

    /// |Σ s| / N.
    public var absoluteMagnetizationPerSite: Estimate {
        estimate { sums in sums[3] / sums[0] / sites }
    }

    /// Σ s / N; without a field 0 but for chance.
    public var magnetizationPerSite: Estimate {
        estimate { sums in sums[4] / sums[0] / sites }
    }

    /// Specific heat K² (⟨E²⟩ − ⟨E⟩²) / N, its bias of order 1/blocks removed.
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
