import RandomStreams

/// Which cases each step of a layer sees: a fresh random order every epoch, cut into batches.
///
/// The order is a keyed bijection, not a shuffled array: every rank finds its rows by itself, and a
/// resumed run finds the same.
public struct BatchPlan: Sendable {
    /// How many training cases there are.
    public let cases: Int
    /// Cases of a step over all ranks; the last step of an epoch may have fewer.
    public let batch: Int
    public let epochs: Int

    private let seed: UInt64
    private let layer: Int

    public init(cases: Int, batch: Int, epochs: Int, seed: UInt64, layer: Int) {
        precondition(cases > 0 && batch > 0, "\(cases) cases in batches of \(batch)")
        self.cases = cases
        self.batch = batch
        self.epochs = epochs
        self.seed = seed
        self.layer = layer
    }

    public var stepsPerEpoch: Int { (cases + batch - 1) / batch }
    public var steps: Int { epochs * stepsPerEpoch }

    /// The epoch of a step, from 0.
    public func epoch(ofStep step: Int) -> Int { step / stepsPerEpoch }

    /// How many cases a step sees on all ranks.
    public func size(ofStep step: Int) -> Int {
        min(batch, cases - step % stepsPerEpoch * batch)
    }

    /// How many cases the steps before this one have seen.
    public func casesSeen(beforeStep step: Int) -> Int {
        epoch(ofStep: step) * cases + step % stepsPerEpoch * batch
    }

    /// Writes the cases of some rows of a step's batch over what was there.
    public func cases(ofStep step: Int, rows: Range<Int>, into cases: inout [Int]) {
        let order = KeyedPermutation(
            count: self.cases, seed: seed, .epoch(epoch(ofStep: step), layer: layer))
        let start = step % stepsPerEpoch * batch
        cases.removeAll(keepingCapacity: true)
        order.append((start + rows.lowerBound)..<(start + rows.upperBound), to: &cases)
    }
}
