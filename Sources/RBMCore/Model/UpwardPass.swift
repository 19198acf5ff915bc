import RandomStreams

/// The upward pass through a stack in double precision: every machine gives the same bits.
public struct UpwardPass {
    /// The layers, lowest first.
    private let layers: [any Machine]

    public init(_ layers: [any Machine]) { self.layers = layers }

    /// Computes the means of the top layer's hidden units, each layer given the means of the one below it.
    ///
    /// - Parameter visible: Values of the visible units (not bytes), shape `[rows, visible]`.
    /// - Returns: The means, shape `[rows, hidden]` of the top layer; in [−1, 1] for spins.
    public func hiddenMeans(givenRows visible: [Double]) -> [Double] {
        layers.reduce(visible) { values, machine in
            let kind = machine.hiddenUnits
            return levels(machine, given: values).map(kind.value)
        }
    }

    /// Draws states of the top layer's hidden units, each layer given the states of the one below it.
    ///
    /// - Parameters:
    ///   - visible: Values of the visible units (not bytes), shape `[rows, visible]`.
    ///   - numbers: The number of the case of each row; with the seed it names the random numbers.
    /// - Returns: Bytes 0 or 1, shape `[rows, hidden]` of the top layer.
    public func hiddenStates(
        givenRows visible: [Double], cases numbers: [Int], seed: UInt64
    ) -> [UInt8] {
        var values = visible
        var states: [UInt8] = []
        for (index, machine) in layers.enumerated() {
            let levels = levels(machine, given: values).map { Float($0) }
            let stream = RandomStream(seed: seed, .propagation(layer: index, draw: 0))
            states = Array(repeating: 0, count: levels.count)
            var span = states.mutableSpan
            for (row, number) in numbers.enumerated() {
                span.withRow(row, of: machine.hiddenCount) {
                    machine.hiddenLaw.draw(
                        levels.span.extracting(rowRange(row, of: machine.hiddenCount)),
                        row: number, from: stream, one: 1, into: &$0)
                }
            }
            let kind = machine.hiddenUnits
            values = states.map { kind.value(Double($0)) }
        }
        return states
    }

    /// The means of the hidden levels of a layer, shape `[rows, hidden]`.
    private func levels(_ machine: any Machine, given values: [Double]) -> [Double] {
        let fields = machine.hiddenPreactivations(givenRows: values)
        let columns = machine.hiddenCount
        return (0..<(fields.count / columns)).flatMap { row in
            machine.hiddenUnits.levels(fields: Array(fields[rowRange(row, of: columns)]))
        }
    }
}

extension DBN {
    /// Computes the means of a layer's hidden units for one case; see `UpwardPass`.
    public func hiddenMeans(ofLayer layer: Int, given visible: [Double]) -> [Double] {
        UpwardPass(Array(layers[...layer])).hiddenMeans(givenRows: visible)
    }

    /// Draws states of a layer's hidden units for one case; see `UpwardPass`.
    public func hiddenStates(
        ofLayer layer: Int, given visible: [Double], case number: Int, seed: UInt64
    ) -> [UInt8] {
        UpwardPass(Array(layers[...layer]))
            .hiddenStates(givenRows: visible, cases: [number], seed: seed)
    }
}
