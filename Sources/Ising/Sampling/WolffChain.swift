import RandomStreams

/// Runs one replica under Wolff updates.
///
/// An update turns over the cluster of a random site, which grows to parallel neighbours with
/// probability 1 − e^{−2K}. A sweep is a fixed number of clusters: a sweep that ended when a number of
/// sites had turned over would favour states with large clusters.
///
/// Source: [Wolff89].
struct WolffChain: ReplicaGroup, ~Copyable {
    /// How many sites were turned over so far.
    private(set) var turned = 0

    private let size: Int
    private let clustersPerSweep: Int
    private let bond: UInt64
    private var spins: [UInt8]
    private var stack: [UInt32]
    private var words: RandomWords

    /// Starts ordered, with a random sign.
    ///
    /// - Precondition: The coupling is not negative.
    init(
        size: Int, coupling: Double, clustersPerSweep: Int, seed: UInt64, role: ReplicaRole,
        index: Int
    ) {
        precondition(coupling >= 0, "clusters need a ferromagnet, not coupling \(coupling)")
        self.size = size
        self.clustersPerSweep = clustersPerSweep
        bond = Probability(1 - Probability.exponentialDecay(2 * coupling)).fraction
        let sites = size * size
        spins = orderedStart(sites: sites, seed: seed, role: role, index: index)
        stack = Array(repeating: 0, count: sites)
        words = RandomWords(seed: seed, row: index) {
            .isingCluster(.wolff, role: role.rawValue, chunk: $0)
        }
    }

    mutating func advance(sweeps: Int) {
        for _ in 0..<sweeps * clustersPerSweep { turnCluster() }
    }

    private mutating func turnCluster() {
        let sites = size * size
        let seedSite = Int(words.next().multipliedFullWidth(by: UInt64(sites)).high)
        let aligned = spins[seedSite]
        spins[seedSite] ^= 1
        stack[0] = UInt32(seedSite)
        var depth = 1
        while depth > 0 {
            depth -= 1
            turned += 1
            let site = Int(stack[depth])
            let x = site % size
            let neighbours: InlineArray<4, Int> = [
                x == 0 ? site + size - 1 : site - 1,
                x == size - 1 ? site + 1 - size : site + 1,
                site < size ? site + sites - size : site - size,
                site >= sites - size ? site + size - sites : site + size,
            ]
            for i in 0..<4 where spins[neighbours[i]] == aligned {
                guard words.next() < bond else { continue }
                spins[neighbours[i]] ^= 1
                stack[depth] = UInt32(neighbours[i])
                depth += 1
            }
        }
    }

    mutating func write(_ replica: Int, into bytes: inout MutableSpan<UInt8>, at offset: Int) {
        copy(spins, into: &bytes, at: offset)
    }
}
