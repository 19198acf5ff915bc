/// How the swaps of tempered chains went: sums that are the same in any order and on any number of
/// processes.
public struct SwapTally: Sendable, Equatable {
    /// The probability that a swap is accepted, summed over lanes and sweeps, for each pair of
    /// neighbours.
    public internal(set) var acceptance: [FixedPointSum]

    /// How many probabilities were added up for each pair.
    public internal(set) var attempts = 0

    /// How often a state came to the top that had been at the bottom since it was last at the top.
    ///
    /// Where the bottom forgets its states at once, so many independent states have come to the top.
    public internal(set) var roundTrips = 0

    public init(pairs: Int) { acceptance = Array(repeating: FixedPointSum(), count: pairs) }

    /// The share of swaps that each pair accepts; 1 before the first.
    public var shares: [Double] {
        acceptance.map { attempts == 0 ? 1 : $0.value / Double(attempts) }
    }

    /// All sums as integers, which processes add up.
    public var units: [Int64] {
        get { acceptance.map(\.units) + [Int64(attempts), Int64(roundTrips)] }
        set {
            precondition(
                newValue.count == acceptance.count + 2,
                "\(newValue.count) sums for \(acceptance.count) pairs")
            for pair in acceptance.indices { acceptance[pair].units = newValue[pair] }
            attempts = Int(newValue[acceptance.count])
            roundTrips = Int(newValue[acceptance.count + 1])
        }
    }
}
