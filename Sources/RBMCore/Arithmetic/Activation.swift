import RandomStreams

/// Turns pre-activations of some rows into the probabilities that units are 1, in place.
///
/// σ(x) for Bernoulli units; σ(2x) for spins, whose mean tanh x is 2σ(2x) − 1. What comes in for a
/// Gaussian unit is its mean already.
func activate(_ kind: UnitKind, units: Int, rows: Range<Int>, _ preactivations: inout [Float]) {
    var span = preactivations.mutableSpan
    span.inBlocks(of: rows, columns: units) { _, x in activate(kind, &x) }
}

/// The same of some pre-activations, on the calling thread.
@inline(__always)
func activate(_ kind: UnitKind, _ x: inout MutableSpan<Float>) {
    switch kind {
    case .bernoulli: for i in x.indices { x[i] = sigmoid(x[i]) }
    case .spin: for i in x.indices { x[i] = sigmoid(2 * x[i]) }
    case .gaussian: break
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
    var states = states.mutableSpan
    states.inBlocks(of: target..<(target + rows.count), columns: units) { block, states in
        for number in block {
            let row = number - target
            let probabilities = probabilities.span.extracting(
                rowRange(rows.lowerBound + row, of: units))
            states.withRow(number - block.lowerBound, of: units) { states in
                stream.forEachPart(ofRow: firstRow + row, units: 0..<units) { part, words in
                    states.withRange(part) {
                        drawStates(probabilities.extracting(part), words, one, &$0)
                    }
                }
            }
        }
    }
}

/// Draws states from probabilities and a random word each.
@inline(__always)
func drawStates(
    _ probabilities: Span<Float>, _ words: Span<UInt32>, _ one: UInt8,
    _ states: inout MutableSpan<UInt8>
) {
    for i in states.indices { states[i] = words[i].occurs(probabilities[i]) ? one : 0 }
}
