import Analysis
import Ising
import Renormalization
import Reports

/// What was found of a model's kernel on a target; logarithms and information in nats.
public struct TraceReport: Sendable {
    /// A number with how it was found.
    struct Found: Sendable {
        let estimate: Estimate
        let method: String
    }

    /// I(v; h): one number where it is exact, else two bounds.
    struct Information: Sendable {
        /// Exact with error 0, or a lower bound.
        let lower: Estimate
        /// As `lower` where that is exact.
        let upper: Double
        let isExact: Bool
    }

    /// A kernel that is known, for comparison.
    struct Control: Sendable {
        let name: String
        let largestResidual: Double
        let information: Information
    }

    /// Lines that say what was measured on what.
    let heading: [String]
    let residual: TraceResidual
    let residualMethod: String
    let divergence: Estimate
    let information: Information
    let logZ: Found
    /// ln Z by another method, as a check.
    let logZCheck: Found?
    let targetLogZ: Double
    let controls: [Control]

    /// Whether no sampling enters residual and divergence.
    var isExact: Bool { residual.mean.error == 0 && divergence.error == 0 }

    /// F_h − F_v = ln Z − ln Z of the model.
    var freeEnergyDifference: Double { targetLogZ - logZ.estimate.value }

    /// One object on one line.
    public var json: String {
        var entries = [
            "\"residual_mean\": \(jsonNumber(residual.mean.value))",
            "\"residual_mean_error\": \(jsonNumber(residual.mean.error))",
            "\"residual_variance\": \(jsonNumber(residual.variance))",
            "\"residual_max\": \(jsonNumber(residual.largest))",
            "\"states\": \(residual.states)",
            "\"kl\": \(jsonNumber(divergence.value))",
            "\"kl_error\": \(jsonNumber(divergence.error))",
            "\"exact\": \(isExact)",
            json(information),
            "\"delta_f\": \(jsonNumber(freeEnergyDifference))",
            "\"delta_f_error\": \(jsonNumber(logZ.estimate.error))",
            "\"log_z\": \(jsonNumber(logZ.estimate.value))",
            "\"log_z_error\": \(jsonNumber(logZ.estimate.error))",
            "\"log_z_method\": \"\(logZ.method)\"",
        ]
        if let logZCheck {
            entries += [
                "\"log_z_check\": \(jsonNumber(logZCheck.estimate.value))",
                "\"log_z_check_error\": \(jsonNumber(logZCheck.estimate.error))",
            ]
        }
        let parts = controls.map {
            "{\"kernel\": \"\($0.name)\", \"residual_max\": \(jsonNumber($0.largestResidual)), "
                + json($0.information) + "}"
        }
        entries.append("\"controls\": [" + parts.joined(separator: ", ") + "]")
        return "{" + entries.joined(separator: ", ") + "}"
    }

    private func json(_ information: Information) -> String {
        """
        "mutual_information": \(jsonNumber(information.lower.value)), \
        "mutual_information_error": \(jsonNumber(information.lower.error)), \
        "mutual_information_upper": \(jsonNumber(information.upper)), \
        "mutual_information_exact": \(information.isExact)
        """
    }

    /// Aligned lines for people.
    public var table: String {
        var lines = heading
        func add(_ name: String, _ value: String, _ remark: String) {
            lines.append(
                name + String(repeating: " ", count: max(1, 34 - name.count)) + value
                    + String(repeating: " ", count: max(2, 26 - value.count)) + remark)
        }
        lines.append("trace condition ln Tr_h e^T(v,h), 0 at a perfect fit but for a constant")
        add("  mean", text(residual.mean), residualMethod)
        add("  variance", decimal(residual.variance, 6), "0 at a perfect fit")
        add("  largest magnitude", decimal(residual.largest, 6), "over \(residual.states) states")
        add("KL(P‖p)", text(divergence), isExact ? "exact" : "from means and ln Z below")
        add("I(v; h)", text(information), remark(information))
        add("ln Z of the model", text(logZ.estimate), "by " + logZ.method)
        if let logZCheck {
            add("  and again", text(logZCheck.estimate), "by " + logZCheck.method)
        }
        add(
            "ΔF = F_h − F_v",
            text(Estimate(value: freeEnergyDifference, error: logZ.estimate.error)),
            "a normalization only: a constant")
        lines.append(
            "                                  "
                + "added to E makes it 0 for any RBM, and is no sign of a fit")
        if !controls.isEmpty {
            lines.append("controls: one hidden spin for each 2×2 block")
            for control in controls {
                add(
                    "  " + control.name, "I = " + text(control.information),
                    "residual at most \(residualText(control.largestResidual)); "
                        + remark(control.information))
            }
        }
        return lines.joined(separator: "\n")
    }

    private func residualText(_ value: Double) -> String {
        value < 1e-12 ? "1e-12" : decimal(value, 6)
    }

    private func text(_ estimate: Estimate) -> String {
        estimate.error == 0
            ? number(estimate.value, 6)
            : "\(number(estimate.value, 4)) ± \(decimal(estimate.error, 4))"
    }

    private func text(_ information: Information) -> String {
        information.isExact
            ? number(information.lower.value, 6)
            : "\(number(information.lower.value, 3)) … \(number(information.upper, 3))"
    }

    /// Rounding errors of zero have no sign.
    private func number(_ value: Double, _ digits: Int) -> String {
        let text = decimal(value, digits)
        return Double(text) == 0 ? decimal(0, digits) : text
    }

    private func remark(_ information: Information) -> String {
        information.isExact
            ? "nats, exact" : "nats, bounds from samples; a lower one ends at ln n"
    }
}
