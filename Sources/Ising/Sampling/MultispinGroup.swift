import RandomStreams

/// Runs 64 replicas under checkerboard Metropolis, one in each bit of the word of a site.
///
/// Every replica has its own random bits: replicas that share them and differ only in their starts soon
/// coalesce. A spin with a antiparallel neighbours turns over with probability min(1, e^{−4K(2−a)}).
/// Since e^{−8K} = (e^{−4K})², one kind of Bernoulli bit serves both costs.
///
/// Where turning over costs nothing (a = 2), Metropolis always does it. A lattice with a = 2 everywhere
/// would then blink forever, and no other state would reach it; at L = 2 half of the states are such
/// lattices. In every fourth sweep the probability for a = 2 is therefore the larger of e^{−4K} and
/// 1 − e^{−4K}, from the same bit. In every sweep this would nearly double the autocorrelation time.
///
/// Source: multispin coding after [Zorn81].
struct MultispinGroup: ReplicaGroup, ~Copyable {
    /// How many digits are compared for all sites, before the undecided sites are finished one by one.
    ///
    /// After eight digits few lanes are left; the second draw has few to begin with.
    fileprivate static let firstDigits = 8
    fileprivate static let secondDigits = 5

    private let size: Int
    private let acceptance: Probability
    /// The spins, shape [sublattice, L, L/2]: site (y, x) lies in the sublattice (x + y) mod 2 at the
    /// place x/2.
    ///
    /// All neighbours of a row then lie in contiguous rows of the other sublattice.
    private var spins: [UInt64]
    /// Work space of shape [6, sites of a tile].
    private var work: [UInt64]
    private var words: RandomWords
    private var sweep = 0

    /// Starts each replica ordered, with a random sign.
    ///
    /// - Precondition: The size is even and the coupling positive.
    init(size: Int, coupling: Double, seed: UInt64, role: ReplicaRole, index: Int) {
        precondition(size % 2 == 0 && coupling > 0, "no checkerboard at size \(size)")
        self.size = size
        acceptance = Probability(Probability.exponentialDecay(4 * coupling))
        let starts = RandomStream(seed: seed, .isingStart(role: role.rawValue))
        var signs: UInt64 = 0
        for lane in 0..<64 {
            signs |= UInt64(starts.word(row: index, unit: lane) >> 31) << UInt64(lane)
        }
        spins = Array(repeating: signs, count: size * size)
        let tile = Self.rowsPerTile(size) * (size / 2)
        work = Array(repeating: 0, count: 6 * tile)
        words = RandomWords(seed: seed, row: index, longestDraw: Self.firstDigits * tile) {
            .isingUpdate(.groups, role: role.rawValue, chunk: $0)
        }
    }

    /// Returns how many rows of a sublattice are updated together: about 128 sites make long loops.
    private static func rowsPerTile(_ size: Int) -> Int { min(size, max(1, 256 / size)) }

    mutating func advance(sweeps: Int) {
        let size = size
        let half = size / 2
        let acceptance = acceptance
        let rows = Self.rowsPerTile(size)
        let start = sweep
        sweep += sweeps
        unsafe spins.withUnsafeMutableBufferPointer { spins in
            unsafe work.withUnsafeMutableBufferPointer { work in
                guard let base = spins.baseAddress, let space = work.baseAddress else { return }
                let tile = unsafe MultispinTile(space, capacity: rows * half)
                for sweep in start..<start + sweeps {
                    let always: UInt64 = sweep % 4 == 3 ? 0 : ~0
                    for parity in 0..<2 {
                        let own = unsafe base + parity * size * half
                        let other = unsafe base + (1 - parity) * size * half
                        for first in stride(from: 0, to: size, by: rows) {
                            let end = min(first + rows, size)
                            for y in first..<end {
                                unsafe tile.compare(
                                    own, other, y: y, shift: (y + parity) & 1, size: size,
                                    at: (y - first) * half)
                            }
                            let count = (end - first) * half
                            unsafe tile.flip(
                                own + first * half, count, acceptance, always: always, &words)
                        }
                    }
                }
            }
        }
    }

    mutating func write(_ replica: Int, into bytes: inout MutableSpan<UInt8>, at offset: Int) {
        precondition(
            0..<64 ~= replica && offset >= 0 && offset <= bytes.count - spins.count,
            "replica \(replica) at \(offset) of \(bytes.count) bytes")
        let half = size / 2
        let shift = UInt64(replica)
        unsafe spins.withUnsafeBufferPointer { spins in
            unsafe bytes.withUnsafeMutableBufferPointer { bytes in
                for y in 0..<size {
                    // Where the spins of the even and of the odd columns of this row begin.
                    let even = ((y & 1) &* size &+ y) &* half
                    let odd = ((1 &- y & 1) &* size &+ y) &* half
                    let row = offset &+ y &* size
                    for k in 0..<half {
                        let left = unsafe UInt8(truncatingIfNeeded: spins[even &+ k] &>> shift)
                        let right = unsafe UInt8(truncatingIfNeeded: spins[odd &+ k] &>> shift)
                        unsafe bytes[row &+ 2 &* k] = left & 1
                        unsafe bytes[row &+ 2 &* k &+ 1] = right & 1
                    }
                }
            }
        }
    }
}

/// The work space for some rows of one sublattice, which are updated together.
@unsafe private struct MultispinTile {
    /// The lanes in which at least one neighbour is antiparallel, at least two, and at least three.
    let any: UnsafeMutablePointer<UInt64>
    let two: UnsafeMutablePointer<UInt64>
    let three: UnsafeMutablePointer<UInt64>
    let lanes: UnsafeMutablePointer<UInt64>
    let once: UnsafeMutablePointer<UInt64>
    let twice: UnsafeMutablePointer<UInt64>

    init(_ space: UnsafeMutablePointer<UInt64>, capacity: Int) {
        unsafe any = space
        unsafe two = space + capacity
        unsafe three = space + 2 * capacity
        unsafe lanes = space + 3 * capacity
        unsafe once = space + 4 * capacity
        unsafe twice = space + 5 * capacity
    }

    /// Compares the spins of row y with their neighbours.
    ///
    /// Place k of a row has column 2k + shift. One horizontal neighbour is at place k of the other
    /// sublattice; the other neighbour is one place before (shift 0) or after (shift 1).
    @inline(__always)
    func compare(
        _ own: UnsafeMutablePointer<UInt64>, _ other: UnsafeMutablePointer<UInt64>, y: Int,
        shift: Int, size: Int, at start: Int
    ) {
        let half = size / 2
        let spins = unsafe own + y &* half
        let beside = unsafe other + y &* half
        let above = unsafe other + (y == 0 ? size &- 1 : y &- 1) &* half
        let below = unsafe other + (y == size &- 1 ? 0 : y &+ 1) &* half
        let any = unsafe any + start
        let two = unsafe two + start
        let three = unsafe three + start
        @inline(__always) func compare(_ k: Int, _ next: Int) {
            let spin = unsafe spins[k]
            let a = unsafe spin ^ beside[k]
            let b = unsafe spin ^ beside[next]
            let c = unsafe spin ^ above[k]
            let d = unsafe spin ^ below[k]
            unsafe any[k] = a | b | c | d
            unsafe two[k] = a & b | c & d | (a | b) & (c | d)
            unsafe three[k] = a & b & (c | d) | c & d & (a | b)
        }
        if shift == 0 {
            compare(0, half &- 1)
            for k in 1..<half { compare(k, k &- 1) }
        } else {
            for k in 0..<half &- 1 { compare(k, k &+ 1) }
            compare(half &- 1, 0)
        }
    }

    /// Turns over the spins that are accepted.
    ///
    /// - Parameter always: The lanes in which every spin is turned over that costs nothing.
    @inline(__always)
    func flip(
        _ spins: UnsafeMutablePointer<UInt64>, _ count: Int, _ acceptance: Probability,
        always: UInt64, _ words: inout RandomWords
    ) {
        let any = unsafe any
        let two = unsafe two
        let three = unsafe three
        let lanes = unsafe lanes
        let once = unsafe once
        let twice = unsafe twice
        for k in 0..<count { unsafe lanes[k] = ~(three[k] | two[k] & always) }
        unsafe words.bernoulli(
            acceptance, lanes: lanes, drawn: once, count: count,
            digits: MultispinGroup.firstDigits)
        for k in 0..<count { unsafe lanes[k] = once[k] & ~any[k] }
        unsafe words.bernoulli(
            acceptance, lanes: lanes, drawn: twice, count: count,
            digits: MultispinGroup.secondDigits)
        // Spins that cost nothing take the bit if ones are likelier, and else its opposite.
        let opposite: UInt64 = acceptance.fraction >> 63 == 1 ? 0 : ~0
        for k in 0..<count {
            let free = unsafe two[k] & (once[k] ^ opposite | always)
            unsafe spins[k] ^= three[k] | free | once[k] & any[k] & ~two[k] | twice[k]
        }
    }
}
