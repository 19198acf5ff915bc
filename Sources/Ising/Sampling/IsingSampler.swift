/// Draws configurations of the Ising model on the L×L torus.
///
/// A configuration is a pure function of the seed and of its number: any number of ranks draws the same
/// bytes, and the first n configurations do not depend on how many follow.
public struct IsingSampler: Sendable {
    /// The sizes that can be sampled.
    public static let sizes = 2...4096

    /// L.
    public let size: Int
    /// K; the bonds are counted as in `Kaufman`.
    public let coupling: Double
    /// h, which adds −h Σ s to H; 0 or with Metropolis.
    public let field: Double
    public let seed: UInt64
    /// The method with its times, which were measured when the sampler was made.
    public let plan: SamplingPlan

    /// Chooses the method, and measures the autocorrelation time in a pilot run.
    ///
    /// The pilot run takes some tenths of a second, or some seconds where configurations decorrelate
    /// slowly. Every rank repeats it and finds the same plan.
    ///
    /// - Parameters:
    ///   - size: L, 2 to 4096; even for multispin.
    ///   - coupling: K, finite. It may be negative if L is even: then configurations of −K are drawn,
    ///     and one sublattice is turned over.
    ///   - field: h, finite. Unless it is 0, K must not be negative, and the method is Metropolis.
    ///   - method: By default `SamplingMethod.recommended(size:coupling:)`.
    /// - Throws: `IsingError`.
    public init(
        size: Int, coupling: Double, field: Double = 0, method: SamplingMethod? = nil, seed: UInt64
    ) throws(IsingError) {
        guard Self.sizes.contains(size) else {
            throw .size(size, allowed: Self.sizes, for: "sampling")
        }
        try Kaufman.checkTorus(size: size, coupling: coupling, for: "sampling")
        guard field.isFinite else { throw .fieldNotFinite(field) }
        guard field == 0 || coupling >= 0 else {
            throw .method(
                .metropolis,
                reason: "coupling \(coupling) in a field: antiferromagnets are drawn without one")
        }
        let method =
            method ?? (field == 0 ? .recommended(size: size, coupling: coupling) : .metropolis)
        try method.check(size: size, coupling: coupling, field: field)
        self.size = size
        self.coupling = coupling
        self.field = field
        self.seed = seed
        plan = try PilotRun(size: size, coupling: abs(coupling), field: field, seed: seed)
            .plan(method)
    }

    /// Writes configurations as bytes, 1 for spin +1 and 0 for −1, shape [indices.count, L, L].
    ///
    /// The work is done in whole blocks of `plan.blockSize`.
    ///
    /// - Precondition: `indices` begins at 0 or later, and `bytes` has L² bytes for each index.
    public func draw(_ indices: Range<Int>, into bytes: inout MutableSpan<UInt8>) {
        precondition(indices.lowerBound >= 0, "configuration \(indices.lowerBound)")
        precondition(
            bytes.count == indices.count * size * size,
            "\(bytes.count) bytes for \(indices.count) configurations of \(size)×\(size)")
        guard !indices.isEmpty else { return }
        let source = ReplicaSource(
            method: plan.method, size: size, coupling: abs(coupling), field: field, seed: seed,
            clustersPerSweep: plan.clustersPerSweep)
        let blocks = indices.lowerBound / plan.blockSize...(indices.upperBound - 1) / plan.blockSize
        for block in blocks {
            var group = source.group(.production, index: block)
            let wanted = indices.clamped(to: block * plan.blockSize..<(block + 1) * plan.blockSize)
            for time in 0..<plan.samplesPerReplica {
                group.advance(sweeps: time == 0 ? plan.equilibration : plan.spacing)
                for replica in 0..<plan.replicasPerBlock {
                    let index = block * plan.blockSize + replica * plan.samplesPerReplica + time
                    guard wanted.contains(index) else { continue }
                    let offset = (index - indices.lowerBound) * size * size
                    group.write(replica, into: &bytes, at: offset)
                }
            }
        }
        if coupling < 0 { turnSublattice(&bytes) }
    }

    /// Returns how many spin updates it takes to draw a range: sites × sweeps × replicas, without the
    /// pilot run.
    public func updates(drawing indices: Range<Int>) -> Int {
        guard !indices.isEmpty else { return 0 }
        let blocks =
            (indices.upperBound - 1) / plan.blockSize - indices.lowerBound / plan.blockSize + 1
        return blocks * plan.replicasPerBlock * plan.sweepsPerReplica * size * size
    }

    /// Turns configurations of |K| into those of −|K| on a torus of even size.
    private func turnSublattice(_ bytes: inout MutableSpan<UInt8>) {
        for i in 0..<bytes.count {
            let site = i % (size * size)
            bytes[i] ^= UInt8((site / size + site % size) & 1)
        }
    }
}
