import RandomStreams

/// Turns pre-activations of some rows into the probabilities that units are 1, in place.
///
/// σ(x) for Bernoulli units; σ(2x) for spins, whose mean tanh x is 2σ(2x) − 1.
func activate(_ kind: UnitKind, units: Int, rows: Range<Int>, _ preactivations: inout [Float]) {
    var span = preactivations.mutableSpan
    span.withRange((rows.lowerBound * units)..<(rows.upperBound * units)) { x in
        switch kind {
        case .bernoulli: for i in x.indices { x[i] = sigmoid(x[i]) }
        case .spin: for i in x.indices { x[i] = sigmoid(2 * x[i]) }
        }
    }
}

/// Draws the states of units from the probabilities that they are 1.
///
/// - Parameters:
///   - probabilities: Shape `[…, units]`, of which `rows` are drawn.
///   - one: The byte of a unit that is 1.
///   - firstRow: The global number of the first row drawn, which names its random numbers.
///   - states: Shape `[…, units]`, written from row `target` on.
func sample(
    _ probabilities: [Float], rows: Range<Int>, units: Int, one: UInt8, stream: RandomStream,
    firstRow: Int, into states: inout [UInt8], at target: Int
) {
    var words = [UInt32](repeating: 0, count: units)
    var states = states.mutableSpan
    for row in rows {
        var wordSpan = words.mutableSpan
        stream.fill(&wordSpan, row: firstRow + row - rows.lowerBound)
        let probability = probabilities.span.extracting(rowRange(row, of: units))
        let words = words.span
        states.withRow(target + row - rows.lowerBound, of: units) { states in
            for i in states.indices {
                states[i] = words[i].occurs(probability[i]) ? one : 0
            }
        }
    }
}
