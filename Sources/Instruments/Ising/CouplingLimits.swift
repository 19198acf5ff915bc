import Configuration
import Ranks

/// Fails for a coupling so strong that results would be those of the ground state and of rounding
/// errors.
func checkCoupling(_ coupling: Double) throws(SharedFailure) {
    try check(coupling, named: "coupling")
}

/// Fails for a field so strong that only one state counts.
func checkField(_ field: Double) throws(SharedFailure) { try check(field, named: "field") }

private func check(_ value: Double, named name: String) throws(SharedFailure) {
    let limit = ConfigurationLimit.coupling
    guard value.magnitude <= limit else {
        throw SharedFailure(
            exitCode: ExitStatus.commandLine,
            "\(name) \(value): expected a number from \(-limit) to \(limit)")
    }
}
