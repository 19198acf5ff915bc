import Analysis
import Ising
import Renormalization
import Reports

/// The exponents of one coarse graining, for people and as JSON.
struct ScalingTable {
    let sizes: [Int]
    let steps: [ScalingExponents]

    /// Each step of halving, between lattices of the sizes.
    init(sizes: [Int], _ correlations: OperatorCorrelations) throws {
        self.sizes = sizes
        steps = try ScalingExponents.steps(correlations)
        guard steps.contains(where: { $0.thermal.value.isFinite || $0.magnetic.value.isFinite })
        else {
            throw RenormalizationError.argument(
                "the configurations do not fluctuate enough for a stability matrix; draw more of "
                    + "them, or at a coupling nearer to the critical one")
        }
    }

    /// Lines under a heading of columns.
    var lines: [String] {
        var lines = [
            pad("lattice", 10) + pad("y_T", 20) + pad("y_H", 20)
                + pad("y_T of 1, 2, 3 operators", 30)
        ]
        for (index, step) in steps.enumerated() {
            let truncated = step.truncatedThermal.map { decimal($0.value, 4) }
            lines.append(
                pad("\(sizes[index]) → \(sizes[index + 1])", 10) + pad(text(step.thermal), 20)
                    + pad(text(step.magnetic), 20) + pad(truncated.joined(separator: "  "), 30))
        }
        return lines
    }

    static var exactLine: String { pad("exact", 10) + pad("1", 20) + pad("1.875", 20) }

    var json: String {
        let objects = steps.enumerated().map { index, step in
            """
            {"from": \(sizes[index]), "to": \(sizes[index + 1]), \
            "y_t": \(jsonNumber(step.thermal.value)), \
            "y_t_error": \(jsonNumber(step.thermal.error)), \
            "y_h": \(jsonNumber(step.magnetic.value)), \
            "y_h_error": \(jsonNumber(step.magnetic.error)), \
            "y_t_by_operators": \(numbers(step.truncatedThermal)), \
            "y_h_by_operators": \(numbers(step.truncatedMagnetic))}
            """
        }
        return "[" + objects.joined(separator: ", ") + "]"
    }

    private func numbers(_ estimates: [Estimate]) -> String {
        "[" + estimates.map { jsonNumber($0.value) }.joined(separator: ", ") + "]"
    }

    private func text(_ estimate: Estimate) -> String {
        estimate.value.isFinite
            ? "\(decimal(estimate.value, 4)) ± \(decimal(estimate.error, 4))" : "none"
    }
}

/// Says what exponents off the critical point are worth; nil at the critical point.
func offCriticalRemark(_ coupling: Double) -> String? {
    guard abs(coupling - criticalCoupling) > 1e-9 else { return nil }
    return
        "K is not K_c = \(decimal(criticalCoupling, 6)): the eigenvalues are no critical exponents"
}
