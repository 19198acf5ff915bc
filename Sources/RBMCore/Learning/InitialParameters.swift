import RandomStreams

extension Parameters {
    /// Draws the parameters at which training starts.
    ///
    /// Weights are normal; hidden biases are zero; visible biases are the log-odds of the base
    /// rates, or zero [Hinton12, §8].
    ///
    /// - Parameters:
    ///   - deviation: The standard deviation of the weights.
    ///   - baseRates: The probability that each visible unit is 1, shape `[visible]`, in (0, 1);
    ///     nil for visible biases of zero.
    ///   - slice: The hidden columns to draw, which get the same weights as in the whole layer; nil for all.
    public init(
        initialWeights deviation: Double, visible: Int, hidden: Int, visibleUnits: any UnitKind,
        logOddsOf baseRates: [Double]?, seed: UInt64, layer: Int, slice: HiddenSlice? = nil
    ) {
        let own = (slice ?? HiddenSlice(whole: hidden)).columns
        self.init(visible: visible, hidden: own.count)
        let stream = RandomStream(seed: seed, .initialWeights(layer: layer))
        var words = [UInt32](repeating: 0, count: hidden)
        for i in 0..<visible {
            var span = words.mutableSpan
            stream.fill(&span, row: i)
            for j in own {
                let uniform = (Double(words[j]) + 0.5) * 0x1p-32
                values[i * own.count + j - own.lowerBound] = Float(
                    deviation * normalQuantile(uniform))
            }
        }
        guard let baseRates else { return }
        precondition(baseRates.count == visible, "\(baseRates.count) base rates for \(visible)")
        values.replaceSubrange(visibleBiasRange, with: visibleUnits.biases(ofRates: baseRates))
    }
}

/// The smoothed base rates (n + 1)/(N + 2) of visible units: never 0 or 1, so that a constant pixel
/// has finite log-odds.
///
/// - Parameters:
///   - sums: The sum of each unit's bytes over all cases.
///   - count: How many cases, N.
public func baseRates(sums: [Int64], encoding: StateEncoding, count: Int) -> [Double] {
    sums.map { sum in
        (Double(sum) / Double(encoding.maximum) + 1) / Double(count + 2)
    }
}
