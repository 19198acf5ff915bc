import RandomStreams

/// Patterns of ±1 that a memory stores.
public struct HopfieldPatterns: Sendable, Equatable {
    public let units: Int
    public let count: Int
    /// Unit by unit, shape [units, count]: the order in which a unit's field needs them.
    let elements: [Int8]

    /// Takes patterns of −1 and +1, pattern by pattern, shape [count, units].
    ///
    /// - Precondition: There are count · units values, all ±1, and `units` < 2¹⁶ · 2⁸.
    public init(units: Int, count: Int, spins: [Int8]) {
        precondition(
            units >= 1 && units < 1 << 24 && count >= 1 && spins.count == units * count,
            "\(spins.count) values for \(count) patterns of \(units) units")
        precondition(spins.allSatisfy { $0 == 1 || $0 == -1 }, "a pattern has −1 and +1 only")
        self.units = units
        self.count = count
        elements = (0..<units * count).map { spins[$0 % count * units + $0 / count] }
    }

    /// Draws independent patterns.
    ///
    /// - Parameters:
    ///   - bias: The mean of each unit, from −1 to 1; 0 for patterns that do not resemble each other.
    ///   - seed: Names the random numbers.
    ///   - load: The place of this number of patterns in a list of them; below 2¹⁴.
    ///   - trial: The number of the draw; below 2³².
    public static func random(
        units: Int, count: Int, bias: Double, seed: UInt64, load: Int, trial: Int
    ) -> HopfieldPatterns {
        var words = WordSequence(
            seed: seed, .hopfield(.patterns, load: load, sweep: 0), row: trial)
        // (1 + bias)/2 in units of 2⁻³².
        let threshold = UInt64((0x1p31 * (1 + bias)).rounded())
        return HopfieldPatterns(
            units: units, count: count,
            spins: (0..<units * count).map { _ in UInt64(words.next()) < threshold ? 1 : -1 })
    }

    /// Returns the spins of one pattern.
    ///
    /// - Precondition: `number` is in 0..<count.
    public subscript(number: Int) -> [Int8] {
        (0..<units).map { elements[$0 * count + number] }
    }

    /// Returns Σᵢ ξᵢ sᵢ for each pattern ξ.
    ///
    /// - Precondition: The state has one spin a unit.
    public func overlaps(with state: [Int8]) -> [Int32] {
        precondition(state.count == units, "\(state.count) spins for \(units) units")
        var sums = [Int32](repeating: 0, count: count)
        for unit in 0..<units { add(state[unit], times: unit, to: &sums) }
        return sums
    }

    /// Adds a multiple of one unit's elements to sums over the units.
    func add(_ factor: Int8, times unit: Int, to sums: inout [Int32]) {
        let elements = elements.span.extracting(unit * count..<(unit + 1) * count)
        var sums = sums.mutableSpan
        let factor = Int32(factor)
        for pattern in elements.indices {
            sums[pattern] &+= factor &* Int32(elements[pattern])
        }
    }

    /// Returns the sum of one unit's elements, weighted by integers.
    func dot(_ unit: Int, _ weights: [Int32]) -> Int32 {
        let elements = elements.span.extracting(unit * count..<(unit + 1) * count)
        let weights = weights.span
        var sum: Int32 = 0
        for pattern in elements.indices {
            sum &+= Int32(elements[pattern]) &* weights[pattern]
        }
        return sum
    }
}
