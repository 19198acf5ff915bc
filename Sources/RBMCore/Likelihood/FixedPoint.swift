/// A sum of real numbers in 64-bit fixed point: the same bits in any order and on any number of
/// ranks.
///
/// One unit is 2⁻²⁴, so that a sum over 10⁷ cases may average up to 5·10⁴. Beyond, and for values that
/// are not numbers, it saturates, and stays so whatever follows.
public struct FixedPointSum: Sendable, Equatable {
    /// The sum in units of 2⁻²⁴; ranks add these.
    public var units: Int64 = 0

    public init() {}

    /// Takes a sum that ranks have added up.
    public init(units: Int64) { self.units = units }

    public mutating func add(_ value: Double) {
        // Two values that are both too large would else cancel to a sum that looks sound.
        guard units != .max, units != .min else { return }
        let scaled = (value * 0x1p24).rounded()
        guard scaled.magnitude < 0x1p62 else {
            units = scaled < 0 ? .min : .max
            return
        }
        let unit = Int64(scaled)
        let (sum, overflow) = units.addingReportingOverflow(unit)
        units = overflow ? (unit < 0 ? .min : .max) : sum
    }

    /// Adds values, each times its factor; nil stands for factors of 1.
    public mutating func add(_ values: [Double], times factors: [Double]?) {
        guard let factors else { return values.forEach { add($0) } }
        precondition(
            values.count == factors.count, "\(values.count) values, \(factors.count) factors")
        for (value, factor) in zip(values, factors) { add(factor * value) }
    }

    public var value: Double { Double(units) * 0x1p-24 }
}
