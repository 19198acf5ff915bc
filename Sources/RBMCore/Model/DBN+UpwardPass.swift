import RandomStreams

/// The upward pass through a stack, one case at a time, in double precision: every machine gives
/// the same bits.
extension DBN {
    /// Computes the means of a layer's hidden units, each layer given the means of the one below it.
    ///
    /// - Parameter visible: Values of the visible units (not bytes), shape `[visible]`.
    /// - Returns: The means, shape `[hidden]` of the layer; in [−1, 1] for spins.
    public func hiddenMeans(ofLayer layer: Int, given visible: [Double]) -> [Double] {
        layers[...layer].reduce(visible) { values, rbm in
            rbm.hiddenUnits.levels(fields: rbm.hiddenPreactivations(given: values))
                .map(rbm.hiddenUnits.value)
        }
    }

    /// Draws states of a layer's hidden units, each layer given the states of the one below it.
    ///
    /// - Parameters:
    ///   - visible: Values of the visible units (not bytes), shape `[visible]`.
    ///   - number: The number of the case; with the seed it names the random numbers.
    /// - Returns: Bytes 0 or 1, shape `[hidden]` of the layer.
    public func hiddenStates(
        ofLayer layer: Int, given visible: [Double], case number: Int, seed: UInt64
    ) -> [UInt8] {
        var values = visible
        var states: [UInt8] = []
        for (index, rbm) in layers[...layer].enumerated() {
            let fields = rbm.hiddenPreactivations(given: values)
            let levels = rbm.hiddenUnits.levels(fields: fields).map { Float($0) }
            states = Array(repeating: 0, count: levels.count)
            var span = states.mutableSpan
            rbm.hiddenLaw.draw(
                levels.span, row: number,
                from: RandomStream(seed: seed, .propagation(layer: index, draw: 0)), one: 1,
                into: &span)
            values = states.map { rbm.hiddenUnits.value(Double($0)) }
        }
        return states
    }
}
