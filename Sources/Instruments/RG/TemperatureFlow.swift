import Analysis
import Ising
import Renormalization

/// The measured course of a flow from one coupling, step by step.
struct TemperatureFlow {
    /// One measured step.
    struct Row {
        let step: Int
        let energy: Estimate
        let reading: Thermometer.Reading
        /// K as read off the energy.
        let coupling: Estimate?
        let magnetization: Estimate
        /// |m| of the Ising model at the coupling that was read.
        var magnetizationReference: Estimate?
        /// K²(⟨E²⟩ − ⟨E⟩²)/N at the coupling that was read.
        let specificHeat: Estimate?
        let specificHeatReference: Double?

        /// Whether |m| and the specific heat agree with those of the temperature within four
        /// standard errors; nil if no temperature could be read, or an error is not known.
        var isConsistent: Bool? {
            guard let specificHeat, let specificHeatReference, let magnetizationReference else {
                return nil
            }
            let error = magnetization.error + magnetizationReference.error
            guard error.isFinite, specificHeat.error.isFinite else { return nil }
            return abs(magnetization.value - magnetizationReference.value) <= 4 * error
                && abs(specificHeat.value - specificHeatReference) <= 4 * specificHeat.error
        }
    }

    let start: Double
    var rows: [Row]

    /// Reads the temperature of each measurement.
    init(start: Double, size: Int, _ measured: [(step: Int, sums: ObservableSums)]) throws {
        self.start = start
        let thermometer = try Thermometer(size: size)
        rows = try measured.map { step, sums in
            let energy = sums.energyPerSite
            let reading = try thermometer.reading(energy: energy.value)
            guard let value = reading.coupling else {
                return Row(
                    step: step, energy: energy, reading: reading, coupling: nil,
                    magnetization: sums.absoluteMagnetizationPerSite, specificHeat: nil,
                    specificHeatReference: nil)
            }
            return Row(
                step: step, energy: energy, reading: reading,
                coupling: Estimate(
                    value: value,
                    error: try thermometer.couplingError(energyError: energy.error, at: value)),
                magnetization: sums.absoluteMagnetizationPerSite,
                specificHeat: sums.specificHeatPerSite(coupling: value),
                specificHeatReference: try thermometer.exact(value).specificHeatPerSite)
        }
    }

    /// The direction of the flow from the first to the last measurement.
    var direction: FlowDirection {
        FlowDirection(from: rows[0].coupling, to: rows[rows.count - 1].coupling)
    }
}
