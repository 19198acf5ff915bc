import Analysis
import Ising
import Renormalization
import Reports

/// A flow of temperatures and the fixed points of its deterministic map, for people and as JSON.
struct FlowReport {
    private let model: String
    private let size: Int
    private let samples: Int
    private let flows: [TemperatureFlow]
    private let points: MeanFieldFixedPoints
    private let heatPeak: Double

    /// Fixed points in the table for people.
    private static let shownPoints = 12

    /// - Parameter points: Their basins by coupling, then the undecided start.
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

    var text: String {
        var lines = [
            "v → h → v of \(model), \(samples) configurations of the \(size)×\(size) torus a start",
            "K is read off the energy by Kaufman's exact one of this size; |m| and C beside the "
                + "Ising model's at that K",
            pad("step", 6) + pad("energy", 20) + pad("K", 18) + pad("T", 9)
                + pad("|m|", 9) + pad("Ising", 9) + pad("C", 9) + pad("Ising", 9) + "  Ising?",
        ]
        for flow in flows {
            lines.append("from K = \(decimal(flow.start, 4))")
            lines += flow.rows.map(line)
        }
        lines.append(
            "K_c = \(decimal(criticalCoupling, 4)); the specific heat of this size is largest at "
                + "K = \(decimal(heatPeak, 4))")
        for flow in flows {
            lines.append(
                "  from K = \(decimal(flow.start, 4)): \(flow.direction.rawValue)"
                    + " (renormalization: \(renormalization(flow.start)))")
        }
        lines.append(
            "v → h → v is the sampler of the model: in the end every flow has the temperature of "
                + "the model, whatever it was trained on")
        lines += pointLines
        return lines.joined(separator: "\n")
    }

    private func line(_ row: TemperatureFlow.Row) -> String {
        let energy = "\(decimal(row.energy.value, 4)) ± \(decimal(row.energy.error, 4))"
        let start = pad("\(row.step)", 6) + pad(energy, 20)
        guard let coupling = row.coupling else {
            return start + pad(words(row.reading), 27)
                + pad(decimal(row.magnetization.value, 4), 9)
        }
        return start
            + pad("\(decimal(coupling.value, 4)) ± \(decimal(coupling.error, 4))", 18)
            + pad(decimal(1 / coupling.value, 3), 9)
            + pad(decimal(row.magnetization.value, 4), 9)
            + pad(decimal(row.magnetizationReference?.value, 4), 9)
            + pad(decimal(row.specificHeat?.value, 4), 9)
            + pad(decimal(row.specificHeatReference, 4), 9)
            + (row.isConsistent == true ? "  yes" : "  no")
    }

    private func words(_ reading: Thermometer.Reading) -> String {
        switch reading {
        case .coupling: "a coupling"
        case .hotterThanAny: "hotter than any T > 0"
        case .colderThanAll: "colder than K = \(Thermometer.strongest)"
        }
    }

    /// Where the renormalization group takes a coupling.
    private func renormalization(_ coupling: Double) -> String {
        if abs(coupling - criticalCoupling) < 1e-9 { return "at rest" }
        return coupling < criticalCoupling ? "away, to K = 0" : "away, to K = ∞"
    }

    private var pointLines: [String] {
        var lines = [
            "fixed points of the deterministic map: \(points.points.count), attracting where the "
                + "radius is below 1; starts that end there by K, and from undecided means"
        ]
        let groups = flows.map { decimal($0.start, 3) } + ["undecided"]
        lines.append(
            pad("mean", 9) + pad("residual", 11) + pad("radius", 9) + pad("G", 12)
                + groups.map { pad($0, 10) }.joined())
        // The undecided start has a row whatever its place: it tells whether disorder is stable.
        let first = points.points.prefix(Self.shownPoints)
        let others = points.points.dropFirst(Self.shownPoints)
        let shown = first + others.filter { $0.basin[flows.count] > 0 }
        for point in shown {
            lines.append(
                pad(decimal(point.mean, 4), 9) + pad(scientific(point.residual), 11)
                    + pad(decimal(point.spectralRadius, 4), 9)
                    + pad(decimal(point.freeEnergy, 4), 12)
                    + point.basin.map { pad("\($0)", 10) }.joined())
        }
        let rest = others.filter { $0.basin[flows.count] == 0 }
        if !rest.isEmpty {
            let sums = groups.indices.map { group in rest.reduce(0) { $0 + $1.basin[group] } }
            lines.append(
                pad("\(rest.count) more", 41) + sums.map { pad("\($0)", 10) }.joined())
        }
        if points.moving.contains(where: { $0 > 0 }) {
            lines.append(
                pad("still moving after \(MeanFieldFixedPoints.mostSteps)", 41)
                    + points.moving.map { pad("\($0)", 10) }.joined())
        }
        return lines
    }

    /// A small number by its power of ten.
    private func scientific(_ value: Double) -> String {
        guard value > 0 else { return "0" }
        var exponent = 0
        var digits = value
        while digits < 1 { (digits, exponent) = (digits * 10, exponent - 1) }
        return "\(decimal(digits, 1))e\(exponent)"
    }

    // MARK: JSON

    var json: String {
        """
        {"size": \(size), "samples": \(samples), "critical_coupling": \(criticalCoupling), \
        "coupling_of_largest_specific_heat": \(heatPeak), \
        "flows": [\(flows.map(object).joined(separator: ", "))], \
        "fixed_points": [\(points.points.map(object).joined(separator: ", "))], \
        "still_moving": \(list(points.moving))}
        """
    }

    private func object(_ flow: TemperatureFlow) -> String {
        """
        {"coupling": \(flow.start), "direction": "\(flow.direction.rawValue)", \
        "steps": [\(flow.rows.map(object).joined(separator: ", "))]}
        """
    }

    private func object(_ row: TemperatureFlow.Row) -> String {
        """
        {"step": \(row.step), "energy": \(jsonNumber(row.energy.value)), \
        "energy_error": \(jsonNumber(row.energy.error)), \
        "reading": "\(row.coupling == nil ? words(row.reading) : "coupling")", \
        "coupling": \(number(row.coupling?.value)), \
        "coupling_error": \(number(row.coupling?.error)), \
        "abs_magnetization": \(jsonNumber(row.magnetization.value)), \
        "abs_magnetization_error": \(jsonNumber(row.magnetization.error)), \
        "abs_magnetization_reference": \(number(row.magnetizationReference?.value)), \
        "specific_heat": \(number(row.specificHeat?.value)), \
        "specific_heat_error": \(number(row.specificHeat?.error)), \
        "specific_heat_reference": \(number(row.specificHeatReference)), \
        "consistent": \(row.isConsistent.map { "\($0)" } ?? "null")}
        """
    }

    private func object(_ point: MeanFieldFixedPoints.Point) -> String {
        """
        {"mean": \(point.mean), "residual": \(point.residual), \
        "spectral_radius": \(point.spectralRadius), "free_energy": \(point.freeEnergy), \
        "basin": \(list(point.basin))}
        """
    }

    private func number(_ value: Double?) -> String { value.map(jsonNumber) ?? "null" }

    private func list(_ counts: [Int]) -> String {
        "[" + counts.map { "\($0)" }.joined(separator: ", ") + "]"
    }
}
