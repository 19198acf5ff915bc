import Analysis

/// A short run before the sampling, to measure how fast configurations decorrelate.
///
/// A fixed number of replicas runs 256 sweeps, then twice as many, and so on; the second half is
/// measured, until it is 20 autocorrelation times long (50 for clusters, of which fewer replicas
/// run). Only integers and basic arithmetic decide, so every machine arrives at the same time.
struct PilotRun: Sendable {
    let size: Int
    let coupling: Double
    let field: Double
    let seed: UInt64
    /// Sweeps after which the run gives up; in multispin this is some ten seconds of one core.
    let multispinLimit: Int
    let clusterLimit = 1 << 14

    private var sites: Int { size * size }

    init(
        size: Int, coupling: Double, field: Double = 0, seed: UInt64, multispinLimit: Int? = nil
    ) {
        self.size = size
        self.coupling = coupling
        self.field = field
        self.seed = seed
        self.multispinLimit = multispinLimit ?? max(1024, (1 << 26) / (size * size))
    }

    /// Returns the plan that follows from the measured autocorrelation time.
    ///
    /// - Throws: `IsingError.slow` when the time is out of reach.
    func plan(_ method: SamplingMethod) throws(IsingError) -> SamplingPlan {
        let clusters = method == .wolff ? clustersPerSweep() : 0
        let time: Double? =
            switch method {
            case .multispin:
                measure(groups: 1, times: 20, limit: multispinLimit) {
                    MultispinGroup(
                        size: size, coupling: coupling, seed: seed, role: .pilot, index: $0)
                }
            case .metropolis:
                measure(groups: 16, times: 50, limit: clusterLimit) {
                    MetropolisChain(
                        size: size, coupling: coupling, field: field, seed: seed, role: .pilot,
                        index: $0)
                }
            case .swendsenWang:
                measure(groups: 8, times: 50, limit: clusterLimit) {
                    SwendsenWangChain(
                        size: size, coupling: coupling, seed: seed, role: .pilot, index: $0)
                }
            case .wolff:
                measure(groups: 8, times: 50, limit: clusterLimit) {
                    WolffChain(
                        size: size, coupling: coupling, clustersPerSweep: clusters, seed: seed,
                        role: .pilot, index: $0)
                }
            }
        guard let time else {
            let limit = method == .multispin ? multispinLimit : clusterLimit
            throw .slow(method, size: size, coupling: coupling, sweeps: limit)
        }
        return SamplingPlan(
            method: method, autocorrelationTime: time, clustersPerSweep: clusters)
    }

    /// Returns how many Wolff clusters turn over about as many sites as there are.
    private func clustersPerSweep() -> Int {
        var chain = WolffChain(
            size: size, coupling: coupling, clustersPerSweep: 1, seed: seed, role: .clusterSize,
            index: 0)
        // Until 100 lattices were turned over, then as many clusters again, of which the mean.
        var clusters = 0
        while chain.turned < 100 * sites {
            chain.advance(sweeps: 1)
            clusters += 1
        }
        let before = chain.turned
        chain.advance(sweeps: clusters)
        return max(1, (sites * clusters + sites / 2) / (chain.turned - before))
    }

    private func measure<Group: ReplicaGroup & ~Copyable>(
        groups count: Int, times: Double, limit: Int, makeGroup: (Int) -> Group
    ) -> Double? {
        let replicas = count * Group.replicas
        var energies: [[Int]] = Array(repeating: [], count: count)
        var magnetizations = energies
        var length = 256
        while length <= limit {
            // Groups begin again in each round: the work only doubles, and no group must be kept.
            for index in 0..<count {
                (energies[index], magnetizations[index]) = series(makeGroup(index), length: length)
            }
            let time = [energies, magnetizations].map {
                Autocorrelation.integratedTime(
                    of: interleaved($0, replicas: Group.replicas), chains: replicas)
            }
            if let energy = time[0], let magnetization = time[1],
                Double(length / 2) >= times * max(energy, magnetization)
            {
                return max(energy, magnetization)
            }
            length *= 2
        }
        return nil
    }

    /// Returns energies and |Σ s| of every replica of a group over the second half of a run, both
    /// of shape [time, replica].
    private func series<Group: ReplicaGroup & ~Copyable>(_ start: consuming Group, length: Int)
        -> ([Int], [Int])
    {
        var group = start
        var energies: [Int] = []
        var magnetizations: [Int] = []
        var bytes = [UInt8](repeating: 0, count: sites)
        group.advance(sweeps: length / 2)
        for _ in 0..<length / 2 {
            group.advance(sweeps: 1)
            for replica in 0..<Group.replicas {
                var span = bytes.mutableSpan
                group.write(replica, into: &span, at: 0)
                let counts = LatticeCounts(bytes.span, at: 0, size: size)
                energies.append(counts.energy)
                magnetizations.append(abs(counts.magnetization))
            }
        }
        return (energies, magnetizations)
    }

    /// Returns one series of shape [time, all replicas] from one of [time, replica] for each group.
    private func interleaved(_ series: [[Int]], replicas: Int) -> [Int] {
        guard series.count > 1 else { return series[0] }
        return (0..<series[0].count / replicas).flatMap { time in
            series.flatMap { $0[time * replicas..<(time + 1) * replicas] }
        }
    }
}
