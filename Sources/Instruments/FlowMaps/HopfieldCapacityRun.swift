import Analysis
public import FlowMaps
public import Ranks
public import Reports
import Runs

/// Recalls random patterns at several loads, for `wilson hopfield capacity`.
public struct HopfieldCapacityRun {
    private let trials: HopfieldTrials
    private let rule: HopfieldMemory.Rule
    private let hasTheory: Bool
    private let picture: String?

    /// The most products of all trials: units · patterns.
    private static let mostElements = 1 << 27

    /// - Parameters:
    ///   - loads: P/N of each memory.
    ///   - bias: The mean of the patterns' units.
    ///   - flipped: The share of the pattern's units that are turned at the start.
    ///   - picture: The SVG file of the overlaps to write, if any.
    public init(
        units: Int, loads: [Double], trials: Int, rule: HopfieldMemory.Rule, bias: Double,
        flipped: Double, seed: UInt64, picture: String?
    ) {
        self.rule = rule
        self.picture = picture
        hasTheory = bias == 0
        self.trials = HopfieldTrials(
            units: units, counts: loads.map { Int(($0 * Double(units)).rounded()) }, trials: trials,
            rule: rule, bias: bias, flipped: flipped, seed: seed)
    }

    /// Collective.
    ///
    /// Runs the trials, some on each rank; returns nil on all ranks but rank 0.
    ///
    /// - Parameter progress: Is told the share of this rank's trials that are done.
    public func run(
        _ world: borrowing Communicator, progress: (Double) -> Void
    ) throws -> HopfieldCapacityReport? {
        try check()
        if let picture { try world.checkWritable(picture) }
        let total = trials.counts.count * trials.trials
        // Overlap, unstable units and fixed points of each trial; a trial of another rank is 0.
        var found = [Int64](repeating: 0, count: 3 * total)
        // In turn: a trial of a higher load costs more.
        let own = Array(stride(from: world.rank, to: total, by: world.size))
        try world.together {
            for (number, place) in own.enumerated() {
                let load = place / trials.trials
                guard let outcome = trials.run(load: load, trial: place % trials.trials) else {
                    throw SharedFailure(
                        exitCode: ExitStatus.badFile,
                        "\(trials.counts[load]) drawn patterns of \(trials.units) units depend on "
                            + "each other, and the projection rule cannot hold them; use a larger "
                            + "--size or a smaller load")
                }
                found[3 * place] = Int64(outcome.overlap)
                found[3 * place + 1] = Int64(outcome.unstable)
                found[3 * place + 2] = outcome.isFixed ? 1 : 0
                progress(Double(number + 1) / Double(own.count))
            }
        }
        try world.sum(&found)
        let report = HopfieldCapacityReport(trials, rule: rule, hasTheory: hasTheory, found)
        try world.write(report.plot, to: picture)
        return world.rank == 0 ? report : nil
    }

    private func check() throws(SharedFailure) {
        for count in trials.counts {
            guard count >= 1 else {
                throw SharedFailure(
                    exitCode: ExitStatus.commandLine,
                    "a load of less than half a pattern of \(trials.units) units; expected at least "
                        + "\(1 / Double(trials.units))")
            }
            guard count <= Self.mostElements / trials.units else {
                throw SharedFailure(
                    exitCode: ExitStatus.commandLine,
                    "\(count) patterns of \(trials.units) units are \(count * trials.units) values; "
                        + "expected at most \(Self.mostElements)")
            }
            guard rule == .hebb || count < trials.units else {
                throw SharedFailure(
                    exitCode: ExitStatus.commandLine,
                    "\(count) patterns of \(trials.units) units depend on each other, and the "
                        + "projection rule cannot hold them; expected a load below 1")
            }
        }
    }
}

/// How well memories recall, beside the theory.
public struct HopfieldCapacityReport: Report, Sendable {
    let units: Int
    let rule: String
    let trials: Int
    let loads: [Double]
    let patterns: [Int]
    /// The mean overlaps of the recalled states with their patterns.
    let overlaps: [Double]
    let overlapErrors: [Double]
    /// The theory's overlaps; absent where it has none.
    let theory: [Double?]
    /// The shares of a pattern's units whose fields oppose them.
    let firstStepErrors: [Double]
    let firstStepErrorErrors: [Double]
    let firstStepTheory: [Double?]
    /// The shares of recalls that ended in a fixed point.
    let fixedPoints: [Double]
    /// α_c and m_c of Hebb's rule.
    let capacity: Double
    let capacityOverlap: Double

    init(_ runs: HopfieldTrials, rule: HopfieldMemory.Rule, hasTheory: Bool, _ found: [Int64]) {
        units = runs.units
        self.rule = rule.rawValue
        trials = runs.trials
        patterns = runs.counts
        let size = Double(runs.units)
        let loads = runs.counts.map { Double($0) / size }
        self.loads = loads
        func means(_ column: Int) -> [Estimate] {
            loads.indices.map { load in
                let values = (0..<runs.trials).map {
                    Double(found[3 * (load * runs.trials + $0) + column]) / size
                }
                return Estimate.mean(of: values)
            }
        }
        let overlaps = means(0)
        self.overlaps = overlaps.map(\.value)
        overlapErrors = overlaps.map(\.error)
        let errors = means(1)
        firstStepErrors = errors.map(\.value)
        firstStepErrorErrors = errors.map(\.error)
        fixedPoints = means(2).map { $0.value * size }
        theory = loads.map { load in
            guard hasTheory else { return nil }
            // The projection rule keeps all patterns that do not depend on each other.
            return rule == .hebb ? HopfieldTheory.overlap(load: load) : 1
        }
        firstStepTheory = loads.map { load in
            guard hasTheory else { return nil }
            return rule == .hebb ? HopfieldTheory.firstStepErrors(load: load) : 0
        }
        capacity = HopfieldTheory.capacity.load
        capacityOverlap = HopfieldTheory.capacity.overlap
    }

    /// The overlaps with their errors, on the theory's curve where there is one.
    var plot: Plot {
        var series: [Plot.Series] = []
        if !theory.contains(nil) {
            let (low, high) = (loads.min() ?? 0, loads.max() ?? 1)
            let curve = (0...400).map { low + (high - low) * Double($0) / 400 }
            series.append(
                .curve(
                    "theory of many units",
                    curve.map {
                        (
                            $0,
                            rule == HopfieldMemory.Rule.hebb.rawValue
                                ? HopfieldTheory.overlap(load: $0) : 1
                        )
                    }))
        }
        series.append(
            .points(
                "\(trials) trials",
                loads.indices.map { (loads[$0], overlaps[$0], overlapErrors[$0]) })
        )
        return Plot(
            "overlap with the pattern, \(units) units, \(rule) rule",
            horizontal: "patterns for each unit", series)
    }

    public var table: Table {
        var table = Table("memory of \(units) units by the \(rule) rule, \(trials) trials a load")
        table.columns(
            .right("load"), "patterns", "overlap", "theory", "first errors", "theory", "fixed")
        for load in loads.indices {
            table.row(
                decimal(loads[load], 4), "\(patterns[load])",
                estimateText(overlaps[load], overlapErrors[load], 4),
                theory[load].map { decimal($0, 4) } ?? "",
                estimateText(firstStepErrors[load], firstStepErrorErrors[load], 5),
                firstStepTheory[load].map { decimal($0, 5) } ?? "",
                "\(decimal(100 * fixedPoints[load], 0)) %")
        }
        table.line(
            "Hebb's rule recalls up to α_c = \(decimal(capacity, 8)), where m_c = "
                + "\(decimal(capacityOverlap, 6)); beyond, a remnant of about 0.35 stays of a "
                + "pattern from which a recall starts.")
        return table
    }
}
