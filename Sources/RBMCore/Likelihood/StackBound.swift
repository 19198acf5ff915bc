import RandomStreams

/// The variational lower bound of the log-likelihood of cases under a stack, but for the ln Z of its
/// top.
///
/// A stack of k layers is a machine on top, whose visible units draw those of the layer below, and so
/// on down. With q, the way up through the lower layers,
/// ln p(v) ≥ E_q[Σ_{l<k} ln p(h_l|h_{l+1}) − ln q(h_{l+1}|h_l) − F_k(h_k)] − ln Z_k, where h_0 = v.
/// One draw of the way up gives a term whose mean over draws is that bound. For a single layer the term
/// is −F(v), and the bound is the log-likelihood. Source: [Hinton06], [Salakhutdinov08].
public final class StackBound {
    /// The layers, lowest first.
    public let layers: [any Machine]

    private let working: [Layer]
    private let tops: [LayerEvaluator]
    private let seed: UInt64

    /// Creates the bounds of all stacks that begin with the lowest layer and end with one of the
    /// layers.
    public init(_ layers: [any Machine], seed: UInt64) {
        self.layers = layers
        self.seed = seed
        working = layers.map { machine in
            Layer(
                machine,
                arithmetic: ArithmeticKind.measuring(
                    machine, LayerSpec(states: machine).encoding))
        }
        tops = layers.map { machine in
            let encoding = LayerSpec(states: machine).encoding
            return LayerEvaluator(
                machine, encoding: encoding,
                arithmetic: ArithmeticKind.measuring(machine, encoding))
        }
    }

    /// Does the same for a stack that this process holds.
    public convenience init(_ stack: DBN, seed: UInt64) { self.init(stack.layers, seed: seed) }

    /// Draws the way up once for some cases and computes the term of each stack.
    ///
    /// - Parameters:
    ///   - states: Visible states of the lowest layer in their encoding, shape `[numbers, visible]`.
    ///   - numbers: The numbers of the cases, which with `draw` name their random numbers.
    /// - Returns: Shape `[numbers, layers]`: the term of the stack that ends with the layer.
    public func terms(of states: [UInt8], numbers: [Int], draw: Int) -> [Double] {
        var below = states
        var terms = [Double](repeating: 0, count: numbers.count * layers.count)
        // Σ ln p − ln q of the layers passed so far.
        var passed = [Double](repeating: 0, count: numbers.count)
        for place in layers.indices {
            let free = tops[place].freeEnergies(of: below, cases: numbers.count)
            for row in numbers.indices {
                terms[row * layers.count + place] = passed[row] - free[row]
            }
            guard place + 1 < layers.count else { break }
            below = pass(place, from: below, numbers: numbers, draw: draw, &passed)
        }
        return terms
    }

    /// Draws the hidden states of a layer, and adds ln p(below | drawn) − ln q(drawn | below).
    private func pass(
        _ place: Int, from below: [UInt8], numbers: [Int], draw: Int, _ passed: inout [Double]
    ) -> [UInt8] {
        let (machine, layer, rows) = (layers[place], working[place], 0..<numbers.count)
        var fields = [Float](repeating: 0, count: numbers.count * machine.hiddenCount)
        layer.upward(below, rows: rows, into: &fields)
        var means = fields
        layer.activateHidden(&means, rows: rows)
        let stream = RandomStream(seed: seed, .propagation(layer: place, draw: draw))
        var drawn = [UInt8](repeating: 0, count: fields.count)
        var span = drawn.mutableSpan
        for (row, number) in numbers.enumerated() {
            let levels = means.span.extracting(rowRange(row, of: machine.hiddenCount))
            span.withRow(row, of: machine.hiddenCount) {
                layer.hiddenLaw.draw(levels, row: number, from: stream, one: 1, into: &$0)
            }
        }
        var down = [Float](repeating: 0, count: numbers.count * machine.visibleCount)
        layer.downward(drawn, encoding: .bits, rows: rows, into: &down)
        var (levels, room): ([Float], [Float]) = ([], [])
        for row in rows {
            readLevels(
                stored: .bits, drawn.span, row: row, count: machine.hiddenCount, into: &levels)
            // A cross-entropy of states is minus the logarithm of their probability.
            passed[row] += layer.hiddenLaw.crossEntropy(
                ofLevels: levels.span.extracting(0..<machine.hiddenCount),
                fields: fields.span.extracting(rowRange(row, of: machine.hiddenCount)), terms: &room
            )
            readLevels(
                stored: layer.shape.encoding, below.span, row: row, count: machine.visibleCount,
                into: &levels)
            passed[row] -= layer.visibleLaw.crossEntropy(
                ofLevels: levels.span.extracting(0..<machine.visibleCount),
                fields: down.span.extracting(rowRange(row, of: machine.visibleCount)), terms: &room)
        }
        return drawn
    }
}
