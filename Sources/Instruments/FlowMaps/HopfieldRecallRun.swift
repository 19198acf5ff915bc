public import Datasets
import DistributedTraining
public import FlowMaps
import ModelFiles
public import Ranks
import RBMCore
public import Reports
import Runs
import Storage

/// Stores the cases of a file and completes the cues of another, for `wilson hopfield recall`.
public struct HopfieldRecallRun {
    private let patterns: DataFile
    private let cues: DataFile
    private let rule: HopfieldMemory.Rule
    private let output: String?
    private let seed: UInt64

    /// The trained machine that completes the cues; nil for a memory of the patterns.
    public var model: String?

    /// - Parameter output: The NPY file for the recalled states, if any.
    public init(
        patterns: DataFile, cues: DataFile, rule: HopfieldMemory.Rule, output: String?, seed: UInt64
    ) {
        self.patterns = patterns
        self.cues = cues
        self.rule = rule
        self.output = output
        self.seed = seed
    }

    /// Collective.
    ///
    /// Recalls a share of the cues on each rank; returns nil on all ranks but rank 0.
    ///
    /// - Parameter progress: Is told the share of this rank's cues that are done.
    public func run(
        _ world: borrowing Communicator, progress: (Double) -> Void
    ) throws -> HopfieldRecallReport? {
        if let output { try world.checkWritable(output) }
        let stored = try HopfieldSpins(patterns, seed: seed, world)
        let starts = try HopfieldSpins(cues, seed: seed, world)
        let machine = try machine(for: stored.units, world)
        let recall = try world.together { () throws -> any CueCompletion in
            guard starts.units == stored.units else {
                throw dataFault(
                    cues.path,
                    "its cases have \(starts.units) values, but the patterns in \(patterns.path) "
                        + "have \(stored.units)")
            }
            if let machine { return MachineCompletion(machine) }
            return try stored.memory(rule, from: patterns.path)
        }
        let share = world.share(of: starts.count)
        var states: [Int8] = []
        let numbers = try world.collect(
            3 * starts.count, share: 3 * share.lowerBound..<3 * share.upperBound
        ) { _ in
            share.flatMap { cue in
                let recall = recall.complete(starts[cue], seed: seed, number: cue)
                states += recall.state
                progress(Double(cue + 1 - share.lowerBound) / Double(share.count))
                return [recall.energy, Double(recall.sweeps), recall.isFixed ? 1 : 0]
            }
        }
        let all = try world.gather(states.map { UInt8($0 == 1 ? 1 : 0) })?.flatMap { $0 }
        try world.together {
            guard let output, let all else { return }
            try writeNPY(all, shape: [starts.count] + starts.shape, to: output)
        }
        guard let all else { return nil }
        return HopfieldRecallReport(
            stored.patterns, by: machine == nil ? rule.rawValue : "machine", starts: starts,
            states: all.map { $0 == 1 ? 1 : -1 }, numbers: numbers, output: output)
    }

    /// Collective.
    ///
    /// Reads the machine that completes the cues; nil where a memory does.
    private func machine(for units: Int, _ world: borrowing Communicator) throws -> RBM? {
        guard let path = model else { return nil }
        let model = try Model.load(path, world)
        return try world.together {
            let rbm = model.layers[0]
            guard model.layers.count == 1, rbm.visibleUnits.alternatives == 2,
                rbm.visibleCount == units
            else {
                throw dataFault(
                    path,
                    "is a stack of \(model.layers.count) with \(rbm.unitsText) units below; expected "
                        + "one layer whose \(units) visible units have two states, as the patterns")
            }
            return rbm
        }
    }
}

/// What cues were completed to.
public struct HopfieldRecallReport: Report, Sendable {
    let units: Int
    let patterns: Int
    let rule: String
    let cues: [Cue]
    /// Cues that ended at a pattern or the reverse of one.
    let recalled: Int
    /// Cues that ended at a mixture of three patterns.
    let mixtures: Int
    /// Cues that ended at neither.
    let glassy: Int

    @NotEncoded private var output: String?

    /// What became of one cue.
    struct Cue: Encodable, Sendable {
        /// `pattern`, `reversed`, `mixture` or `glassy`.
        let kind: String
        /// The numbers of the patterns in it, from 0.
        let patterns: [Int]
        /// The largest overlap with a pattern, from −1 to 1, before and after.
        let overlapBefore: Double
        let overlap: Double
        /// The energy of each unit; of a machine its free energy, in nats.
        let energy: Double
        let sweeps: Int
        let isFixed: Bool
    }

    init(
        _ stored: HopfieldPatterns, by rule: String, starts: HopfieldSpins, states: [Int8],
        numbers: [Double], output: String?
    ) {
        units = stored.units
        patterns = stored.count
        self.rule = rule
        self.output = output
        func largestOverlap(_ state: [Int8]) -> Double {
            let overlap = stored.overlaps(with: state).max { $0.magnitude < $1.magnitude } ?? 0
            return Double(overlap) / Double(stored.units)
        }
        cues = (0..<starts.count).map { cue in
            let state = Array(states[cue * stored.units..<(cue + 1) * stored.units])
            let (kind, patterns): (String, [Int]) =
                switch RecalledState(state, among: stored) {
                case .pattern(let number, isReversed: false): ("pattern", [number])
                case .pattern(let number, isReversed: true): ("reversed", [number])
                case .mixture(let numbers): ("mixture", numbers)
                case .glassy: ("glassy", [])
                }
            return Cue(
                kind: kind, patterns: patterns, overlapBefore: largestOverlap(starts[cue]),
                overlap: largestOverlap(state), energy: numbers[3 * cue],
                sweeps: Int(numbers[3 * cue + 1]), isFixed: numbers[3 * cue + 2] == 1)
        }
        recalled = cues.count { $0.kind == "pattern" || $0.kind == "reversed" }
        mixtures = cues.count { $0.kind == "mixture" }
        glassy = cues.count { $0.kind == "glassy" }
    }

    /// The cues that the table shows; JSON has all.
    private static let shownCues = 20

    public var table: Table {
        var table = Table(
            "\(patterns) patterns of \(units) units by the "
                + (rule == "machine" ? "machine" : "\(rule) rule") + ", \(cues.count) cues")
        table.columns(.right("cue"), .left("became"), "overlap", "before", "energy", "sweeps")
        for (number, cue) in cues.prefix(Self.shownCues).enumerated() {
            let names = cue.patterns.map(String.init).joined(separator: ", ")
            let name =
                switch cue.kind {
                case "pattern": "pattern \(names)"
                case "reversed": "reverse of \(names)"
                case "mixture": "spurious: mixture of \(names)"
                default: "spurious: glassy"
                }
            table.row(
                "\(number)", name + (cue.isFixed ? "" : " (not settled)"), decimal(cue.overlap, 4),
                decimal(cue.overlapBefore, 4), decimal(cue.energy, 4), "\(cue.sweeps)")
        }
        if cues.count > Self.shownCues {
            table.line("… and \(cues.count - Self.shownCues) more; --json has all")
        }
        table.line("\(recalled) recalled, \(mixtures) mixtures, \(glassy) glassy")
        if let output { table.line("states written to \(output)") }
        return table
    }
}
