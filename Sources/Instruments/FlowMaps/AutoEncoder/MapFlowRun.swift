import Analysis
public import Datasets
import DistributedTraining
import FlowMaps
import ModelFiles
import RandomStreams
public import Ranks
import RBMCore
import Renormalization
public import Reports
import Runs
import Storage

/// Applies the map v → h → v of an auto-encoder, or of a machine by means, again and again, for
/// `wilson autoencoder flow`.
public struct MapFlowRun {
    private let model: String
    private let data: DataFile
    private let starts: Int
    private let seed: UInt64

    /// The layer whose map is followed; those below it bring the data up.
    public var layer = 0
    /// The picture of trajectories, if any.
    public var trajectories: String?
    /// The picture of the fixed points, if any.
    public var points: String?

    /// Where starts come from.
    enum Start: String, CaseIterable {
        case data, noise, half
    }

    /// - Parameter starts: The starts of each kind.
    public init(model: String, data: DataFile, starts: Int, seed: UInt64) {
        self.model = model
        self.data = data
        self.starts = starts
        self.seed = seed
    }

    /// The steps that a picture shows.
    private static let shownSteps = [0, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000]
    /// The most fixed points in a picture.
    private static let shownPoints = 100

    /// Collective.
    ///
    /// Follows starts, some on each rank; returns nil on all ranks but rank 0.
    ///
    /// - Parameter progress: Is told the share of this rank's starts that are done.
    public func run(
        _ world: borrowing Communicator, progress: (Double) -> Void
    ) throws -> MapFlowReport? {
        for path in [trajectories, points].compactMap({ $0 }) { try world.checkWritable(path) }
        setLinearAlgebraThreads(1)
        let model = try Model.load(model, world)
        let rbm = try world.together { try machine(model) }
        let cases = try RealCases(data, for: model, most: starts, least: 1, seed: seed, world)
        let values = try world.together { try brought(cases.values, up: model) }
        let map = MeanFieldMap(rbm)
        let all = starts(values)
        let units = rbm.visibleCount
        // The end of each start, its residual, its steps, the rise of G, and the shown states.
        let shown = trajectories == nil ? [] : Self.shownSteps
        let width = units + 3 + shown.count * units
        let own = world.share(of: all.count)
        let found = try world.collect(
            all.count * width, share: own.lowerBound * width..<own.upperBound * width
        ) { _ in
            own.flatMap { number in
                let course = MapCourse(from: all[number].state, under: map, shown: shown)
                progress(Double(number + 1 - own.lowerBound) / Double(own.count))
                return course.end.visible + [
                    course.end.residual, Double(course.steps), course.largestRise,
                ] + course.states.flatMap { $0 }
            }
        }
        guard world.rank == 0 else {
            try world.together {}
            return nil
        }
        func row(_ number: Int) -> ArraySlice<Double> {
            found[number * width..<(number + 1) * width]
        }
        let ends = all.indices.map { number -> (end: MeanFieldFixedPoints.End, group: Int) in
            let row = Array(row(number))
            return (
                MeanFieldFixedPoints.End(visible: Array(row[..<units]), residual: row[units]),
                all[number].group
            )
        }
        let fixed = MeanFieldFixedPoints(ends, groups: Start.allCases.count, under: map)
        try world.together {
            if let trajectories {
                let states = all.indices.flatMap { Array(row($0).dropFirst(units + 3)) }
                try sheet(states, model, cases.shape, columns: shown.count)
                    .writePNG(to: trajectories)
            }
            if let points, !fixed.points.isEmpty {
                let states = fixed.points.prefix(Self.shownPoints).flatMap(\.visible)
                try sheet(states, model, cases.shape).writePNG(to: points)
            }
        }
        return MapFlowReport(
            model: self.model, isAutoEncoder: model.autoEncoderOutput != nil, fixed,
            starts: all.indices.map {
                let row = Array(row($0).dropFirst(units).prefix(3))
                return MapFlowReport.Start(
                    from: Start.allCases[all[$0].group].rawValue, steps: Int(row[1]),
                    residual: row[0])
            },
            largestRise: all.indices.map { Array(row($0))[units + 2] }.max() ?? 0)
    }

    private func machine(_ model: Model) throws -> RBM {
        guard model.layers.indices.contains(layer) else {
            throw dataFault(
                self.model,
                "has no layer \(layer); the topmost is layer \(model.layers.count - 1)")
        }
        let rbm = model.layers[layer]
        guard rbm.visibleUnits.columns == 1, rbm.hiddenUnits.columns == 1 else {
            throw dataFault(
                self.model,
                "has \(rbm.visibleUnits) visible and \(rbm.hiddenUnits) hidden units; the map of means "
                    + "is for units of two states and Gaussian ones")
        }
        return rbm
    }

    /// The means of the units below the layer.
    private func brought(_ values: Matrix, up model: Model) throws -> Matrix {
        guard layer > 0 else { return values }
        let below = Model(
            layers: Array(model.layers[..<layer]), imageShape: model.imageShape,
            notes: model.notes)
        return try below.encoderStack(self.model).encode(values)
    }

    /// Cases as they are; values drawn evenly between the least and the largest one; and cases whose later
    /// half is the mean of all.
    private func starts(_ values: Matrix) -> [(state: [Double], group: Int)] {
        let units = values.columns
        let (least, most) = (values.elements.min() ?? 0, values.elements.max() ?? 1)
        let means = (0..<units).map { unit in
            (0..<values.rows).reduce(0.0) { $0 + values[$1, unit] } / Double(values.rows)
        }
        let stream = RandomStream(seed: seed, .autoEncoder(.noise, layer: layer, step: 0))
        let cases = (0..<values.rows).map { values.rows($0..<$0 + 1).elements }
        return cases.map { ($0, 0) }
            + cases.indices.map { row in
                let state = (0..<units).map { unit in
                    least + (most - least) * (Double(stream.word(row: row, unit: unit)) + 0.5)
                        * 0x1p-32
                }
                return (state, 1)
            } + cases.map { (Array($0[..<(units / 2)] + means[(units / 2)...]), 2) }
    }

    /// States as pictures: the smallest value of all is black and the largest white.
    private func sheet(
        _ states: [Double], _ model: Model, _ shape: [Int], columns: Int? = nil
    ) -> PixelImage {
        let kind = model.layers[layer].visibleUnits
        let (low, high) =
            kind.isDiscrete
            ? (kind.value(0), kind.value(1)) : (states.min() ?? 0, states.max() ?? 1)
        let units = model.layers[layer].visibleCount
        return SampleSheet.sheet(
            states.map { Float(($0 - low) / max(high - low, .leastNormalMagnitude)) },
            shape: layer == 0 ? shape : [units], columns: columns)
    }
}

/// The course of one start under the map.
struct MapCourse {
    let end: MeanFieldFixedPoints.End
    /// How often the map was applied.
    let steps: Int
    /// The largest rise of the mean-field free energy in half a step as a share of it; negative where it
    /// always fell.
    let largestRise: Double
    /// The states after the shown steps; the last one stands for steps that were not made.
    let states: [[Double]]

    init(from start: [Double], under map: MeanFieldMap, shown: [Int]) {
        var state = start
        var (steps, residual) = (0, Double.infinity)
        var states = shown.contains(0) ? [start] : []
        var rise = -Double.infinity
        var before: Double?
        while steps < MeanFieldFixedPoints.mostSteps, residual > MeanFieldFixedPoints.tolerance {
            let hidden = map.hiddenMeans(state)
            let next = map.visibleMeans(hidden)
            for visible in [state, next] {
                let energy = map.freeEnergy(visible: visible, hidden: hidden)
                if let before { rise = max(rise, (energy - before) / max(1, abs(before))) }
                before = energy
            }
            residual = zip(next, state).reduce(0) { max($0, abs($1.0 - $1.1)) }
            state = next
            steps += 1
            if shown.contains(steps) { states.append(state) }
        }
        end = MeanFieldFixedPoints.End(visible: state, residual: residual)
        self.steps = steps
        largestRise = rise
        while states.count < shown.count { states.append(state) }
        self.states = states
    }
}

/// Where a map takes its starts.
public struct MapFlowReport: Report, Sendable {
    /// A state that the map does not change.
    struct Point: Encodable, Sendable {
        let residual: Double
        let spectralRadius: Double
        let freeEnergy: Double
        /// The starts that end there: from data, noise and half cases.
        let basin: [Int]
    }

    /// A start.
    struct Start: Encodable, Sendable {
        let from: String
        let steps: Int
        let residual: Double
    }

    let kind: String
    let fixedPoints: [Point]
    /// The starts of each kind that were still moving in the end.
    let stillMoving: [Int]
    /// The largest relative rise of the mean-field free energy in half a step; negative where it always fell.
    let largestRise: Double
    let starts: [Start]

    @NotEncoded private var model: String

    /// The most fixed points in the table.
    private static let shownPoints = 12

    init(
        model: String, isAutoEncoder: Bool, _ fixed: MeanFieldFixedPoints, starts: [Start],
        largestRise: Double
    ) {
        self.model = model
        kind = isAutoEncoder ? "auto-encoder" : "machine"
        fixedPoints = fixed.points.map {
            Point(
                residual: $0.residual, spectralRadius: $0.spectralRadius,
                freeEnergy: $0.freeEnergy, basin: $0.basin)
        }
        stillMoving = fixed.moving
        self.largestRise = largestRise
        self.starts = starts
    }

    public var table: Table {
        var table = Table(
            "v → h → v of the \(kind) \(model), \(starts.count) starts",
            "\(fixedPoints.count) fixed point\(fixedPoints.count == 1 ? "" : "s"), attracting where the radius is below 1; starts that "
                + "end there by their kind")
        table.columns(.right("residual"), "radius", "G", "data", "noise", "half")
        for point in fixedPoints.prefix(Self.shownPoints) {
            table.row(
                [
                    scientific(point.residual), decimal(point.spectralRadius, 6),
                    decimal(point.freeEnergy, 4),
                ] + point.basin.map { "\($0)" })
        }
        let rest = fixedPoints.dropFirst(Self.shownPoints)
        if !rest.isEmpty {
            table.row(
                ["\(rest.count) more", "", ""]
                    + (0..<3).map { group in "\(rest.reduce(0) { $0 + $1.basin[group] })" })
        }
        if stillMoving.contains(where: { $0 > 0 }) {
            table.row(["moving", "", ""] + stillMoving.map { "\($0)" })
            table.line(
                "Starts that move were still moving after \(MeanFieldFixedPoints.mostSteps) steps.")
        }
        table.line(
            largestRise <= 0
                ? "The mean-field free energy never rose."
                : "The mean-field free energy rose by at most \(scientific(largestRise)) of itself: "
                    + "rounding where it is below 1e-12.")
        return table
    }
}
