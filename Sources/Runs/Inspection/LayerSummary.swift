public import RBMCore
import Reports

/// Simple statistics of a layer's parameters.
public struct LayerSummary: Sendable, Encodable, Equatable {
    public let visible: Int
    public let visibleUnits: String
    /// How many states each categorical visible unit has; nil for other kinds.
    public let visibleCategories: Int?
    public let hidden: Int
    public let hiddenUnits: String
    /// How many states each categorical hidden unit has; nil for other kinds.
    public let hiddenCategories: Int?
    public let parameters: Int

    /// The Frobenius norm of the weights.
    public let weightNorm: Double
    /// The mean of |W|.
    public let meanMagnitude: Double
    /// The largest |W|.
    public let largestMagnitude: Float
    public let weights: Extent
    public let visibleBiases: Extent
    public let hiddenBiases: Extent
    /// ln σ² of Gaussian visible units; nil where there are none, or all are 1.
    public let visibleLogVariances: Extent?

    /// Hidden units whose weights have a norm below 1 % of the largest: they hardly see the data.
    public let idleHiddenUnits: [Int]
    /// Hidden units that are off in all visible states.
    public let deadHiddenUnits: [Int]
    /// Hidden units that are on in all visible states.
    public let saturatedHiddenUnits: [Int]
    /// Hidden units whose weights are those of an earlier one but for a factor.
    ///
    /// The cosine between them is at least 0.99; for spins in magnitude, since a sign merely turns
    /// them over. Idle units are not looked at.
    public let duplicateHiddenUnits: [Duplicate]

    /// The smallest and the largest of some values.
    public struct Extent: Sendable, Encodable, Equatable {
        public let smallest: Float
        public let largest: Float

        init(_ values: ArraySlice<Float>) {
            smallest = values.reduce(.infinity) { $1 < $0 ? $1 : $0 }
            largest = values.reduce(-.infinity) { $1 > $0 ? $1 : $0 }
        }
    }

    /// A hidden unit and the first one that it repeats.
    public struct Duplicate: Sendable, Encodable, Equatable {
        public let unit: Int
        public let of: Int
    }

    static let idleShare = 0.01
    static let duplicateCosine: Float = 0.99

    /// Measures a layer.
    public init(_ rbm: RBM) {
        let parameters = rbm.parameters
        let (visibleColumns, hiddenColumns) = (rbm.visibleUnits.columns, rbm.hiddenUnits.columns)
        visible = rbm.visibleCount / visibleColumns
        visibleUnits = rbm.visibleUnits.name
        visibleCategories = visibleColumns > 1 ? visibleColumns : nil
        hidden = rbm.hiddenCount / hiddenColumns
        hiddenUnits = rbm.hiddenUnits.name
        hiddenCategories = hiddenColumns > 1 ? hiddenColumns : nil
        self.parameters = parameters.values.count
        let weights = parameters.values[..<parameters.weightCount]
        weightNorm = parameters.weightNorm
        meanMagnitude =
            weights.reduce(0) { $0 + Double($1.magnitude) } / Double(parameters.weightCount)
        self.weights = Extent(weights)
        largestMagnitude = max(self.weights.largest, -self.weights.smallest)
        visibleBiases = Extent(parameters.values[parameters.visibleBiasRange])
        hiddenBiases = Extent(parameters.values[parameters.hiddenBiasRange])
        visibleLogVariances =
            parameters.hasLogVariances
            ? Extent(parameters.values[parameters.logVarianceRange]) : nil
        let norms = hiddenWeightNorms(parameters, columns: hiddenColumns)
        let largest = norms.reduce(0, max)
        let idle = norms.map { $0 <= Self.idleShare * largest }
        idleHiddenUnits = idle.indices.filter { idle[$0] }
        let stuck = StuckUnits(rbm)
        deadHiddenUnits = stuck.dead
        saturatedHiddenUnits = stuck.saturated
        duplicateHiddenUnits = Self.duplicates(rbm, norms, idle)
    }

    /// Finds the pairs by products of normalized weights, some units at a time.
    private static func duplicates(
        _ rbm: RBM, _ norms: [Double], _ idle: [Bool]
    ) -> [Duplicate] {
        let columns = rbm.hiddenUnits.columns
        let hidden = rbm.hiddenCount / columns
        // The weights of a unit: those of all its columns, one after the other.
        let visible = rbm.visibleCount * columns
        // Shape [hidden, visible]; idle units are zero, and like nothing.
        var directions = [Float](repeating: 0, count: hidden * visible)
        for i in 0..<rbm.visibleCount {
            for j in 0..<rbm.hiddenCount where !idle[j / columns] {
                let place = j / columns * visible + j % columns * rbm.visibleCount + i
                directions[place] = Float(Double(rbm.parameters[i, j]) / norms[j / columns])
            }
        }
        let block = min(256, hidden)
        var cosines = [Float](repeating: 0, count: block * hidden)
        var found: [Duplicate] = []
        for start in stride(from: 0, to: hidden, by: block) {
            let units = start..<min(start + block, hidden)
            let rows = directions.span.extracting(
                (units.lowerBound * visible)..<(units.upperBound * visible))
            var result = cosines.mutableSpan
            // Those before the last of the block are enough.
            MatrixProducts.multiply(
                rows, by: directions.span.extracting(0..<(units.upperBound * visible)),
                rightTransposed: true, into: &result, m: units.count, n: units.upperBound,
                k: visible)
            for unit in units {
                let first = (unit - start) * units.upperBound
                let earlier = (0..<unit).first {
                    let cosine = cosines[first + $0]
                    return (rbm.hiddenUnits.isSymmetric ? cosine.magnitude : cosine)
                        >= duplicateCosine
                }
                if let earlier { found.append(Duplicate(unit: unit, of: earlier)) }
            }
        }
        return found
    }

    /// Adds rows of a name and a value, under a line that names the layer.
    func add(to table: inout Table, number: Int) {
        func extent(_ extent: Extent) -> String {
            "\(decimal(Double(extent.smallest), 4)) to \(decimal(Double(extent.largest), 4))"
        }
        func units(_ count: Int, _ name: String, _ states: Int?) -> String {
            "\(count) \(name)" + (states.map { " (\($0) states)" } ?? "")
        }
        table.line(
            "layer \(number): \(units(visible, visibleUnits, visibleCategories)) × "
                + "\(units(hidden, hiddenUnits, hiddenCategories)) units, \(parameters) parameters")
        table.columns("", .left())
        table.row("  weights", extent(weights))
        table.row("  norm of the weights", decimal(weightNorm, 4))
        table.row("  mean |W|", decimal(meanMagnitude, 5))
        table.row("  visible biases", extent(visibleBiases))
        table.row("  hidden biases", extent(hiddenBiases))
        if let visibleLogVariances { table.row("  visible ln σ²", extent(visibleLogVariances)) }
        table.row("  idle hidden units", unitsText(idleHiddenUnits.map { "\($0)" }))
        table.row("  dead hidden units", unitsText(deadHiddenUnits.map { "\($0)" }))
        table.row("  saturated hidden units", unitsText(saturatedHiddenUnits.map { "\($0)" }))
        table.row(
            "  duplicate hidden units",
            unitsText(duplicateHiddenUnits.map { "\($0.unit) of \($0.of)" }))
    }

    /// How many, and the first few.
    private func unitsText(_ names: [String]) -> String {
        let shown = 8
        guard !names.isEmpty else { return "none" }
        let rest = names.count > shown ? ", …" : ""
        return "\(names.count): " + names.prefix(shown).joined(separator: ", ") + rest
    }
}

/// The norm of the weights of each hidden unit, shape `[hidden]`.
///
/// - Parameter columns: How many columns a hidden unit takes.
func hiddenWeightNorms(_ parameters: Parameters, columns: Int = 1) -> [Double] {
    var squares = [Double](repeating: 0, count: parameters.hiddenCount / columns)
    for i in 0..<parameters.visibleCount {
        for j in 0..<parameters.hiddenCount {
            let weight = Double(parameters[i, j])
            squares[j / columns] += weight * weight
        }
    }
    return squares.map { $0.squareRoot() }
}
