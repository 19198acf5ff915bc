import RandomStreams

/// Recalls of random patterns at several loads: each trial stores patterns of its own and starts near
/// the first of them.
public struct HopfieldTrials: Sendable {
    public let units: Int
    /// The patterns at each load.
    public let counts: [Int]
    public let trials: Int
    private let rule: HopfieldMemory.Rule
    private let bias: Double
    private let flipped: Double
    private let seed: UInt64

    /// - Parameters:
    ///   - counts: The patterns at each load, at most 2¹⁴ of them.
    ///   - bias: The mean of the patterns' units.
    ///   - flipped: The share of the pattern's units that are turned at the start.
    public init(
        units: Int, counts: [Int], trials: Int, rule: HopfieldMemory.Rule, bias: Double,
        flipped: Double, seed: UInt64
    ) {
        self.units = units
        self.counts = counts
        self.trials = trials
        self.rule = rule
        self.bias = bias
        self.flipped = flipped
        self.seed = seed
    }

    /// What one trial found.
    public struct Outcome: Sendable, Equatable {
        /// Σ ξᵢ sᵢ of the pattern and the recalled state.
        public let overlap: Int
        /// Units of the pattern whose field opposes them.
        public let unstable: Int
        /// Whether the recall ended in a fixed point.
        public let isFixed: Bool
    }

    /// Runs one trial at one of the loads; returns nil if the projection rule cannot store its patterns.
    public func run(load: Int, trial: Int) -> Outcome? {
        let patterns = HopfieldPatterns.random(
            units: units, count: counts[load], bias: bias, seed: seed, load: load, trial: trial)
        guard let memory = HopfieldMemory(patterns, rule: rule) else { return nil }
        let pattern = patterns[0]
        let recall = memory.recall(
            from: turned(pattern, load: load, trial: trial), seed: seed, load: load, trial: trial)
        return Outcome(
            overlap: zip(pattern, recall.state).reduce(0) { $0 + Int($1.0) * Int($1.1) },
            unstable: memory.unstableUnits(of: pattern), isFixed: recall.isFixed)
    }

    /// Turns an exact number of units.
    private func turned(_ pattern: [Int8], load: Int, trial: Int) -> [Int8] {
        var state = pattern
        var words = WordSequence(
            seed: seed, .hopfield(.start, load: load, sweep: 0), row: trial)
        var left = Int((flipped * Double(units)).rounded())
        for unit in state.indices where left > 0 {
            // Each of the units that remain is as likely to be among those that are left to turn.
            guard words.next(below: units - unit) < left else { continue }
            state[unit] = -state[unit]
            left -= 1
        }
        return state
    }
}
