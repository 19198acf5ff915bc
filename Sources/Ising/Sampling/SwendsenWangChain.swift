import RandomStreams

/// Runs one replica under Swendsen–Wang updates.
///
/// Parallel neighbours are joined with probability 1 − e^{−2K}, and each cluster that results gets a
/// random sign. This works at every size and every K ≥ 0; at K = 0 each sweep gives an independent
/// configuration.
///
/// Source: [SwendsenWang87]; clusters by union–find in scanning order [HoshenKopelman76].
struct SwendsenWangChain: ReplicaGroup, ~Copyable {
    private let size: Int
    private let bond: Probability
    private var spins: [UInt8]
    private var parents: [UInt32]
    private var rightBonds: [UInt64]
    private var lowerBonds: [UInt64]
    private var words: RandomWords

    /// Starts ordered, with a random sign.
    ///
    /// - Precondition: The coupling is not negative.
    init(size: Int, coupling: Double, seed: UInt64, role: ReplicaRole, index: Int) {
        precondition(coupling >= 0, "clusters need a ferromagnet, not coupling \(coupling)")
        self.size = size
        bond = Probability(1 - Probability.exponentialDecay(2 * coupling))
        let sites = size * size
        spins = orderedStart(sites: sites, seed: seed, role: role, index: index)
        parents = Array(repeating: 0, count: sites)
        rightBonds = Array(repeating: 0, count: (sites + 63) / 64)
        lowerBonds = rightBonds
        words = RandomWords(seed: seed, row: index) {
            .isingCluster(.swendsenWang, role: role.rawValue, chunk: $0)
        }
    }

    mutating func advance(sweeps: Int) {
        for _ in 0..<sweeps {
            for i in rightBonds.indices {
                rightBonds[i] = words.bernoulli(bond, lanes: ~0)
                lowerBonds[i] = words.bernoulli(bond, lanes: ~0)
            }
            connect()
            recolour()
        }
    }

    /// Joins sites into clusters; the root of a cluster is its first site.
    private mutating func connect() {
        unsafe spins.withUnsafeBufferPointer { spins in
            unsafe parents.withUnsafeMutableBufferPointer { parents in
                unsafe rightBonds.withUnsafeBufferPointer { right in
                    unsafe lowerBonds.withUnsafeBufferPointer { lower in
                        let forest = unsafe ClusterForest(parents: parents)
                        for y in 0..<size {
                            let row = y &* size
                            for x in 0..<size {
                                let site = row &+ x
                                var root = UInt32(truncatingIfNeeded: site)
                                if unsafe x > 0 && spins[site] == spins[site &- 1]
                                    && isSet(right, site &- 1)
                                {
                                    root = unsafe forest.root(of: UInt32(site &- 1))
                                }
                                unsafe parents[site] = root
                                if unsafe y > 0 && spins[site] == spins[site &- size]
                                    && isSet(lower, site &- size)
                                {
                                    unsafe forest.join(
                                        UInt32(site &- size), UInt32(truncatingIfNeeded: site))
                                }
                            }
                        }
                        for k in 0..<size {
                            let end = k &* size &+ size &- 1
                            if unsafe spins[end] == spins[k &* size] && isSet(right, end) {
                                unsafe forest.join(UInt32(end), UInt32(k &* size))
                            }
                            let bottom = (size &- 1) &* size &+ k
                            if unsafe spins[bottom] == spins[k] && isSet(lower, bottom) {
                                unsafe forest.join(UInt32(bottom), UInt32(k))
                            }
                        }
                    }
                }
            }
        }
    }

    /// Gives each cluster the random bit of its root.
    ///
    /// Parents come before their children, so that one pass finds every root.
    private mutating func recolour() {
        for i in rightBonds.indices { rightBonds[i] = words.next() }
        unsafe spins.withUnsafeMutableBufferPointer { spins in
            unsafe parents.withUnsafeMutableBufferPointer { parents in
                unsafe rightBonds.withUnsafeBufferPointer { signs in
                    for site in 0..<spins.count {
                        let root = unsafe parents[Int(parents[site])]
                        unsafe parents[site] = root
                        unsafe spins[site] = isSet(signs, Int(root)) ? 1 : 0
                    }
                }
            }
        }
    }

    mutating func write(_ replica: Int, into bytes: inout MutableSpan<UInt8>, at offset: Int) {
        copy(spins, into: &bytes, at: offset)
    }
}

/// Trees of sites: each site points toward a site that comes earlier in its cluster.
@unsafe private struct ClusterForest {
    let parents: UnsafeMutableBufferPointer<UInt32>

    @inline(__always)
    func root(of start: UInt32) -> UInt32 {
        var site = start
        while true {
            let parent = unsafe parents[Int(site)]
            if parent == site { return site }
            let grandparent = unsafe parents[Int(parent)]
            unsafe parents[Int(site)] = grandparent
            site = grandparent
        }
    }

    @inline(__always)
    func join(_ a: UInt32, _ b: UInt32) {
        let first = unsafe root(of: a)
        let second = unsafe root(of: b)
        unsafe parents[Int(max(first, second))] = min(first, second)
    }
}

@inline(__always)
private func isSet(_ bits: UnsafeBufferPointer<UInt64>, _ index: Int) -> Bool {
    unsafe bits[index &>> 6] &>> UInt64(index & 63) & 1 != 0
}
