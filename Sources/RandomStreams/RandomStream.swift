import Synchronization

/// A family of random numbers that is a pure function of the seed and a purpose.
///
/// Within the family a row and a unit name one number. Rows are *global* (a case's number, a chain's
/// index): neither rank nor thread enters, so any division of the work draws the same.
///
/// Counter words: block of units, row, and the two of the purpose.
public struct RandomStream: Sendable {
    private let seed: UInt64
    private let purpose: Purpose.Words

    /// Units that draw from one group of counters: 16 counters of 4 words.
    ///
    /// Word w of the counter j of a group belongs to unit 16·w + j, so that a loop over counters
    /// stores to consecutive units and vectorizes.
    private static let groupUnits = 64

    /// Creates the family.
    ///
    /// - Precondition: The coordinates of the purpose are within its limits.
    public init(seed: UInt64, _ purpose: Purpose) {
        self.seed = seed
        self.purpose = purpose.words
    }

    /// Fills `words` with 32 random bits for each of successive units of a row.
    ///
    /// - Precondition: `row` < 2³².
    /// - Parameter first: The first unit's number, a multiple of 64.
    public func fill(_ words: inout MutableSpan<UInt32>, row: Int, from first: Int = 0) {
        precondition(first % Self.groupUnits == 0, "a row is filled from unit \(first) on")
        if DrawRecorder.isOn.load(ordering: .relaxed) {
            note(row: row, units: first..<(first + words.count))
        }
        let row = UInt64(UInt32(row))
        let before = first / Self.groupUnits
        unsafe words.withUnsafeMutableBufferPointer { words in
            let whole = words.count / Self.groupUnits
            guard var target = words.baseAddress else { return }
            for group in 0..<whole {
                unsafe fillGroup(target, first: UInt64(before + group) &* 16, row: row)
                unsafe target += Self.groupUnits
            }
            let rest = words.count % Self.groupUnits
            guard rest > 0 else { return }
            unsafe withUnsafeTemporaryAllocation(of: UInt32.self, capacity: Self.groupUnits) {
                unsafe fillGroup($0.baseAddress!, first: UInt64(before + whole) &* 16, row: row)
                unsafe target.update(from: $0.baseAddress!, count: rest)
            }
        }
    }

    /// Hands over 32 random bits for each of some units of a row, in parts of at most 256 that lie on the
    /// stack.
    ///
    /// - Precondition: `row` < 2³².
    /// - Parameters:
    ///   - units: Begin with a multiple of 64.
    ///   - body: Receives part after part, with its words.
    public func forEachPart(
        ofRow row: Int, units: Range<Int>,
        _ body: (_ part: Range<Int>, _ words: Span<UInt32>) -> Void
    ) {
        // Swift keeps a kilobyte on the stack, and asks for memory beyond.
        let most = 256
        unsafe withUnsafeTemporaryAllocation(of: UInt32.self, capacity: most) { buffer in
            var start = units.lowerBound
            while start < units.upperBound {
                let part = start..<min(start + most, units.upperBound)
                let place = buffer.extracting(0..<part.count)
                var words = unsafe MutableSpan(_unsafeElements: place)
                fill(&words, row: row, from: start)
                body(part, words.span)
                start += most
            }
        }
    }

    /// Writes the 64 words of one group.
    @inline(__always)
    private func fillGroup(_ target: UnsafeMutablePointer<UInt32>, first: UInt64, row: UInt64) {
        let step = UInt64(purpose.step)
        let tag = UInt64(purpose.tag)
        for j in 0..<16 {
            let counter = (first &+ UInt64(truncatingIfNeeded: j), row, step, tag)
            let x = Philox.words(counter: counter, key: seed)
            unsafe target[j] = UInt32(truncatingIfNeeded: x.0)
            unsafe target[16 &+ j] = UInt32(truncatingIfNeeded: x.1)
            unsafe target[32 &+ j] = UInt32(truncatingIfNeeded: x.2)
            unsafe target[48 &+ j] = UInt32(truncatingIfNeeded: x.3)
        }
    }

    /// Returns the 32 random bits of one unit of one row.
    public func word(row: Int, unit: Int) -> UInt32 {
        if DrawRecorder.isOn.load(ordering: .relaxed) {
            note(row: row, units: unit..<(unit + 1))
        }
        let group = unit / Self.groupUnits
        let place = unit % Self.groupUnits
        let counter = (
            UInt64(group * 16 + place % 16), UInt64(UInt32(row)), UInt64(purpose.step),
            UInt64(purpose.tag)
        )
        let x = Philox.words(counter: counter, key: seed)
        switch place / 16 {
        case 0: return UInt32(truncatingIfNeeded: x.0)
        case 1: return UInt32(truncatingIfNeeded: x.1)
        case 2: return UInt32(truncatingIfNeeded: x.2)
        default: return UInt32(truncatingIfNeeded: x.3)
        }
    }

    /// Tells the recorder of a draw; out of the way of those who do not record.
    @inline(never)
    private func note(row: Int, units: Range<Int>) {
        DrawRecorder.note(RecordedDraw(purpose: purpose, row: row, units: units), seed: seed)
    }
}

extension UInt32 {
    /// Whether an event of the given probability happens by these bits: (u + ½)·2⁻²⁴ < p of the upper
    /// 24 bits u, always for p = 1 and never for p = 0.
    @inlinable
    public func occurs(_ probability: Float) -> Bool {
        Float(Int32(truncatingIfNeeded: self >> 8)) < probability * 0x1p24 - 0.5
    }
}
