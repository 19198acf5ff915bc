public import Datasets
public import FlowMaps
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

    /// The most values of a file: a memory needs all of them at once.
    private static let mostElements = 1 << 27

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
        let stored = try spins(of: patterns, world)
        let starts = try spins(of: cues, world)
        let memory = try world.together {
            guard starts.units == stored.units else {
                throw dataFault(
                    cues.path,
                    "its cases have \(starts.units) values, but the patterns in \(patterns.path) "
                        + "have \(stored.units)")
            }
            guard let memory = HopfieldMemory(stored.patterns, rule: rule) else {
                throw dataFault(
                    patterns.path,
                    "its \(stored.count) cases depend on each other linearly, and the projection "
                        + "rule cannot hold them; remove repeated and reversed cases, or use "
                        + "--rule hebb")
            }
            return memory
        }
        let share = world.share(of: starts.count)
        var states: [Int8] = []
        let numbers = try world.collect(
            3 * starts.count, share: 3 * share.lowerBound..<3 * share.upperBound
        ) { _ in
            share.flatMap { cue in
                let recall = memory.recall(from: starts[cue], seed: seed, trial: cue)
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
            memory, starts: starts, states: all.map { $0 == 1 ? 1 : -1 }, numbers: numbers,
            output: output)
    }

    /// The cases of a file as spins.
    struct Spins {
        let units: Int
        let count: Int
        let shape: [Int]
        /// Case by case, shape [count, units].
        let values: [Int8]

        subscript(number: Int) -> [Int8] {
            Array(values[number * units..<(number + 1) * units])
        }

        var patterns: HopfieldPatterns {
            HopfieldPatterns(units: units, count: count, spins: values)
        }
    }

    private func spins(of file: DataFile, _ world: borrowing Communicator) throws -> Spins {
        let opened = try file.open(seed: seed, world)
        let cases = opened.cases
        return try world.together {
            guard cases.encoding == .bits else {
                throw dataFault(
                    file.path,
                    "its values are \(opened.meaning), but a memory stores bits or spins; use "
                        + "--binarize threshold")
            }
            guard cases.count * cases.visible <= Self.mostElements else {
                throw dataFault(
                    file.path,
                    "it has \(cases.count * cases.visible) values; a memory takes at most "
                        + "\(Self.mostElements)")
            }
            var bytes = [UInt8](repeating: 0, count: cases.count * cases.visible)
            try cases.load(Array(0..<cases.count), draw: 0, into: &bytes)
            return Spins(
                units: cases.visible, count: cases.count, shape: opened.shape,
                values: bytes.map { $0 == 0 ? -1 : 1 })
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
        /// The energy of each unit.
        let energy: Double
        let sweeps: Int
        let isFixed: Bool
    }

    init(
        _ memory: HopfieldMemory, starts: HopfieldRecallRun.Spins, states: [Int8],
        numbers: [Double], output: String?
    ) {
        let stored = memory.patterns
        units = stored.units
        patterns = stored.count
        rule = memory.rule.rawValue
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
            "\(patterns) patterns of \(units) units by the \(rule) rule, \(cues.count) cues")
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
