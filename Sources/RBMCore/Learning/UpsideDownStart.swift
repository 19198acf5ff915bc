extension Parameters {
    /// The parameters of a layer that begins as the layer below upside down [Hinton06].
    ///
    /// Its weights are the transposed ones, its visible biases the hidden biases below, and its hidden
    /// biases the visible ones. With as many hidden units as the layer below has visible ones, both machines give the
    /// units between them the same distribution: the stack begins as good as its lower layer, and can only
    /// gain.
    ///
    /// With fewer hidden units the most telling units below are taken, those of the largest Σ w²
    /// times the variance of their value. Each other unit's mean goes into the visible biases. With more
    /// hidden units the others have normal weights.
    ///
    /// - Parameters:
    ///   - below: Its visible units must be of the kind of the hidden ones here.
    ///   - rates: The means of the stored levels below, shape `[visible units below]`.
    ///   - hidden: The columns of the hidden units here.
    ///   - hasBiases: Whether there are biases; they are zero otherwise.
    ///   - deviation: The standard deviation of normal weights.
    public init(
        upsideDown below: RBM, rates: [Double], hidden: Int, hasBiases: Bool, deviation: Double,
        seed: UInt64, layer: Int
    ) {
        let kind = below.visibleUnits
        precondition(
            rates.count == below.visibleCount, "\(rates.count) rates of \(below.visibleCount) units"
        )
        precondition(hidden % kind.columns == 0, "\(hidden) columns of \(kind) units")
        self.init(
            initialWeights: deviation, visible: below.hiddenCount, hidden: hidden,
            visibleUnits: below.hiddenUnits, logOddsOf: nil, seed: seed, layer: layer)
        let (parameters, columns) = (below.parameters, kind.columns)
        func tellingness(_ unit: Int) -> Double {
            (0..<columns).reduce(0) { sum, column in
                let i = unit * columns + column
                let row = parameters.values.span.extracting(rowRange(i, of: below.hiddenCount))
                return sum + rates[i] * (1 - rates[i]) * sumOfSquares(row)
            }
        }
        let units = 0..<(below.visibleCount / columns)
        let values = units.map(tellingness)
        let order = units.sorted { (-values[$0], $0) < (-values[$1], $1) }
        let taken = order.prefix(hidden / columns).sorted()
        for (place, unit) in taken.enumerated() {
            for column in 0..<columns {
                let (i, j) = (unit * columns + column, place * columns + column)
                for k in 0..<below.hiddenCount { self[k, j] = parameters[i, k] }
                guard hasBiases else { continue }
                self.values[hiddenBiasRange.lowerBound + j] =
                    parameters.values[parameters.visibleBiasRange.lowerBound + i]
            }
        }
        guard hasBiases else { return }
        self.values.replaceSubrange(visibleBiasRange, with: parameters.hiddenBias)
        for unit in order.dropFirst(taken.count) {
            for i in (unit * columns)..<((unit + 1) * columns) {
                let mean = Float(kind.value(rates[i]))
                for k in 0..<below.hiddenCount {
                    self.values[visibleBiasRange.lowerBound + k] += mean * parameters[i, k]
                }
            }
        }
    }
}
