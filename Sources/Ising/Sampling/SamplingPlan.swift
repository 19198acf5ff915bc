/// Says how a data set is drawn: from which replica and from which time each configuration comes.
///
/// Configuration n belongs to replica n / `samplesPerReplica`, and its position within the replica
/// counts times. A run of `samplesPerReplica` configurations is therefore one Markov chain, and
/// different runs are independent. Replicas start ordered with a random sign: random spins would freeze
/// into stripes below T_c, and one sign for all replicas would break the symmetry. A replica is read
/// after `equilibration` sweeps and then every `spacing` sweeps.
public struct SamplingPlan: Sendable, Equatable {
    public let method: SamplingMethod
    /// The integrated autocorrelation time in sweeps: the longer of those of energy and |Σ s|.
    ///
    /// It was measured in a pilot run; ½ means that sweeps are independent.
    public let autocorrelationTime: Double
    /// The sweeps before the first configuration of a replica: 20 autocorrelation times.
    public let equilibration: Int
    /// The sweeps between configurations of one replica: 2 autocorrelation times.
    ///
    /// Local updates take 4, for above T_c the sign of Σ s takes twice as long to change as |Σ s|.
    public let spacing: Int
    /// How many configurations are taken from one replica; they are consecutive in the data set.
    public let samplesPerReplica: Int
    /// How many replicas advance together: 64 in multispin, 1 in the other methods.
    public let replicasPerBlock: Int
    /// How many clusters make one sweep of the Wolff method; 0 for the other methods.
    ///
    /// They turn over about as many sites as the lattice has.
    public let clustersPerSweep: Int

    /// How many configurations are computed together.
    ///
    /// A part of a block costs as much as the whole block, so that ranks should share whole blocks.
    public var blockSize: Int { replicasPerBlock * samplesPerReplica }

    /// The sweeps of one replica until its last configuration.
    public var sweepsPerReplica: Int { equilibration + (samplesPerReplica - 1) * spacing }

    init(method: SamplingMethod, autocorrelationTime: Double, clustersPerSweep: Int) {
        self.method = method
        self.autocorrelationTime = autocorrelationTime
        self.clustersPerSweep = clustersPerSweep
        equilibration = Int((20 * autocorrelationTime).rounded(.up))
        let isLocal = method == .multispin || method == .metropolis
        let multiple: Double = isLocal ? 4 : 2
        spacing = Int((multiple * autocorrelationTime).rounded(.up))
        replicasPerBlock = method.replicasPerGroup
        samplesPerReplica = method == .multispin ? 16 : 64
    }
}

extension SamplingPlan: CustomStringConvertible {
    public var description: String {
        let tenths = Int((10 * autocorrelationTime).rounded())
        return """
            \(method.rawValue): autocorrelation time \(tenths / 10).\(tenths % 10) sweeps, \
            equilibration \(equilibration), spacing \(spacing), \
            \(samplesPerReplica) configurations per replica, blocks of \(blockSize)
            """
    }
}
