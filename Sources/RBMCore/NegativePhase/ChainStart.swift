import RandomStreams

/// Where persistent chains start: at visible units drawn one by one, and half a sweep up.
public struct ChainStart {
    let layer: Layer
    private let seed: UInt64
    /// The place of the layer in its stack, which names the random numbers.
    private let place: Int
    /// The law of visible units by themselves, and the means of their levels, shape `[visible]`.
    private let law: any UnitLaw
    let levels: [Float]

    /// Starts chains at the base rates of the data.
    ///
    /// - Parameters:
    ///   - rates: The probability that each visible unit is 1, shape `[visible]`.
    ///   - layer: Loaded with the initial parameters.
    public init(rates: [Double], layer: Layer, seed: UInt64, place: Int) {
        self.init(
            levels: rates.map(Float.init), law: layer.shape.visibleUnits.law(own: []),
            layer, seed, place)
    }

    /// Starts chains of real visible units at normal numbers with the moments of the data.
    public init(moments: VisibleMoments, layer: Layer, seed: UInt64, place: Int) {
        self.init(
            levels: moments.means.map(Float.init),
            law: layer.shape.visibleUnits.independentLaw(of: moments), layer, seed, place)
    }

    private init(
        levels: [Float], law: any UnitLaw, _ layer: Layer, _ seed: UInt64, _ place: Int
    ) {
        let visible = layer.shape.visible
        precondition(levels.count == visible, "\(levels.count) means for \(visible) units")
        self.levels = levels
        self.law = law
        self.layer = layer
        self.seed = seed
        self.place = place
    }

    /// Draws the hidden states of some of the run's chains, bytes 0 or 1, shape `[chains, hidden]`.
    ///
    /// - Parameter chains: Their numbers among all chains, which name their random numbers.
    public func hiddenStates(of chains: Range<Int>) -> [UInt8] {
        let shape = layer.shape
        var visible = [UInt8](repeating: 0, count: chains.count * shape.visibleBytes)
        let stream = RandomStream(seed: seed, .initialChains(.visible, layer: place))
        for row in 0..<chains.count {
            sample(
                law, levels, rows: 0..<1, columns: shape.visible, bytes: shape.visibleBytes,
                one: UInt8(shape.encoding.maximum), stream: stream,
                firstRow: chains.lowerBound + row,
                into: &visible, at: row)
        }
        var probabilities = [Float](repeating: 0, count: chains.count * shape.hidden)
        layer.hiddenProbabilities(visible, rows: 0..<chains.count, into: &probabilities)
        var states = [UInt8](repeating: 0, count: chains.count * shape.hidden)
        layer.drawHidden(
            from: probabilities, rows: 0..<chains.count,
            stream: RandomStream(seed: seed, .initialChains(.hidden, layer: place)),
            firstRow: chains.lowerBound, into: &states, at: 0)
        return states
    }
}
