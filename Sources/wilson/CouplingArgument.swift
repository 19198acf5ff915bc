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
