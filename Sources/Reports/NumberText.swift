import Foundation

/// Returns a number with a fixed number of decimals; a dash without a number.
public func decimal(_ value: Double?, _ digits: Int) -> String {
    guard let value else { return "–" }
    guard value.isFinite else { return "\(value)" }
    return String(format: "%.\(digits)f", value)
}

/// Returns a number with its power of ten, such as `1.2e-05`.
public func scientific(_ value: Double, _ digits: Int = 1) -> String {
    value == 0 ? "0" : String(format: "%.\(digits)e", value)
}

/// Returns a number with the digits that it needs, six at most, such as `0.05`.
public func shortest(_ value: Double) -> String { String(format: "%.6g", value) }

/// Returns an estimate with its standard error, which is left out where it is 0, and a dash where it is NaN.
public func estimateText(_ value: Double, _ error: Double, _ digits: Int) -> String {
    error == 0
        ? decimal(value, digits)
        : "\(decimal(value, digits)) ± \(decimal(error.isNaN ? nil : error, digits))"
}

/// Returns a shape as people write it, such as 28×28.
public func shapeText(_ shape: [Int]) -> String { shape.map { "\($0)" }.joined(separator: "×") }

/// Returns a number of bytes for people, such as `1.5 GB`; below 1000 with every digit.
public func spelled(bytes: Double) -> String {
    let units = ["bytes", "kB", "MB", "GB", "TB", "PB", "EB"]
    var value = bytes
    var unit = 0
    while value >= 999.5, unit < units.count - 1 {
        value /= 1000
        unit += 1
    }
    return "\(decimal(value, unit == 0 ? 0 : 1)) \(units[unit])"
}

/// A time in words: seconds below ten minutes, then minutes, then hours and minutes.
public func durationText(_ seconds: Double) -> String {
    let whole = Int(seconds.rounded())
    if whole < 60 { return "\(whole) s" }
    if whole < 600 { return "\(whole / 60) min \(whole % 60) s" }
    let minutes = Int((seconds / 60).rounded())
    return minutes < 60 ? "\(minutes) min" : "\(minutes / 60) h \(minutes % 60) min"
}
