import Analysis
import Ising
import Renormalization
import Reports

/// The exponents of one coarse graining, for people and as JSON.
struct ScalingTable {
    let sizes: [Int]
    let steps: [ScalingExponents]

    /// Computes the exponents of each step of halving, between lattices of two successive sizes.
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

    /// Begins rows for the steps of all tables that follow.
    static func addColumns(to table: inout Table) {
        table.columns(.right("lattice"), "y_T", "y_H", "y_T of 1, 2, 3 operators")
    }

    /// Adds a row for each step.
    func addRows(to table: inout Table) {
        for (index, step) in steps.enumerated() {
            let truncated = step.truncatedThermal.map { decimal($0.value, 4) }
            table.row(
                "\(sizes[index]) → \(sizes[index + 1])", text(step.thermal), text(step.magnetic),
                truncated.joined(separator: "  "))
        }
    }

    static func addExactRow(to table: inout Table) { table.row("exact", "1", "1.875") }

    private func text(_ estimate: Estimate) -> String {
        estimate.value.isFinite
            ? "\(decimal(estimate.value, 4)) ± \(decimal(estimate.error, 4))" : "none"
    }
}

extension ScalingTable: Encodable {
    /// The keys of a step of halving.
    private struct Step: Encodable {
        let from: Int
        let to: Int
        let yT: Double
        let yTError: Double
        let yH: Double
        let yHError: Double
        let yTByOperators: [Double]
        let yHByOperators: [Double]

        init(_ exponents: ScalingExponents, from: Int, to: Int) {
            self.from = from
            self.to = to
            yT = exponents.thermal.value
            yTError = exponents.thermal.error
            yH = exponents.magnetic.value
            yHError = exponents.magnetic.error
            yTByOperators = exponents.truncatedThermal.map(\.value)
            yHByOperators = exponents.truncatedMagnetic.map(\.value)
        }
    }

    /// Encodes a list of the steps.
    func encode(to encoder: any Encoder) throws {
        try steps.enumerated().map { Step($1, from: sizes[$0], to: sizes[$0 + 1]) }
            .encode(to: encoder)
    }
}

/// A line that says what exponents off the critical point are worth; nil at the critical point.
func offCriticalRemark(_ coupling: Double) -> String? {
    guard abs(coupling - criticalCoupling) > 1e-9 else { return nil }
    return
        "K is not K_c = \(decimal(criticalCoupling, 6)): the eigenvalues are not critical exponents"
}
