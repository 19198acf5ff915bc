import RandomStreams

/// An endless row of 64-bit random words, from which Bernoulli bits are drawn 64 at a time.
///
/// The words come in chunks, each with its own purpose. How many words a draw takes may depend on what
/// was drawn before; a row therefore serves one replica, or one group of replicas that are updated
/// together.
@safe struct RandomWords: ~Copyable {
    private let seed: UInt64
    private let purpose: @Sendable (Int) -> Purpose
    private let row: Int
    private let chunkWords: Int
    private var chunk = 0
    /// How many words of the chunk were taken.
    private var cursor: Int
    /// The chunk, stored as 32-bit words that are read two at a time.
    private let storage: UnsafeMutablePointer<UInt32>

    /// Starts a row at its first word, in chunks long enough for the longest draw.
    ///
    /// - Parameter purpose: Returns the purpose of a chunk, given its number.
    init(
        seed: UInt64, row: Int, longestDraw: Int = 0,
        _ purpose: @escaping @Sendable (_ chunk: Int) -> Purpose
    ) {
        chunkWords = max(2048, longestDraw)
        cursor = chunkWords
        self.seed = seed
        self.purpose = purpose
        self.row = row
        unsafe storage = .allocate(capacity: 2 * chunkWords)
        unsafe storage.initialize(repeating: 0, count: 2 * chunkWords)
    }

    deinit { unsafe storage.deallocate() }

    /// Takes the next word.
    @inline(__always)
    mutating func next() -> UInt64 {
        reserve(1)
        defer { cursor &+= 1 }
        return word(cursor)
    }

    /// Draws an independent bit of the given probability for every set bit of `lanes`; the other bits
    /// are 0.
    ///
    /// Each lane compares a uniform number with the probability, digit by digit from the most
    /// significant one, and is decided at the first difference. This takes about seven words for 64
    /// lanes.
    @inline(__always)
    mutating func bernoulli(_ probability: Probability, lanes: UInt64) -> UInt64 {
        reserve(Probability.digits)
        var position = cursor
        var digits = probability.fraction
        var undecided = lanes
        var drawn: UInt64 = 0
        while undecided != 0, digits != 0 {
            // All ones where the digit of the probability is 1.
            let digit = UInt64(bitPattern: Int64(bitPattern: digits) >> 63)
            let word = word(position)
            position &+= 1
            drawn |= undecided & ~word & digit
            undecided &= ~(word ^ digit)
            digits <<= 1
        }
        cursor = position
        return drawn
    }

    /// Draws such bits for many words at once.
    ///
    /// The leading digits are compared for all words, one digit in a pass, which vectorizes and does not
    /// branch. The few words with lanes that are still undecided are finished one by one.
    ///
    /// - Parameters:
    ///   - lanes: Set where a bit is wanted; overwritten.
    ///   - drawn: Receives the bits.
    ///   - digits: How many digits are compared for all words.
    /// - Precondition: `digits`·`count` is at most the longest draw.
    @inline(__always)
    mutating func bernoulli(
        _ probability: Probability, lanes: UnsafeMutablePointer<UInt64>,
        drawn: UnsafeMutablePointer<UInt64>, count: Int, digits: Int
    ) {
        reserve(digits &* count)
        var source = unsafe UnsafeRawPointer(storage) + 8 &* cursor
        var fraction = probability.fraction
        for k in 0..<count { unsafe drawn[k] = 0 }
        for _ in 0..<digits {
            let digit = UInt64(bitPattern: Int64(bitPattern: fraction) >> 63)
            for k in 0..<count {
                let word = unsafe UInt64(
                    littleEndian: source.loadUnaligned(
                        fromByteOffset: 8 &* k, as: UInt64.self))
                let undecided = unsafe lanes[k]
                unsafe drawn[k] |= undecided & ~word & digit
                unsafe lanes[k] = undecided & ~(word ^ digit)
            }
            unsafe source += 8 &* count
            fraction <<= 1
        }
        cursor &+= digits &* count
        let rest = Probability(fraction: fraction)
        for k in 0..<count where unsafe lanes[k] != 0 {
            unsafe drawn[k] |= bernoulli(rest, lanes: lanes[k])
        }
    }

    /// Returns a word of the chunk, whose first half is the low one on every machine.
    @inline(__always)
    private func word(_ index: Int) -> UInt64 {
        unsafe UInt64(
            littleEndian: UnsafeRawPointer(storage).loadUnaligned(
                fromByteOffset: 8 &* index, as: UInt64.self))
    }

    /// Begins the next chunk unless this one has enough words left.
    @inline(__always)
    private mutating func reserve(_ count: Int) {
        if cursor > chunkWords &- count { refill() }
    }

    @inline(never)
    private mutating func refill() {
        let stream = RandomStream(seed: seed, purpose(chunk))
        var span = unsafe MutableSpan(_unsafeStart: storage, count: 2 * chunkWords)
        stream.fill(&span, row: row)
        chunk += 1
        cursor = 0
    }
}

/// A probability in 48 binary digits, which are the same on every machine.
struct Probability: Sendable, Equatable {
    static let digits = 48

    /// The digits, the most significant one first; a probability of 1 loses 2⁻⁴⁸.
    let fraction: UInt64

    /// Takes digits as they are, the most significant one first.
    init(fraction: UInt64) { self.fraction = fraction }

    /// Rounds a probability in 0...1.
    init(_ value: Double) {
        let scaled = UInt64(value * 0x1p48 + 0.5)
        fraction = min(scaled, 1 << 48 - 1) << 16
    }

    /// Returns e^{−x} for x ≥ 0 by basic arithmetic alone, since libraries differ in the last bit.
    static func exponentialDecay(_ x: Double) -> Double {
        guard x < 700 else { return 0 }
        var reduced = x
        var squarings = 0
        while reduced > 0.5 {
            reduced /= 2
            squarings += 1
        }
        var sum = 1.0
        var term = 1.0
        for n in 1...16 {
            term *= -reduced / Double(n)
            sum += term
        }
        for _ in 0..<squarings { sum *= sum }
        return sum
    }
}
