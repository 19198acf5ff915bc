import Analysis
import Ising
import Renormalization
public import Reports

/// A flow of temperatures, and the fixed points of its deterministic map.
public struct FlowReport: Report {
    private let model: String
    private let size: Int
    private let samples: Int
    private let flows: [TemperatureFlow]
    private let points: MeanFieldFixedPoints
    private let heatPeak: Double

    /// The most fixed points in the table for people.
    private static let shownPoints = 12

    /// - Parameter points: The fixed points, with the basins of the couplings first and that of the
    ///   undecided start last.
    init(
        model: String, size: Int, samples: Int, flows: [TemperatureFlow],
        points: MeanFieldFixedPoints
    ) throws {
        self.model = model
        self.size = size
        self.samples = samples
        self.flows = flows
        self.points = points
        heatPeak = try Thermometer(size: size).couplingOfLargestSpecificHeat()
    }

    // MARK: For people

    public var table: Table {
        var table = Table(
            "v → h → v of \(model), \(samples) configurations of the \(size)×\(size) torus a start",
            "K is read off the energy by Kaufman's exact one of this size; |m| and C beside the "
                + "Ising model's at that K")
        table.columns(
            .right("step"), "energy", "K", "T", "|m|", "Ising", "C", "Ising", .left("Ising?"))
        for flow in flows {
            table.row("K = \(decimal(flow.start, 4))")
            for row in flow.rows { table.row(cells(row)) }
        }
        table.line(
            "K_c = \(decimal(criticalCoupling, 4)); the specific heat of this size is largest at "
                + "K = \(decimal(heatPeak, 4))")
        for flow in flows {
            table.line(
                "  from K = \(decimal(flow.start, 4)): \(flow.direction.rawValue)"
                    + " (renormalization: \(renormalization(flow.start)))")
        }
        table.line(
            "v → h → v is the sampler of the model: in the end every flow has the temperature of "
                + "the model, whatever it was trained on")
        addPoints(to: &table)
        return table
    }

    private func cells(_ row: TemperatureFlow.Row) -> [String] {
        let magnetization = decimal(row.magnetization.value, 4)
        let start = [
            "\(row.step)", "\(decimal(row.energy.value, 4)) ± \(decimal(row.energy.error, 4))",
        ]
        guard let coupling = row.coupling else {
            return start + [words(row.reading), "", magnetization]
        }
        return start + [
            "\(decimal(coupling.value, 4)) ± \(decimal(coupling.error, 4))",
            decimal(1 / coupling.value, 3), magnetization,
            decimal(row.magnetizationReference?.value, 4), decimal(row.specificHeat?.value, 4),
            decimal(row.specificHeatReference, 4),
            row.isConsistent.map { $0 ? "yes" : "no" } ?? "–",
        ]
    }

    private func words(_ reading: Thermometer.Reading) -> String {
        switch reading {
        case .coupling: "a coupling"
        case .hotterThanAny: "hotter than any T > 0"
        case .colderThanAll: "colder than K = \(Thermometer.strongest)"
        }
    }

    /// Says to which fixed point the renormalization group takes a coupling.
    private func renormalization(_ coupling: Double) -> String {
        if abs(coupling - criticalCoupling) < 1e-9 { return "at rest" }
        return coupling < criticalCoupling ? "away, to K = 0" : "away, to K = ∞"
    }

    private func addPoints(to table: inout Table) {
        table.line(
            "fixed points of the deterministic map: \(points.points.count), attracting where the "
                + "radius is below 1; starts that end there by K, and from undecided means")
        let groups = flows.map { decimal($0.start, 3) } + ["undecided"]
        table.columns(
            [.right("mean"), "residual", "radius", "G"] + groups.map { Table.Column($0) })
        // The undecided start always has a row, because it tells whether disorder is stable.
        let first = points.points.prefix(Self.shownPoints)
        let others = points.points.dropFirst(Self.shownPoints)
        for point in first + others.filter({ $0.basin[flows.count] > 0 }) {
            table.row(
                [
                    decimal(point.mean, 4), scientific(point.residual),
                    decimal(point.spectralRadius, 4), decimal(point.freeEnergy, 4),
                ] + point.basin.map { "\($0)" })
        }
        let rest = others.filter { $0.basin[flows.count] == 0 }
        if !rest.isEmpty {
            let sums = groups.indices.map { group in rest.reduce(0) { $0 + $1.basin[group] } }
            table.row(["\(rest.count) more", "", "", ""] + sums.map { "\($0)" })
        }
        guard points.moving.contains(where: { $0 > 0 }) else { return }
        table.row(["moving", "", "", ""] + points.moving.map { "\($0)" })
        table.line(
            "Starts that move were still moving after \(MeanFieldFixedPoints.mostSteps) steps.")
    }

    // MARK: JSON

    private enum Key: CodingKey {
        case size, samples, criticalCoupling, couplingOfLargestSpecificHeat, flows, fixedPoints
        case stillMoving
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(size, forKey: .size)
        try container.encode(samples, forKey: .samples)
        try container.encode(criticalCoupling, forKey: .criticalCoupling)
        try container.encode(heatPeak, forKey: .couplingOfLargestSpecificHeat)
        let codedFlows = flows.map { flow in
            CodedFlow(
                coupling: flow.start, direction: flow.direction.rawValue,
                steps: flow.rows.map { CodedRow($0, reading: words($0.reading)) })
        }
        try container.encode(codedFlows, forKey: .flows)
        try container.encode(points.points.map(CodedPoint.init), forKey: .fixedPoints)
        try container.encode(points.moving, forKey: .stillMoving)
    }
}

/// The keys of the flow from one coupling.
private struct CodedFlow: Encodable {
    let coupling: Double
    let direction: String
    let steps: [CodedRow]
}

/// The keys of a measured step; quantities that cannot be read off are null.
private struct CodedRow: Encodable {
    let step: Int
    let energy: Double
    let energyError: Double
    let reading: String
    @OrNull private(set) var coupling: Double?
    @OrNull private(set) var couplingError: Double?
    let absMagnetization: Double
    let absMagnetizationError: Double
    @OrNull private(set) var absMagnetizationReference: Double?
    @OrNull private(set) var specificHeat: Double?
    @OrNull private(set) var specificHeatError: Double?
    @OrNull private(set) var specificHeatReference: Double?
    @OrNull private(set) var consistent: Bool?

    init(_ row: TemperatureFlow.Row, reading: String) {
        step = row.step
        energy = row.energy.value
        energyError = row.energy.error
        self.reading = row.coupling == nil ? reading : "coupling"
        coupling = row.coupling?.value
        couplingError = row.coupling?.error
        absMagnetization = row.magnetization.value
        absMagnetizationError = row.magnetization.error
        absMagnetizationReference = row.magnetizationReference?.value
        specificHeat = row.specificHeat?.value
        specificHeatError = row.specificHeat?.error
        specificHeatReference = row.specificHeatReference
        consistent = row.isConsistent
    }
}

/// The keys of a fixed point.
private struct CodedPoint: Encodable {
    let mean: Double
    let residual: Double
    let spectralRadius: Double
    let freeEnergy: Double
    let basin: [Int]

    init(_ point: MeanFieldFixedPoints.Point) {
        mean = point.mean
        residual = point.residual
        spectralRadius = point.spectralRadius
        freeEnergy = point.freeEnergy
        basin = point.basin
    }
}
