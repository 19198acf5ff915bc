/// What a state of a memory is: a pattern, a mixture of three, or neither.
public enum RecalledState: Sendable, Equatable {
    /// At least nine tenths of it is a pattern, or the reverse of one, which is stored with it.
    case pattern(Int, isReversed: Bool)
    /// At least nine tenths of it is the majority of three patterns or of their reverses: the simplest
    /// of the spurious states, at half an overlap with each [AmitGutfreundSompolinsky85].
    case mixture([Int])
    /// None of these: a state of the glassy rest.
    case glassy

    /// The overlap from which a state counts as a pattern.
    private static let threshold = 0.9

    /// Names a state by what it is most like; of equals it is the pattern.
    ///
    /// - Parameter state: One spin a unit of the patterns.
    public init(_ state: [Int8], among patterns: HopfieldPatterns) {
        let overlaps = patterns.overlaps(with: state)
        let order = overlaps.indices.sorted {
            (overlaps[$0].magnitude, $1) > (overlaps[$1].magnitude, $0)
        }
        let units = Double(patterns.units)
        let own = Double(overlaps[order[0]].magnitude)
        if order.count >= 3 {
            let nearest = Array(order[..<3])
            let agreement = state.indices.reduce(0) { sum, unit in
                let vote = nearest.reduce(0) {
                    $0 + Int(patterns.elements[unit * patterns.count + $1])
                        * Int(overlaps[$1].signum())
                }
                return sum + vote.signum() * Int(state[unit])
            }
            // Mixtures of patterns that are like each other are like each of them too.
            if Double(agreement) >= max(Self.threshold * units, own.nextUp) {
                self = .mixture(nearest.sorted())
                return
            }
        }
        if own >= Self.threshold * units {
            self = .pattern(order[0], isReversed: overlaps[order[0]] < 0)
            return
        }
        self = .glassy
    }
}
