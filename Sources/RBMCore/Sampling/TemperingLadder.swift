/// The inverse temperatures β at which parallel tempering runs chains, from the lowest to 1.
///
/// At β = 1 stands the RBM itself; lower ones lie on the way to a base model without weights, which is
/// β = 0.
public struct TemperingLadder: Sendable, Equatable {
    /// In rising order; the last is 1.
    public let betas: [Double]

    /// - Precondition: The numbers rise, begin at 0 or above, and end with 1.
    public init(_ betas: [Double]) {
        precondition(
            betas.last == 1 && betas[0] >= 0 && zip(betas, betas.dropFirst()).allSatisfy(<),
            "a ladder of \(betas)")
        self.betas = betas
    }

    /// Creates a ladder with equal steps.
    ///
    /// - Parameter lowest: In [0, 1).
    public init(levels: Int, lowest: Double) {
        precondition(levels > 0, "a ladder of \(levels) levels")
        self.init(
            (0..<levels).map {
                $0 == levels - 1
                    ? 1 : lowest + (1 - lowest) * Double($0) / Double(levels - 1)
            })
    }

    public var levels: Int { betas.count }

    /// The pairs of neighbours, which exchange their states.
    public var pairs: Int { betas.count - 1 }

    /// Σ (1 − acceptance) over the pairs: the barrier between the two ends.
    ///
    /// It hardly depends on the ladder, as long as no pair refuses nearly all swaps. States travel
    /// fastest, for the work they cost, along about twice as many levels [Syed22].
    static func barrier(acceptance: [Double]) -> Double {
        acceptance.reduce(0) { $0 + refusal($1) }
    }

    /// How many levels suit a barrier: then neighbours refuse half of their swaps.
    static func levels(forBarrier barrier: Double) -> Int {
        1 + max(1, Int((2 * barrier).rounded(.up)))
    }

    /// A share of refused swaps, above 0 so that no two levels come to lie on one place.
    private static func refusal(_ acceptance: Double) -> Double { max(1 - acceptance, 1e-3) }

    /// Returns a ladder with the same ends on which all pairs refuse equally many swaps.
    ///
    /// Between two old levels the refusals are taken to grow evenly [Syed22].
    ///
    /// - Parameter acceptance: The share of swaps that each pair accepts, shape `[pairs]`.
    public func respaced(acceptance: [Double], levels count: Int) -> TemperingLadder {
        precondition(acceptance.count == pairs, "\(acceptance.count) shares of \(pairs) pairs")
        guard count > 1, pairs > 0 else { return TemperingLadder([1]) }
        let step = Self.barrier(acceptance: acceptance) / Double(count - 1)
        var result = [betas[0]]
        var (pair, passed) = (0, 0.0)
        for level in 1..<(count - 1) {
            let target = step * Double(level)
            while pair < pairs - 1, passed + Self.refusal(acceptance[pair]) < target {
                passed += Self.refusal(acceptance[pair])
                pair += 1
            }
            let share = min(1, (target - passed) / Self.refusal(acceptance[pair]))
            result.append(betas[pair] + share * (betas[pair + 1] - betas[pair]))
        }
        return TemperingLadder(result + [1])
    }
}
