/// How a data set is drawn: which replica and which time each configuration comes from.
///
/// Configuration n belongs to replica n / `samplesPerReplica`, its position there counts times, so
/// runs of that length are one Markov chain each and different runs are independent. Replicas start
/// ordered with a random sign (random spins would freeze into stripes below T_c, one sign for all
/// would break the symmetry) and are read after `equilibration` sweeps, then every `spacing`.
public struct SamplingPlan: Sendable, Equatable {
    public let method: SamplingMethod
    /// Integrated autocorrelation time in sweeps, the longer of those of energy and |Σ s|.
    ///
    /// Measured in a pilot run; ½ means that sweeps are independent.
    public let autocorrelationTime: Double
    /// Sweeps before the first configuration of a replica: 20 autocorrelation times.
    public let equilibration: Int
    /// Sweeps between configurations of one replica: 2 autocorrelation times, and 4 of local
    /// updates, where above T_c the sign of Σ s takes twice as long to change as |Σ s|.
    public let spacing: Int
    /// Configurations taken from one replica, consecutive in the data set.
    public let samplesPerReplica: Int
    /// Replicas that advance together: 64 in multispin, else 1.
    public let replicasPerBlock: Int
    /// Clusters that make one sweep of the Wolff method, about as many as turn over every site once;
    /// 0 for the other methods.
    public let clustersPerSweep: Int

    /// Configurations that are computed together.
    ///
    /// Drawing a part of a block costs as much as all of it, so ranks should share whole blocks.
    public var blockSize: Int { replicasPerBlock * samplesPerReplica }

    /// Sweeps of one replica until its last configuration.
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
