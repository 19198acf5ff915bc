/// A unit that is 0 or 1, with the mean σ(x) = 1/(1 + e⁻ˣ) in the field x.
public struct Bernoulli: UnitKind, UnitLaw {
    public init() {}

    public var name: String { "bernoulli" }
    public var canBeDropped: Bool { true }
    public var takesGrey: Bool { true }

    public func law(own: [Float]) -> any UnitLaw { self }

    /// The log-odds of each rate.
    public func biases(ofRates rates: [Double]) -> [Float] {
        rates.map { Float(logarithm($0 / (1 - $0))) }
    }

    // MARK: Exact

    public func energy(of values: Span<Double>, bias: Span<Double>) -> Double {
        -dot(values, bias)
    }

    /// Σ ln(1 + eˣ).
    public func logPartition(fields: Span<Double>, bias: Span<Double>) -> Double {
        sumOfLogPartitions(fields, floor: { max($0, 0) }, excess: { exponential(-$0.magnitude) })
    }

    public func levels(fields: inout MutableSpan<Double>) {
        for i in fields.indices { fields[i] = 1 / (1 + exponential(-fields[i])) }
    }

    // MARK: Kernels

    public func levels(fields: inout MutableSpan<Float>) {
        for i in fields.indices { fields[i] = sigmoid(fields[i]) }
    }

    public func energy(
        ofLevels levels: Span<Float>, bias: Span<Float>, terms: inout [Float]
    ) -> Double {
        -sumOfTerms(&terms, count: levels.count) { terms in
            for i in terms.indices { terms[i] = bias[i] * levels[i] }
            return terms.count
        }
    }

    public func energyDifference(
        ofLevels levels: Span<Float>, bias: Span<Float>, other: Span<Float>, terms: inout [Float]
    ) -> Double {
        sumOfTerms(&terms, count: bias.count, by: joinedLaneSum) { terms in
            for i in terms.indices { terms[i] = (other[i] - bias[i]) * levels[i] }
            return terms.count
        }
    }

    /// Writes ln(1 + eˣ).
    public func writeLogPartitions(
        fields: Span<Float>, into terms: inout MutableSpan<Float>
    ) -> Int {
        for i in fields.indices { terms[i] = softplus(fields[i]) }
        return fields.count
    }

    /// −ln p of bits, Σ ln(1 + eˣ) − x·level.
    public func crossEntropy(
        ofLevels levels: Span<Float>, fields: Span<Float>, terms: inout [Float]
    ) -> Double {
        sumOfTerms(&terms, count: levels.count) { terms in
            for i in terms.indices { terms[i] = softplus(fields[i]) - fields[i] * levels[i] }
            return terms.count
        }
    }

    public func growthOfLogPartition(
        levels: Span<Float>, changes: Span<Float>, terms: inout [Float]
    ) -> Double? {
        growthOfTwoStates(levels, changes, lower: 0, width: 1, &terms)
    }
}

extension Bernoulli: BinaryLaw {}

extension UnitKind where Self == Bernoulli {
    public static var bernoulli: Bernoulli { Bernoulli() }
}
