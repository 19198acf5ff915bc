/// Which steps of a benchmark count, and when their limits are measured.
///
/// The steps are divided into a few segments, and limits are measured after each. So a machine that
/// slows down meanwhile slows both. The first steps of a segment find cold caches, and do not count.
struct StepBenchmarkSchedule {
    /// Steps before each segment that do not count.
    static let warmUps = 2

    /// The number of steps, counted or not, after which each segment ends.
    let segmentEnds: [Int]

    /// How often the limits are measured at the end of each segment.
    let repetitions: Int

    /// Divides steps into one to five segments of five steps or more, where there are so many.
    init(counted: Int) {
        precondition(counted > 0, "\(counted) steps to count")
        let segments = max(1, min(5, counted / 5))
        segmentEnds = (1...segments).map { $0 * counted / segments + $0 * Self.warmUps }
        repetitions = min(50, max(3, counted / segments / 2))
    }

    /// How many steps are made.
    var total: Int { segmentEnds[segmentEnds.count - 1] }

    /// Whether a step counts; steps are numbered from 0.
    func isCounted(_ step: Int) -> Bool {
        let start = segmentEnds.last { $0 <= step } ?? 0
        return step - start >= Self.warmUps
    }

    /// Whether a segment ends after `steps` steps.
    func isSegmentEnd(_ steps: Int) -> Bool { segmentEnds.contains(steps) }
}
