import Analysis
public import Datasets
import DistributedTraining
import FlowMaps
import ModelFiles
import RandomStreams
public import Ranks
import RBMCore
public import Reports
import Runs
import Storage

/// Measures the potential energy of an auto-encoder, for `wilson autoencoder energy`.
public struct AutoEncoderEnergyRun {
    private let model: String
    private let data: DataFile
    private let output: String?
    private let seed: UInt64

    /// The number of the file's first cases that are taken; nil for all.
    public var cases: Int?

    /// - Parameter output: The NPY file for the potential of each case, if any.
    public init(model: String, data: DataFile, output: String?, seed: UInt64) {
        self.model = model
        self.data = data
        self.output = output
        self.seed = seed
    }

    /// The cases at which slopes are compared with differences.
    private static let comparedCases = 3
    /// The most values of a case that differences move.
    private static let comparedValues = 64

    /// Collective.
    ///
    /// Measures a share of the cases on each rank; returns nil on all ranks but rank 0.
    public func run(
        _ world: borrowing Communicator, progress: (Double) -> Void
    ) throws -> AutoEncoderEnergyReport? {
        if let output { try world.checkWritable(output) }
        setLinearAlgebraThreads(1)
        let model = try Model.load(model, world)
        let encoder = try world.together { try model.autoEncoders(self.model)[0] }
        let cases = try RealCases(data, for: model, most: cases, least: 2, seed: seed, world)
        let values = cases.values
        let parts = RowParts(rows: values.rows)
        let noise = noise(values)
        let machine = model.layers[0]
        let most = (0..<parts.count).reduce(0) { max($0, parts.rows(of: $1).count) }
        let all = try world.work(parts: parts.count, width: 3 * most) { part in
            let range = parts.rows(of: part)
            let (own, other) = (values.rows(range), noise.rows(range))
            let potentials = encoder.potentials(own)
            // By the program that knows nothing of auto-encoders.
            let differences = (0..<own.rows).map { row in
                let free = machine.freeEnergy(ofVisible: own.rows(row..<row + 1).elements)
                return abs(potentials[row] + free) / max(1, abs(free))
            }
            progress(Double(part + 1) / Double(parts.count))
            return [potentials, encoder.potentials(other), differences].flatMap {
                $0 + [Double](repeating: 0, count: most - $0.count)
            }
        }
        let columns = (0..<3).map { column in
            (0..<parts.count).flatMap { part in
                let first = (3 * part + column) * most
                return all[first..<first + parts.rows(of: part).count]
            }
        }
        let slope = try world.together {
            largestSlopeDifference(encoder, values)
        }
        try world.together {
            guard world.rank == 0, let output else { return }
            try writeNPY(columns[0], shape: [columns[0].count], to: output)
        }
        guard world.rank == 0 else { return nil }
        return AutoEncoderEnergyReport(
            model: self.model, output: encoder.output.rawValue, potentials: columns[0],
            noise: columns[1], slope: slope, freeEnergy: columns[2].max() ?? 0)
    }

    /// States whose values are those of the same unit in other cases, each drawn by itself: they have the
    /// means of the data, and nothing in common with them.
    private func noise(_ values: Matrix) -> Matrix {
        let stream = RandomStream(seed: seed, .autoEncoder(.noise, layer: 0, step: 1))
        return Matrix(rows: values.rows, columns: values.columns) { row, unit in
            let word = UInt64(stream.word(row: row, unit: unit))
            return values[Int((word * UInt64(values.rows)) >> 32), unit]
        }
    }

    /// The largest difference between the force and the central difference of the potential, of the fourth
    /// order, over some values of the first cases.
    private func largestSlopeDifference(_ encoder: AutoEncoder, _ values: Matrix) -> Double {
        let width = 1e-3
        var largest = 0.0
        for row in 0..<min(values.rows, Self.comparedCases) {
            let own = values.rows(row..<row + 1)
            let forces = encoder.forces(own)
            let step = max(1, own.columns / Self.comparedValues)
            let units = Array(stride(from: 0, to: own.columns, by: step))
            // Four moved states for each value.
            var moved = Matrix(
                rows: 4 * units.count, columns: own.columns,
                elements: Array(repeating: own.elements, count: 4 * units.count).flatMap { $0 })
            for (number, unit) in units.enumerated() {
                for (place, shift) in [1.0, -1, 2, -2].enumerated() {
                    moved[4 * number + place, unit] += shift * width
                }
            }
            let potentials = encoder.potentials(moved)
            for (number, unit) in units.enumerated() {
                let p = potentials[(4 * number)..<(4 * number + 4)].map { $0 }
                let slope = (8 * (p[0] - p[1]) - (p[2] - p[3])) / (12 * width)
                largest = max(largest, abs(forces[0, unit] - slope))
            }
        }
        return largest
    }
}

/// The potential of cases, and how exactly it is one.
public struct AutoEncoderEnergyReport: Report, Sendable {
    let output: String
    let cases: Int
    /// In nats.
    let meanPotential: Double
    let meanPotentialError: Double
    /// Of states whose values come from other cases each.
    let meanPotentialNoise: Double
    /// The probability that a case has a higher potential than such a state.
    let separation: Double
    /// The largest difference between the map's force and the difference quotient of the potential.
    let largestSlopeDifference: Double
    /// The largest difference from minus the free energy of the machine, as a share of it.
    let largestFreeEnergyDifference: Double

    @NotEncoded private var model: String

    init(
        model: String, output: String, potentials: [Double], noise: [Double], slope: Double,
        freeEnergy: Double
    ) {
        self.model = model
        self.output = output
        cases = potentials.count
        let mean = Estimate.mean(of: potentials)
        meanPotential = mean.value
        meanPotentialError = mean.error
        meanPotentialNoise = noise.reduce(0, +) / Double(noise.count)
        // By ranks: pairs of which the case is higher, ties by half.
        let order = (potentials.map { ($0, true) } + noise.map { ($0, false) })
            .sorted { $0.0 < $1.0 }
        var (below, pairs) = (0.0, 0.0)
        var first = 0
        while first < order.count {
            var end = first
            while end < order.count, order[end].0 == order[first].0 { end += 1 }
            let own = Double(order[first..<end].count { $0.1 })
            let others = Double(end - first) - own
            pairs += own * (below + others / 2)
            below += others
            first = end
        }
        separation = pairs / Double(potentials.count * noise.count)
        largestSlopeDifference = slope
        largestFreeEnergyDifference = freeEnergy
    }

    public var table: Table {
        var table = Table("potential U of the auto-encoder \(model), \(cases) cases")
        table.columns("", .left())
        table.row(
            "U of the cases", estimateText(meanPotential, meanPotentialError, 4) + " nats")
        table.row(
            "U of noise",
            "\(decimal(meanPotentialNoise, 4)) nats, of values from other cases each")
        table.row(
            "separation", "\(decimal(separation, 4)): a case has a higher U than noise so often")
        table.row(
            output == "linear" ? "∇U = r(x) − x" : "∇U = ln r/(1 − r)",
            "to \(scientific(largestSlopeDifference))")
        table.row(
            "U = −F", "to \(scientific(largestFreeEnergyDifference)) of it, F of the machine")
        return table
    }
}
