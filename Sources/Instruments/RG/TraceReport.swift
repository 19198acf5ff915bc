import Analysis
import Ising
import Renormalization
public import Reports

/// The measured properties of a model's kernel on a target; logarithms and information in nats.
public struct TraceReport: Report, Sendable {
    /// A number and the method that found it.
    struct Found: Sendable {
        let estimate: Estimate
        let method: String
    }

    /// I(v; h): one number where it is exact, else two bounds.
    struct Information: Sendable {
        /// The exact value with error 0, or a lower bound.
        let lower: Estimate
        /// An upper bound; equal to `lower` if that is exact.
        let upper: Double
        let isExact: Bool
    }

    /// A kernel with known properties, for comparison.
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

    /// Whether residual and divergence contain no sampling error.
    var isExact: Bool { residual.mean.error == 0 && divergence.error == 0 }

    /// F_h − F_v = ln Z − ln Z of the model.
    var freeEnergyDifference: Double { targetLogZ - logZ.estimate.value }

    public var table: Table {
        var table = Table()
        table.lines(heading)
        table.line("trace condition ln Tr_h e^T(v,h), 0 at a perfect fit but for a constant")
        table.columns("", .left(), .left())
        table.row("  mean", text(residual.mean), residualMethod)
        table.row("  variance", decimal(residual.variance, 6), "0 at a perfect fit")
        table.row(
            "  largest magnitude", decimal(residual.largest, 6), "over \(residual.states) states")
        table.row(
            "KL(P‖p)", text(divergence), isExact ? "exact" : "from means and ln Z below")
        table.row("I(v; h)", text(information), remark(information))
        table.row("ln Z of the model", text(logZ.estimate), "by " + logZ.method)
        if let logZCheck {
            table.row("  and again", text(logZCheck.estimate), "by " + logZCheck.method)
        }
        table.row(
            "ΔF = F_h − F_v",
            text(Estimate(value: freeEnergyDifference, error: logZ.estimate.error)),
            "a normalization only: a constant")
        table.row("", "", "added to E makes it 0 for any RBM,")
        table.row("", "", "and does not show a fit")
        guard !controls.isEmpty else { return table }
        table.line("controls: one hidden spin for each 2×2 block")
        table.columns("", .left(), .left())
        for control in controls {
            table.row(
                "  " + control.name, "I = " + text(control.information),
                "residual at most \(residualText(control.largestResidual)); "
                    + remark(control.information))
        }
        return table
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

    /// A rounding error around zero must not show as a sign.
    private func number(_ value: Double, _ digits: Int) -> String {
        let text = decimal(value, digits)
        return Double(text) == 0 ? decimal(0, digits) : text
    }

    private func remark(_ information: Information) -> String {
        information.isExact
            ? "nats, exact" : "nats, bounds from samples; a lower one ends at ln n"
    }
}

// MARK: - JSON

extension TraceReport {
    private enum Key: CodingKey {
        case residualMean, residualMeanError, residualVariance, residualMax, states, kl, klError
        case exact, deltaF, deltaFError, logZ, logZError, logZMethod, logZCheck, logZCheckError
        case controls
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        func put(_ estimate: Estimate, _ value: Key, _ error: Key) throws {
            try container.encode(estimate.value, forKey: value)
            try container.encode(estimate.error, forKey: error)
        }
        try put(residual.mean, .residualMean, .residualMeanError)
        try container.encode(residual.variance, forKey: .residualVariance)
        try container.encode(residual.largest, forKey: .residualMax)
        try container.encode(residual.states, forKey: .states)
        try put(divergence, .kl, .klError)
        try container.encode(isExact, forKey: .exact)
        try information.encode(to: encoder)
        try container.encode(freeEnergyDifference, forKey: .deltaF)
        try container.encode(logZ.estimate.error, forKey: .deltaFError)
        try put(logZ.estimate, .logZ, .logZError)
        try container.encode(logZ.method, forKey: .logZMethod)
        if let logZCheck { try put(logZCheck.estimate, .logZCheck, .logZCheckError) }
        try container.encode(controls, forKey: .controls)
    }
}

extension TraceReport.Information: Encodable {
    private enum Key: CodingKey {
        case mutualInformation, mutualInformationError, mutualInformationUpper
        case mutualInformationExact
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(lower.value, forKey: .mutualInformation)
        try container.encode(lower.error, forKey: .mutualInformationError)
        try container.encode(upper, forKey: .mutualInformationUpper)
        try container.encode(isExact, forKey: .mutualInformationExact)
    }
}

extension TraceReport.Control: Encodable {
    private enum Key: CodingKey { case kernel, residualMax }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(name, forKey: .kernel)
        try container.encode(largestResidual, forKey: .residualMax)
        try information.encode(to: encoder)
    }
}
