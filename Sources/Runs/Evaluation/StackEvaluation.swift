import Analysis
import ModelFiles
import Ranks
import RBMCore

/// Measures the variational bounds of the stacks that begin with a model's lowest layer.
struct StackEvaluation {
    private let layers: [any Machine]
    /// The cases as states.
    private let states: any CaseSource
    private let seed: UInt64

    /// How often the way up is drawn for each case; two draws tell the error of either.
    private static let draws = 2
    private static let blockRows = 256

    init(_ layers: [any Machine], on states: any CaseSource, seed: UInt64) {
        self.layers = layers
        self.states = states
        self.seed = seed
    }

    /// Collective.
    ///
    /// Returns the mean term of each stack over all cases, each with the error that comes from the draws
    /// of hidden units; the same on any number of ranks.
    ///
    /// - Parameters:
    ///   - factors: The weight of each case over the mean weight; nil where all are 1.
    ///   - progress: Receives the share that is done here, in [0, 1].
    func means(
        _ world: borrowing Communicator, factors: [Double]? = nil,
        progress: (Double) -> Void = { _ in }
    ) throws -> [Estimate] {
        let share = world.share(of: states.count)
        var units = try world.together {
            try sums(over: share, factors: factors, progress: progress).map(\.units)
        }
        try world.sum(&units)
        let values = units.map { FixedPointSum(units: $0).value / Double(states.count) }
        let layers = layers.count
        return (0..<layers).map { place in
            // A mean of two draws has the variance (a − b)²/4.
            let variance = values[layers + place] / 4 / Double(states.count)
            return Estimate(value: values[place] / 2, error: variance.squareRoot())
        }
    }

    /// Σ w(a + b) of the terms of two draws for each stack, then Σ w²(a − b)².
    private func sums(
        over share: Range<Int>, factors: [Double]?, progress: (Double) -> Void
    ) throws -> [FixedPointSum] {
        let stack = layers
        let layers = stack.count
        var sums = [FixedPointSum](repeating: FixedPointSum(), count: 2 * layers)
        let bound = StackBound(stack, seed: seed)
        for start in stride(from: share.lowerBound, to: share.upperBound, by: Self.blockRows) {
            let cases = Array(start..<min(start + Self.blockRows, share.upperBound))
            var bytes = [UInt8](repeating: 0, count: cases.count * states.caseBytes)
            try states.load(cases, draw: 0, into: &bytes)
            let terms = (0..<Self.draws).map { bound.terms(of: bytes, numbers: cases, draw: $0) }
            for (place, (a, b)) in zip(terms[0], terms[1]).enumerated() {
                let factor = factors?[cases[place / layers]] ?? 1
                let difference = factor * (a - b)
                sums[place % layers].add(factor * (a + b))
                sums[layers + place % layers].add(difference * difference)
            }
            progress(Double(cases[cases.count - 1] + 1 - share.lowerBound) / Double(share.count))
        }
        return sums
    }
}
