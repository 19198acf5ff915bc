public import RandomStreams

/// A unit of q states without an order, as in the Potts model: one of its q columns is 1, the others 0.
///
/// In the fields x_a of its columns, the state a has the probability e^{x_a}/Σ_b e^{x_b}.
///
/// A constant added to all biases of a visible unit changes no probability. Neither does a constant
/// added to all its weights with a hidden unit whose bias is lowered by as much. This freedom is the
/// gauge. Initial biases have the sum 0 over the columns of a unit, and so have the gradients by them.
///
/// A unit is stored as bytes 0 or 1, one for each column; exactly one byte is 1. Source: [Potts52].
public struct Categorical: UnitKind, UnitLaw {
    /// The most states of a unit: data store a state as one byte.
    public static let allowedStates = 2...256

    /// How many states a unit has, q.
    public let states: Int

    /// - Precondition: 2 to 256 states.
    public init(states: Int) {
        precondition(Self.allowedStates.contains(states), "a categorical unit of \(states) states")
        self.states = states
    }

    public var name: String { "categorical" }
    public var columns: Int { states }
    public var alternatives: Int? { states }

    public func law(own: [Float]) -> any UnitLaw { self }

    /// The logarithm of each rate, minus the mean logarithm over the unit.
    public func biases(ofRates rates: [Double]) -> [Float] {
        var biases = rates.map(logarithm)
        for unit in 0..<(rates.count / states) {
            let columns = rowRange(unit, of: states)
            let mean = biases[columns].reduce(0, +) / Double(states)
            for i in columns { biases[i] -= mean }
        }
        return biases.map { Float($0) }
    }

    // MARK: Exact

    public func energy(of values: Span<Double>, bias: Span<Double>) -> Double {
        -dot(values, bias)
    }

    /// Σ ln Σ_a e^{x_a}.
    public func logPartition(fields: Span<Double>, bias: Span<Double>) -> Double {
        var sum = 0.0
        forEachUnit(of: fields.count) { columns in
            let x = fields.extracting(columns)
            var largest = x[0]
            for a in 1..<states { largest = max(largest, x[a]) }
            var total = 0.0
            for a in 0..<states { total += exponential(x[a] - largest) }
            sum += largest + logarithm(total)
        }
        return sum
    }

    public func levels(fields: inout MutableSpan<Double>) {
        for unit in 0..<(fields.count / states) {
            fields.withRow(unit, of: states) { x in
                var largest = x[0]
                for a in 1..<states { largest = max(largest, x[a]) }
                var total = 0.0
                for a in x.indices {
                    x[a] = exponential(x[a] - largest)
                    total += x[a]
                }
                for a in x.indices { x[a] /= total }
            }
        }
    }

    // MARK: Kernels

    public func levels(fields: inout MutableSpan<Float>) {
        for unit in 0..<(fields.count / states) {
            fields.withRow(unit, of: states) { x in
                let largest = largest(x.span)
                var total: Float = 0
                for a in x.indices { x[a] = exponential(x[a] - largest) }
                for a in x.indices { total += x[a] }
                for a in x.indices { x[a] /= total }
            }
        }
    }

    public func undecidedLevels(bias: [Float]) -> [Float] {
        Array(repeating: 1 / Float(states), count: bias.count)
    }

    /// Draws one state for each unit.
    ///
    /// The levels of a unit divide the interval from 0 to Σ levels into shares, and the word
    /// chooses the share.
    ///
    /// A word stands for the position (u + ½)·2⁻²⁴ of its upper 24 bits u. In double precision the
    /// position is always below the end of the interval. If all levels of a unit are 0, which
    /// rounding to bytes may cause, all states are equally likely.
    public func draw(
        _ levels: Span<Float>, _ words: Span<UInt32>, one: UInt8,
        into bytes: inout MutableSpan<UInt8>
    ) {
        for unit in 0..<(levels.count / states) {
            let levels = levels.extracting(rowRange(unit, of: states))
            var total = 0.0
            for a in levels.indices { total += Double(levels[a]) }
            let place = (Double(words[unit] >> 8) + 0.5) * 0x1p-24
            var drawn = 0
            if total > 0 {
                var sum = Double(levels[0])
                while sum <= place * total, drawn < states - 1 {
                    drawn += 1
                    sum += Double(levels[drawn])
                }
            } else {
                drawn = Int(place * Double(states))
            }
            bytes.withRow(unit, of: states) { bytes in
                for a in bytes.indices { bytes[a] = a == drawn ? one : 0 }
            }
        }
    }

    public func draw(
        _ levels: Span<Float>, row: Int, from stream: RandomStream, one: UInt8,
        into bytes: inout MutableSpan<UInt8>
    ) {
        stream.forEachPart(ofRow: row, units: 0..<(levels.count / states)) { part, words in
            let columns = part.lowerBound * states..<part.upperBound * states
            bytes.withRange(columns) {
                draw(levels.extracting(columns), words, one: one, into: &$0)
            }
        }
    }

    public func energy(
        ofLevels levels: Span<Float>, bias: Span<Float>, terms: inout [Float]
    ) -> Double {
        -sumOfTerms(&terms, count: levels.count) { terms in
            for i in terms.indices { terms[i] = bias[i] * levels[i] }
            return terms.count
        }
    }

    /// Writes ln Σ_a e^{x_a}.
    public func writeLogPartitions(
        fields: Span<Float>, into terms: inout MutableSpan<Float>
    ) -> Int {
        for unit in 0..<(fields.count / states) {
            let x = fields.extracting(rowRange(unit, of: states))
            let largest = largest(x)
            var total: Float = 0
            for a in x.indices { total += exponential(x[a] - largest) }
            terms[unit] = largest + logarithm(total)
        }
        return fields.count / states
    }

    /// −ln p of the state, Σ_units ln Σ_a e^{x_a} − Σ_a level_a·x_a.
    public func crossEntropy(
        ofLevels levels: Span<Float>, fields: Span<Float>, terms: inout [Float]
    ) -> Double {
        let partitions = logPartition(fields: fields, terms: &terms)
        return partitions
            - sumOfTerms(&terms, count: levels.count) { terms in
                for i in terms.indices { terms[i] = fields[i] * levels[i] }
                return terms.count
            }
    }

    private func forEachUnit(of columns: Int, _ body: (Range<Int>) -> Void) {
        for unit in 0..<(columns / states) { body(rowRange(unit, of: states)) }
    }

    /// The largest field of a unit.
    @inline(__always)
    private func largest(_ x: Span<Float>) -> Float {
        var largest = x[0]
        for a in 1..<x.count where x[a] > largest { largest = x[a] }
        return largest
    }
}

extension UnitKind where Self == Categorical {
    /// Units of `states` states.
    public static func categorical(_ states: Int) -> Categorical { Categorical(states: states) }
}
