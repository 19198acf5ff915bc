import RandomStreams

/// Replicas of the L×L torus that advance together; each is an independent Markov chain.
///
/// The seed, the role and the index of a group decide every bit.
protocol ReplicaGroup: ~Copyable {
    /// Advances every replica by a number of sweeps.
    mutating func advance(sweeps: Int)

    /// Writes the spins of one replica as bytes 0/1, shape [L, L], from an offset on.
    ///
    /// Changes nothing; it is marked so because Swift ends the life of a group of unknown type, which
    /// cannot be copied, at a call that only reads.
    mutating func write(_ replica: Int, into bytes: inout MutableSpan<UInt8>, at offset: Int)
}

extension ReplicaGroup where Self: ~Copyable {
    /// Copies a configuration that is stored as bytes.
    func copy(_ spins: [UInt8], into bytes: inout MutableSpan<UInt8>, at offset: Int) {
        precondition(
            offset >= 0 && offset <= bytes.count - spins.count,
            "\(spins.count) spins at \(offset) of \(bytes.count) bytes")
        for site in spins.indices { bytes[offset + site] = spins[site] }
    }
}

/// Returns an ordered start, whose random sign belongs to the index of the replica.
func orderedStart(sites: Int, seed: UInt64, role: ReplicaRole, index: Int) -> [UInt8] {
    let starts = RandomStream(seed: seed, .isingStart(role: role.rawValue))
    return Array(repeating: UInt8(starts.word(row: index, unit: 0) >> 31), count: sites)
}

/// Why a group of replicas runs; each role has its own random numbers.
enum ReplicaRole: Int {
    /// To draw configurations.
    case production = 0
    /// To measure the autocorrelation time.
    case pilot = 1
    /// To measure the mean size of Wolff's clusters.
    case clusterSize = 2
}
