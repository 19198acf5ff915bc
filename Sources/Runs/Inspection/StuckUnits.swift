import RBMCore

/// Hidden units that do not react to the visible ones: their mean is below 1 % or above 99 % in all states.
///
/// Where units are real, their fields have no bounds, and no unit is named. Units of several columns are not
/// looked at.
struct StuckUnits {
    /// Units that are off in all visible states.
    private(set) var dead: [Int] = []
    /// Units that are on in all visible states.
    private(set) var saturated: [Int] = []

    private static let (lowest, highest) = (0.01, 0.99)

    init(_ rbm: RBM) {
        guard rbm.visibleUnits.isDiscrete, rbm.hiddenUnits.columns == 1 else { return }
        let parameters = rbm.parameters
        let bounds = Self.fieldBounds(rbm)
        for unit in 0..<rbm.hiddenCount {
            let bias = Double(parameters.values[parameters.hiddenBiasRange.lowerBound + unit])
            let (least, most) = (bias + bounds.least[unit], bias + bounds.most[unit])
            if rbm.hiddenUnits.level(field: most) < Self.lowest { dead.append(unit) }
            if rbm.hiddenUnits.level(field: least) > Self.highest { saturated.append(unit) }
        }
    }

    /// The least and the most that visible states add to the field of each hidden unit.
    private static func fieldBounds(_ rbm: RBM) -> (least: [Double], most: [Double]) {
        let kind = rbm.visibleUnits
        var least = [Double](repeating: 0, count: rbm.hiddenCount)
        var most = least
        // Shape [alternatives, columns].
        let values = (0..<(kind.alternatives ?? 0)).map { state in
            (0..<kind.columns).map { kind.value(ofAlternative: state, column: $0) }
        }
        for first in stride(from: 0, to: rbm.visibleCount, by: kind.columns) {
            for unit in 0..<rbm.hiddenCount {
                var (low, high) = (Double.infinity, -Double.infinity)
                for row in values {
                    var sum = 0.0
                    for column in row.indices {
                        sum += row[column] * Double(rbm.parameters[first + column, unit])
                    }
                    (low, high) = (min(low, sum), max(high, sum))
                }
                least[unit] += low
                most[unit] += high
            }
        }
        return (least, most)
    }
}
