/// The ratio of two partition functions along a ladder of distributions between them.
public enum LadderRatio {
    /// The ln ratios that the states of one lane met at one pair of neighbours.
    public struct Pair: Sendable {
        /// ln p*_γ(v)/p*_β(v) of states v of the lower distribution β.
        public var lower: [Double] = []
        /// The same of states of the upper distribution γ.
        public var upper: [Double] = []

        public init() {}
    }

    /// Adds up Bennett's ratios of all pairs.
    ///
    /// - Parameter lanes: Independent lanes, each with its pairs, shape `[lanes, pairs]`.
    /// - Returns: ln (Z_top/Z_bottom) in nats, with an error by leaving out one lane at a time: states of
    ///   one lane depend on each other, at all its levels. NaN from a single lane.
    /// - Precondition: There is a lane, and every pair of every lane has a ratio both ways.
    public static func estimate(lanes: [[Pair]]) -> Estimate {
        precondition(!lanes.isEmpty, "a ladder without lanes")
        func sum(without left: Int?) -> Double {
            let kept = lanes.indices.filter { $0 != left }
            return lanes[0].indices.reduce(0) { sum, pair in
                sum
                    + BennettRatio.estimate(
                        first: kept.flatMap { lanes[$0][pair].lower },
                        second: kept.flatMap { lanes[$0][pair].upper }
                    ).value
            }
        }
        let all = sum(without: nil)
        guard lanes.count > 1 else { return Estimate(value: all, error: .nan) }
        let count = Double(lanes.count)
        let partial = lanes.indices.map { sum(without: $0) }
        let mean = partial.reduce(0, +) / count
        let spread = partial.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        return Estimate(value: all, error: ((count - 1) / count * spread).squareRoot())
    }
}
