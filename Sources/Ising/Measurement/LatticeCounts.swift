/// Counts the unsatisfied bonds and the up spins of one configuration.
struct LatticeCounts: Equatable {
    let size: Int
    let unsatisfied: Int
    let up: Int

    /// −Σ s s′ over the 2N bonds.
    var energy: Int { 2 * unsatisfied - 2 * size * size }
    /// Σ s.
    var magnetization: Int { 2 * up - size * size }

    /// Counts in the configuration that begins at an offset: bytes 0/1, shape [L, L].
    ///
    /// - Precondition: The configuration ends within `bytes`.
    init(_ bytes: Span<UInt8>, at offset: Int, size: Int) {
        let sites = size * size
        precondition(
            size >= 2 && offset >= 0 && offset <= bytes.count - sites,
            "\(sites) spins at \(offset) of \(bytes.count) bytes")
        self.size = size
        (unsatisfied, up) = unsafe bytes.withUnsafeBufferPointer {
            guard let base = $0.baseAddress else { return (0, 0) }
            return unsafe Self.count(base + offset, size: size)
        }
    }

    /// Counts over the whole lattice as one row, because long loops vectorize, and then mends the ends
    /// of the rows.
    private static func count(_ spins: UnsafePointer<UInt8>, size: Int) -> (Int, Int) {
        let sites = size &* size
        var up: UInt32 = 0
        var unsatisfied: UInt32 = 0
        for i in 0..<sites {
            unsafe up &+= UInt32(spins[i])
        }
        for i in 0..<sites &- 1 {
            unsafe unsatisfied &+= UInt32(spins[i] ^ spins[i &+ 1])
        }
        for i in 0..<sites &- size {
            unsafe unsatisfied &+= UInt32(spins[i] ^ spins[i &+ size])
        }
        for k in 0..<size {
            let end = k &* size &+ size &- 1
            unsafe unsatisfied &+= UInt32(spins[end] ^ spins[k &* size])
            unsafe unsatisfied &+= UInt32(spins[sites &- size &+ k] ^ spins[k])
            guard k < size &- 1 else { continue }
            unsafe unsatisfied &-= UInt32(spins[end] ^ spins[end &+ 1])
        }
        return (Int(unsatisfied), Int(up))
    }
}
