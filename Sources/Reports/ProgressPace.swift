/// How long a computation still takes, from the share of it that was done since it was first looked at.
struct ProgressPace {
    private var first: (share: Double, time: Duration)?

    /// Shorter spells tell nothing.
    private static let least = Duration.seconds(2)

    /// Notes a share in [0, 1] that is done, and returns the seconds that are left; nil where the pace is not
    /// known yet.
    ///
    /// A smaller share than the first one begins anew.
    mutating func secondsLeft(share: Double, at time: Duration) -> Double? {
        guard let first, share >= first.share else {
            first = (share, time)
            return nil
        }
        guard share > first.share, time - first.time >= Self.least else { return nil }
        return (time - first.time) / .seconds(1) * (1 - share) / (share - first.share)
    }
}
