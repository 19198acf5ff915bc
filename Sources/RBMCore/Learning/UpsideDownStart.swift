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
    ///   - slice: The hidden columns to make, which get the values that they have in the whole layer; nil
    ///     for all. Processes that divide the layer below make their slices together.
    public init(
        upsideDown below: any Machine, rates: [Double], hidden: Int, hasBiases: Bool,
        deviation: Double, seed: UInt64, layer: Int, slice: HiddenSlice? = nil
    ) {
        let kind = below.visibleUnits
        precondition(
            rates.count == below.visibleCount, "\(rates.count) rates of \(below.visibleCount) units"
        )
        precondition(hidden % kind.columns == 0, "\(hidden) columns of \(kind) units")
        self.init(
            initialWeights: deviation, visible: below.hiddenCount, hidden: hidden,
            visibleUnits: below.hiddenUnits, logOddsOf: nil, seed: seed, layer: layer, slice: slice)
        let own = (slice ?? HiddenSlice(whole: hidden)).columns
        let columns = kind.columns
        var squares: [Double] = []
        below.forEachRow { squares.append(sumOfSquares($1)) }
        let units = 0..<(below.visibleCount / columns)
        let values = units.map { unit in
            (0..<columns).reduce(0.0) { sum, column in
                let i = unit * columns + column
                return sum + rates[i] * (1 - rates[i]) * squares[i]
            }
        }
        let order = units.sorted { (-values[$0], $0) < (-values[$1], $1) }
        let taken = order.prefix(hidden / columns).sorted()
        var place = [Int?](repeating: nil, count: units.count)
        for (number, unit) in taken.enumerated() { place[unit] = number }
        /// The column here of a visible column below.
        func column(of i: Int) -> Int? { place[i / columns].map { $0 * columns + i % columns } }
        below.forEachRow { i, row in
            guard let j = column(of: i), own.contains(j) else { return }
            for k in row.indices { self[k, j - own.lowerBound] = row[k] }
        }
        guard hasBiases else { return }
        for (i, bias) in below.visibleBiases.enumerated() {
            guard let j = column(of: i), own.contains(j) else { continue }
            self.values[hiddenBiasRange.lowerBound + j - own.lowerBound] = bias
        }
        // In one order, that of the other units; each process has the columns of its own.
        let parameters = below.own.parameters
        var biases = parameters.hiddenBias
        for unit in order.dropFirst(taken.count) {
            for i in (unit * columns)..<((unit + 1) * columns) {
                let mean = Float(kind.value(rates[i]))
                for k in biases.indices { biases[k] += mean * parameters[i, k] }
            }
        }
        self.values.replaceSubrange(
            visibleBiasRange, with: below.group?.join(biases[...], rows: 1) ?? biases)
    }
}
