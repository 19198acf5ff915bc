import RandomStreams

/// The random words of one row, one after the other.
struct WordSequence {
    private let stream: RandomStream
    private let row: Int
    private var words = [UInt32](repeating: 0, count: Self.partLength)
    private var place = Self.partLength
    private var drawn = 0

    private static let partLength = 1024

    init(seed: UInt64, _ purpose: Purpose, row: Int) {
        stream = RandomStream(seed: seed, purpose)
        self.row = row
    }

    /// Returns the next 32 random bits.
    @inline(__always)
    mutating func next() -> UInt32 {
        if place == Self.partLength { refill() }
        defer { place += 1 }
        return words[place]
    }

    /// Returns a number of 0..<`bound`; each is as likely as the others to within `bound`/2³².
    @inline(__always)
    mutating func next(below bound: Int) -> Int {
        Int(truncatingIfNeeded: (UInt64(next()) &* UInt64(bound)) >> 32)
    }

    @inline(never)
    private mutating func refill() {
        let (stream, row, drawn) = (stream, row, drawn)
        var span = words.mutableSpan
        stream.fill(&span, row: row, from: drawn)
        self.drawn = drawn + Self.partLength
        place = 0
    }
}
