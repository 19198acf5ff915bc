import RandomStreams

/// The way up a stack, one case at a time: exact in double precision, and the same everywhere.
extension DBN {
    /// The means of a layer's hidden units, each layer given the means of the one below it.
    ///
    /// - Parameter visible: Values of the visible units (not bytes), shape `[visible]`.
    /// - Returns: Shape `[hidden]` of the layer; of spins in [−1, 1].
    public func hiddenMeans(ofLayer layer: Int, given visible: [Double]) -> [Double] {
        layers[...layer].reduce(visible) { values, rbm in
            rbm.hiddenPreactivations(given: values).map(rbm.hiddenUnits.mean(field:))
        }
    }

    /// States of a layer's hidden units, each layer drawn given the states of the one below it.
    ///
    /// - Parameters:
    ///   - visible: Values of the visible units (not bytes), shape `[visible]`.
    ///   - number: The case's own number, which with the seed names its random numbers.
    /// - Returns: Bytes 0 or 1, shape `[hidden]` of the layer.
    public func hiddenStates(
        ofLayer layer: Int, given visible: [Double], case number: Int, seed: UInt64
    ) -> [UInt8] {
        var values = visible
        var states: [UInt8] = []
        for (index, rbm) in layers[...layer].enumerated() {
            let fields = rbm.hiddenPreactivations(given: values)
            let stream = RandomStream(seed: seed, .propagation, layer: index)
            var words = [UInt32](repeating: 0, count: fields.count)
            var span = words.mutableSpan
            stream.fill(&span, row: number)
            states = zip(fields, words).map { field, word in
                word.occurs(Float(rbm.hiddenUnits.probability(field: field))) ? 1 : 0
            }
            values = states.map { rbm.hiddenUnits.value(Double($0)) }
        }
        return states
    }
}
