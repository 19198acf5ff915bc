import ArgumentParser
import Ising

/// The coupling that an argument names: a number, or `critical` for ½ ln(1 + √2).
func coupling(named text: String) throws -> Double {
    if text == "critical" { return criticalCoupling }
    guard let value = Double(text), value.isFinite else {
        throw ValidationError("`\(text)` is no coupling; expected a number or `critical`")
    }
    return value
}

/// The coupling of a command that needs one.
struct CouplingOption: ParsableArguments {
    // Unconditional: a negative coupling begins like an option.
    @Option(
        name: .customLong("coupling"), parsing: .unconditional,
        help: ArgumentHelp(
            "K = J/kT, or `critical` for ½ ln(1 + √2).", valueName: "K|critical"),
        transform: coupling(named:))
    var value: Double
}
