import Analysis

/// Measures how fast configurations decorrelate, in a short run before the sampling.
///
/// A fixed number of replicas runs 256 sweeps, then twice as many, and so on. The second half of each
/// run is measured, until it is 20 autocorrelation times long in multispin, or 50 with the other
/// methods, of which fewer replicas run. Only integers and basic arithmetic decide, so that every
/// machine arrives at the same time.
struct PilotRun: Sendable {
    let size: Int
    let coupling: Double
    let field: Double
    let seed: UInt64
    /// The sweeps after which a multispin run gives up: some ten seconds of one core.
    let multispinLimit: Int
    /// The sweeps after which the other methods give up.
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
        let source = ReplicaSource(
            method: method, size: size, coupling: coupling, field: field, seed: seed,
            clustersPerSweep: clusters)
        guard let time = measure(source) else {
            throw .slow(method, size: size, coupling: coupling, sweeps: limit(of: method))
        }
        return SamplingPlan(
            method: method, autocorrelationTime: time, clustersPerSweep: clusters)
    }

    /// Returns how many Wolff clusters turn over about as many sites as the lattice has.
    private func clustersPerSweep() -> Int {
        var chain = WolffChain(
            size: size, coupling: coupling, clustersPerSweep: 1, seed: seed, role: .clusterSize,
            index: 0)
        // Equilibrates until 100 lattices were turned over, and then takes the mean size of as many
        // clusters.
        var clusters = 0
        while chain.turned < 100 * sites {
            chain.advance(sweeps: 1)
            clusters += 1
        }
        let before = chain.turned
        chain.advance(sweeps: clusters)
        return max(1, (sites * clusters + sites / 2) / (chain.turned - before))
    }

    /// Returns how many groups run, and how many autocorrelation times their series must last.
    ///
    /// The one group of multispin has 64 replicas.
    private func extent(of method: SamplingMethod) -> (groups: Int, times: Double) {
        switch method {
        case .multispin: (1, 20)
        case .metropolis: (16, 50)
        case .swendsenWang, .wolff: (8, 50)
        }
    }

    private func limit(of method: SamplingMethod) -> Int {
        method == .multispin ? multispinLimit : clusterLimit
    }

    /// Returns the longer of the autocorrelation times of energy and |Σ s|; nil if the limit comes first.
    private func measure(_ source: ReplicaSource) -> Double? {
        let (count, times) = extent(of: source.method)
        let replicas = source.method.replicasPerGroup
        var length = 256
        while length <= limit(of: source.method) {
            // Groups begin anew in each round: this only doubles the work, and no group is kept.
            let parts = (0..<count).map { series(of: source, index: $0, length: length) }
            let measured = [parts.map(\.energies), parts.map(\.magnetizations)].map {
                Autocorrelation.integratedTime(
                    of: interleaved($0, replicas: replicas), chains: count * replicas)
            }
            if let energy = measured[0], let magnetization = measured[1],
                Double(length / 2) >= times * max(energy, magnetization)
            {
                return max(energy, magnetization)
            }
            length *= 2
        }
        return nil
    }

    /// The observables of one group in the second half of a run.
    private struct Series {
        /// Shape [time, replica].
        var energies: [Int] = []
        /// |Σ s|, shape [time, replica].
        var magnetizations: [Int] = []
    }

    /// Runs one group and measures it in the second half.
    private func series(of source: ReplicaSource, index: Int, length: Int) -> Series {
        var group = source.group(.pilot, index: index)
        var series = Series()
        var bytes = [UInt8](repeating: 0, count: sites)
        group.advance(sweeps: length / 2)
        for _ in 0..<length / 2 {
            group.advance(sweeps: 1)
            for replica in 0..<source.method.replicasPerGroup {
                var span = bytes.mutableSpan
                group.write(replica, into: &span, at: 0)
                let counts = LatticeCounts(bytes.span, at: 0, size: size)
                series.energies.append(counts.energy)
                series.magnetizations.append(abs(counts.magnetization))
            }
        }
        return series
    }

    /// Joins the series of each group, shape [time, replica], into one of shape [time, all replicas].
    private func interleaved(_ series: [[Int]], replicas: Int) -> [Int] {
        guard series.count > 1 else { return series[0] }
        return (0..<series[0].count / replicas).flatMap { time in
            series.flatMap { $0[time * replicas..<(time + 1) * replicas] }
        }
    }
}
