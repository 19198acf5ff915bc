/// An update under way, which holds an optimizer's parameters until it is finished.
///
/// `Optimizer.begin` makes it. The weights follow, panel after panel of visible units, each unit once.
/// `Optimizer.finish` updates the rest and takes the parameters back.
public struct Update: ~Copyable {
    var values: UpdatedValues
    var room: UpdateRoom

    /// Of how many visible units the weights are updated.
    private(set) var unitCount = 0

    /// Takes the updated weights into the layer.
    let rewrite: WeightRewrite
    private let rule: UpdateRule
    private let kindStep: KindStep
    private let term: any GradientTerm
    private let share: StepShare
    /// How far the next statistics are taken ahead.
    private let nextMomentum: Float

    init(
        values: UpdatedValues, room: UpdateRoom, rule: UpdateRule, kindStep: KindStep,
        terms: [any GradientTerm], rewrite: consuming WeightRewrite, share: StepShare,
        nextMomentum: Float
    ) {
        self.values = values
        self.room = room
        self.rule = rule
        self.kindStep = kindStep
        term = GradientTerms.joined(terms)
        self.rewrite = rewrite
        self.share = share
        self.nextMomentum = nextMomentum
        // There may be more threads than at the last update.
        room.scratch.reserve(bytes: room.hiddenGradient.count * MemoryLayout<Float>.stride)
    }

    /// Updates the weights of a panel of visible units, and loads them into the layer.
    ///
    /// It is one sweep over memory: a row of weights stays in the nearest cache while it is changed.
    ///
    /// - Parameter statistics: Of the panel, summed over all processes.
    public mutating func apply(_ statistics: Statistics) {
        let panel = statistics.panel
        unitCount += panel.count
        let (rows, term, changes) = (rewrite.rows, term, room.changes)
        let (rule, nextMomentum, scratch) = (
            rule.with(rate: kindStep.rate), nextMomentum, room.scratch
        )
        let hidden = room.hiddenGradient.count
        let blocks = UnitBlocks(units: room.visibleGradient.count)
        statistics.withWeightGradients(share) { writeGradient in
            values.lend(with: &room.rowSquares) { values, squares in
                blocks.inParallel(over: panel, atLeast: 1 + 16_384 / max(1, hidden)) { units in
                    let piece = unsafe scratch.piece(of: hidden, Float.self)
                    var gradient = unsafe MutableSpan(_unsafeElements: piece)
                    for unit in units {
                        writeGradient(unit, &gradient)
                        let sum = values.update(
                            rowRange(unit, of: hidden), by: rule, gradient: &gradient,
                            nextMomentum: nextMomentum
                        ) { weights, gradient in
                            term.addToWeights(ofVisible: unit, at: weights, gradient: &gradient)
                        } use: {
                            rows.write($0, ofVisible: unit)
                        }
                        squares.withRange(unit..<(unit + 1)) { $0[0] = sum }
                        changes?.withRow(unit) { for j in $0.indices { $0[j] = gradient[j] } }
                    }
                }
            }
        }
    }

    /// What terms have summed over the hidden units of this process.
    var hiddenSums: [Double] { term.hiddenSums }

    /// Hands the sums over all hidden units to the terms, where processes divide these.
    func complete(hiddenSums: [Double]) { term.complete(hiddenSums: hiddenSums[...]) }

    /// Updates the hidden biases.
    ///
    /// - Parameter range: Their place among the values.
    /// - Returns: The sum of the squared changes.
    mutating func applyHiddenBiases(_ range: Range<Int>) -> Double {
        let term = term
        room.withBiasGradients { _, hidden in term.addToHiddenBiases(&hidden) }
        var gradient: [Float] = []
        swap(&gradient, &room.hiddenGradient)
        let squares = apply(&gradient, to: range, rate: rule.rate)
        swap(&gradient, &room.hiddenGradient)
        return squares
    }

    /// Updates the visible biases, once the sums over all hidden units are known.
    ///
    /// - Parameter range: Their place among the values.
    /// - Returns: The sum of the squared changes.
    mutating func applyVisibleBiases(_ range: Range<Int>) -> Double {
        let term = term
        room.withBiasGradients { visible, _ in term.addToVisibleBiases(&visible) }
        var gradient: [Float] = []
        swap(&gradient, &room.visibleGradient)
        let squares = apply(&gradient, to: range, rate: kindStep.rate)
        swap(&gradient, &room.visibleGradient)
        return squares
    }

    /// Updates the parameters that units have beside biases, and keeps them in their range.
    ///
    /// - Parameter start: Their first place among the values.
    /// - Returns: The sum of the squared changes.
    mutating func applyOwnParameters(from start: Int) -> Double {
        var gradient = kindStep.ownGradient
        guard !gradient.isEmpty else { return 0 }
        let range = start..<values.parameters.count
        let squares = apply(&gradient, to: range, rate: rule.rate)
        kindStep.bound(&values.parameters, range)
        if !values.average.isEmpty { kindStep.bound(&values.average, range) }
        return squares
    }

    /// Updates a range of the values beside the weights.
    ///
    /// - Parameter gradient: Of the range; becomes the change.
    /// - Returns: The sum of the squared changes.
    private mutating func apply(
        _ gradient: inout [Float], to range: Range<Int>, rate: Float
    ) -> Double {
        let (rule, nextMomentum) = (rule.with(rate: rate), nextMomentum)
        var sum = 0.0
        values.lend(with: &gradient) { values, gradient in
            gradient.withRange(0..<gradient.count) { gradient in
                sum = values.update(
                    range, by: rule, gradient: &gradient, nextMomentum: nextMomentum)
            }
        }
        return sum
    }
}
