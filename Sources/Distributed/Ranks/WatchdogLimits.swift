/// How long a rank may be without progress before that is told, and before the run ends.
///
/// The limits grow with what the run itself has shown: with the longest pause of each phase.
struct WatchdogLimits {
    /// The seconds after which a step is late at the earliest.
    let floor: Double

    /// The longest pause of each phase; nil where none has ended.
    private var longest = [Double?](repeating: nil, count: RankProgress.Phase.allCases.count)

    /// The floor, unless the user gives another.
    static let usualFloor = 60.0

    /// How often a pause may exceed the longest one so far.
    private static let patience = 20.0

    /// What is done once, or seldom, has a floor that is higher by this factor.
    private static let seldom = 5.0

    init(floor: Double) { self.floor = floor }

    /// Learns from a pause that came to its end.
    mutating func saw(pauseOf seconds: Double, in phase: RankProgress.Phase) {
        // Work that may take any time tells nothing of a process that does not run.
        guard phase != .work else { return }
        longest[phase.rawValue] = max(longest[phase.rawValue] ?? 0, seconds)
    }

    /// The seconds without progress after which a rank is late.
    func warning(in phase: RankProgress.Phase) -> Double {
        let longest = longest[phase.rawValue]
        let isUsual = phase == .step && longest != nil
        return max(floor * (isUsual ? 1 : Self.seldom), (longest ?? 0) * Self.patience)
    }

    /// The seconds without progress after which the run ends.
    func end(in phase: RankProgress.Phase) -> Double { warning(in: phase) * 5 }

    /// The seconds between two looks of the watchdog.
    var interval: Double { min(3, max(0.02, floor / 20)) }

    /// The seconds after which a process whose watchdog does not look does not run.
    var silence: Double { max(5 * interval, floor / 2, min(1, 2 * floor)) }
}
