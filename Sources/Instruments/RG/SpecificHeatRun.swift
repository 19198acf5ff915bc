import Datasets
import DistributedTraining
import Foundation
import ModelFiles
public import Ranks
import RBMCore
import Renormalization
public import Reports
import Runs

/// Finds the temperature at which the specific heat of a machine is largest, for `wilson rg specific-heat`.
public struct SpecificHeatRun {
    private let model: String
    private let temperatures: [Double]
    private let picture: String?

    /// - Parameters:
    ///   - range: The lowest and the highest temperature, in units of the machine's own.
    ///   - points: The temperatures from one to the other, each the same factor above the one before.
    ///   - picture: The SVG file of both curves to write, if any.
    public init(model: String, range: ClosedRange<Double>, points: Int, picture: String?) {
        self.model = model
        self.picture = picture
        let factor = range.upperBound / range.lowerBound
        temperatures = (0..<points).map {
            range.lowerBound * pow(factor, Double($0) / Double(points - 1))
        }
    }

    /// Collective.
    ///
    /// Sums over all states, a share of them on each rank; returns nil on all ranks but rank 0.
    ///
    /// - Parameter progress: Is told the share of this rank's work that is done.
    public func run(
        _ world: borrowing Communicator, progress: (Double) -> Void
    ) throws -> SpecificHeatReport? {
        if let picture { try world.checkWritable(picture) }
        let model = try Model.load(model, world)
        let rbm = model.layers[0]
        let heat = try world.together { () throws -> MachineHeat in
            guard model.layers.count == 1, rbm.visibleUnits.alternatives == 2,
                rbm.hiddenUnits.alternatives == 2
            else {
                throw dataFault(
                    self.model,
                    "has \(model.layers.count) layers, \(rbm.visibleUnits) visible and "
                        + "\(rbm.hiddenUnits) hidden units; expected one layer of units of two states"
                )
            }
            guard rbm.visibleCount <= MachineHeat.mostUnits else {
                throw dataFault(
                    self.model,
                    "has \(rbm.visibleCount) visible units, and all their states are summed; expected "
                        + "at most \(MachineHeat.mostUnits)")
            }
            return MachineHeat(rbm)
        }
        func heats(_ temperatures: [Double], _ progress: (Double) -> Void) throws -> (
            machine: [Double], visible: [Double]
        ) {
            let width = temperatures.count * MachineHeat.numbers
            let all = try world.work(parts: heat.blocks, width: width) { block in
                progress(Double(block + 1) / Double(heat.blocks))
                return heat.sums(ofBlock: block, temperatures: temperatures)
            }
            return MachineHeat.heats(all, temperatures: temperatures)
        }
        let found = try heats(temperatures, progress)
        let machine = try peak(found.machine) { try heats($0, { _ in }).machine }
        let visible = try peak(found.visible) { try heats($0, { _ in }).visible }
        let own = try heats([1], { _ in })
        let report = SpecificHeatReport(
            model: self.model, temperatures: temperatures, machine: found.machine,
            visible: found.visible, peak: machine, visiblePeak: visible, own: own.machine[0],
            ownVisible: own.visible[0])
        try world.write(report.plot, to: picture)
        return world.rank == 0 ? report : nil
    }

    /// The temperature of the largest specific heat, by finer and finer grids; nil at an end of the range.
    private func peak(
        _ heats: [Double], _ measure: ([Double]) throws -> [Double]
    ) throws -> Double? {
        var (grid, values) = (temperatures, heats)
        for round in 0..<4 {
            guard let place = values.indices.max(by: { values[$0] < values[$1] }), place > 0,
                place < values.count - 1
            else { return round == 0 ? nil : grid[values.firstIndex(of: values.max() ?? 0) ?? 0] }
            guard round < 3 else { return grid[place] }
            let (low, high) = (grid[place - 1], grid[place + 1])
            grid = (0..<21).map { low + (high - low) * Double($0) / 20 }
            values = try measure(grid)
        }
        return nil
    }
}

/// A machine's specific heat against temperature.
public struct SpecificHeatReport: Report, Sendable {
    /// In units of the machine's own temperature.
    let temperatures: [Double]
    /// Var(E)/T², in units of k.
    let specificHeat: [Double]
    /// Var(F)/T² of the visible units alone.
    let specificHeatVisible: [Double]
    /// Where the first is largest; null at an end of the range.
    @OrNull private(set) var peak: Double?
    @OrNull private(set) var peakVisible: Double?
    /// Both at T = 1.
    let own: Double
    let ownVisible: Double

    @NotEncoded private var model: String

    /// The rows of the table.
    private static let shown = 12

    init(
        model: String, temperatures: [Double], machine: [Double], visible: [Double], peak: Double?,
        visiblePeak: Double?, own: Double, ownVisible: Double
    ) {
        self.model = model
        self.temperatures = temperatures
        specificHeat = machine
        specificHeatVisible = visible
        self.peak = peak
        peakVisible = visiblePeak
        self.own = own
        self.ownVisible = ownVisible
    }

    /// Both curves, and what they are at T = 1.
    var plot: Plot {
        Plot(
            "specific heat, Var(E)/T² and Var(F)/T²", horizontal: "T",
            [
                .curve("E(v, h)", Array(zip(temperatures, specificHeat))),
                .curve("F(v)", Array(zip(temperatures, specificHeatVisible))),
                .points("T = 1", [(1, own, 0), (1, ownVisible, 0)]),
            ])
    }

    public var table: Table {
        var table = Table(
            "specific heat of \(model), p ∝ e^(−E/T), summed over all visible states")
        table.columns(.right("T"), "C of E(v, h)", "C of F(v)")
        let step = max(1, (temperatures.count + Self.shown - 1) / Self.shown)
        for place in stride(from: 0, to: temperatures.count, by: step) {
            table.row(
                decimal(temperatures[place], 4), decimal(specificHeat[place], 6),
                decimal(specificHeatVisible[place], 6))
        }
        table.row("1", decimal(own, 6), decimal(ownVisible, 6))
        func text(_ peak: Double?) -> String {
            peak.map { "T = \(decimal($0, 4))" } ?? "an end of the range"
        }
        table.line("largest at \(text(peak)) for E(v, h), at \(text(peakVisible)) for F(v)")
        table.line("A machine that learning made critical would have its peak at T = 1.")
        return table
    }
}
