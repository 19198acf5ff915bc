public import Ranks
public import RBMCore

/// The wall time of each phase of a run: the least, the mean and the most over ranks.
public struct TimingReport: Sendable {
    public struct Row: Sendable {
        public let phase: StepTimer.Phase
        public let least: Double
        public let mean: Double
        public let most: Double
        /// The phase's part of all ranks' time, in [0, 1].
        public let share: Double
    }

    public let rows: [Row]

    /// Collective.
    ///
    /// Compares the timers of all ranks.
    public init(_ timer: StepTimer, _ world: borrowing Communicator) throws(MPIError) {
        let phases = StepTimer.Phase.allCases
        var seconds = [Double](repeating: 0, count: phases.count * world.size)
        for (i, value) in timer.seconds.enumerated() {
            seconds[world.rank * phases.count + i] = value
        }
        try world.sum(&seconds)
        let total = max(seconds.reduce(0, +), 1e-12)
        let size = world.size
        rows = phases.enumerated().map { i, phase in
            let times = (0..<size).map { seconds[$0 * phases.count + i] }
            let sum = times.reduce(0, +)
            return Row(
                phase: phase, least: times.min() ?? 0, mean: sum / Double(size),
                most: times.max() ?? 0, share: sum / total)
        }
    }

    /// Whether no phase took any time.
    public var isEmpty: Bool { rows.allSatisfy { $0.most == 0 } }
}
