public import RandomStreams

/// The law of the units of one side of a layer: energies, means, draws and sums over states.
///
/// The energy of a machine is E(v, h) = U(v) + U(h) − s(v)ᵀ W s(h). Each side's law gives U, the
/// energy of its units without the other side, and s, the input of its units to the other side:
/// s(v) is the value v, or v/σ² for Gaussian units. The field x of a unit is its bias plus the
/// weighted inputs of the other side. Energies are in kT and logarithms natural.
///
/// The functions in double precision are the exact reference. The kernels in float32 run over whole
/// rows, or over blocks of whole units. They are plain float operations in a fixed order, so that
/// every CPU gives the same bits. They take *levels*: stored states as floats, in [0, 1] for kinds
/// that are stored in bytes. `terms` is room for one row, which the caller keeps.
public protocol UnitLaw: Sendable {
    // MARK: Exact

    /// U: the energy of a row of values without the other side.
    ///
    /// - Parameter bias: One for each value.
    func energy(of values: Span<Double>, bias: Span<Double>) -> Double

    /// U of each of some rows, the same numbers as from `energy`.
    ///
    /// - Parameters:
    ///   - rows: Values, shape `[rows, bias.count]`.
    ///   - bias: One for each value of a row.
    func energies(ofRows rows: Span<Double>, bias: Span<Double>) -> [Double]

    /// Turns values v into the inputs s(v) to the other side, in place.
    func weigh(_ values: inout MutableSpan<Double>)

    /// ln Σ e^{−U(v) + s(v)·(x − b)} over all states v of a row of units in the fields x.
    ///
    /// - Parameter bias: The biases b of U, which the fields contain.
    func logPartition(fields: Span<Double>, bias: Span<Double>) -> Double

    /// Turns fields into the means of levels, in place; a Gaussian unit's level is its value.
    func levels(fields: inout MutableSpan<Double>)

    // MARK: Kernels

    /// Turns values into the inputs s(v) to the other side, in place.
    func weigh(_ values: inout MutableSpan<Float>)

    /// Turns fields into the means of levels, in place.
    func levels(fields: inout MutableSpan<Float>)

    /// The mean levels of units about which nothing is known.
    ///
    /// - Parameter bias: The biases of all columns of the side.
    func undecidedLevels(bias: [Float]) -> [Float]

    /// Draws the states of whole units from the means of their levels.
    ///
    /// Not for kinds with real states.
    ///
    /// - Parameters:
    ///   - words: A random word for each unit.
    ///   - one: The byte of the level 1.
    func draw(
        _ levels: Span<Float>, _ words: Span<UInt32>, one: UInt8,
        into states: inout MutableSpan<UInt8>)

    /// Draws the states of a row from the means of their levels.
    ///
    /// - Parameters:
    ///   - row: The global number of the row, which names its random numbers.
    ///   - one: The byte of the level 1.
    ///   - states: The states in the kind's encoding.
    func draw(
        _ levels: Span<Float>, row: Int, from stream: RandomStream, one: UInt8,
        into states: inout MutableSpan<UInt8>)

    /// Draws the states of some units of a row from their fields, which it overwrites.
    ///
    /// Only for kinds whose units have one column each and are stored in bytes.
    ///
    /// - Parameters:
    ///   - row: The global number of the row, which names its random numbers.
    ///   - units: Which units of the row these are; the first is a multiple of 64.
    ///   - one: The byte of the level 1.
    func draw(
        fields: inout MutableSpan<Float>, row: Int, units: Range<Int>, from stream: RandomStream,
        one: UInt8, into states: inout MutableSpan<UInt8>)

    /// Computes U of a row of levels, as the exact `energy` does of values.
    func energy(ofLevels levels: Span<Float>, bias: Span<Float>, terms: inout [Float]) -> Double

    /// Computes U of a row of levels with one bias minus U with another.
    func energyDifference(
        ofLevels levels: Span<Float>, bias: Span<Float>, other: Span<Float>, terms: inout [Float]
    ) -> Double

    /// Writes ln Σ over the states of each unit of a row, given the unit's field.
    ///
    /// It leaves out terms that do not depend on the field.
    ///
    /// - Returns: How many terms were written: one for each unit.
    @discardableResult
    func writeLogPartitions(fields: Span<Float>, into terms: inout MutableSpan<Float>) -> Int

    /// What `writeLogPartitions` leaves out, summed over the units of a row.
    ///
    /// - Parameter bias: The biases of U, one for each unit.
    func logPartitionConstant(bias: [Float]) -> Double

    /// Computes by how much ln Σ over the states of a row of units grows when the fields change a
    /// little: Σ ln ⟨e^{s·δ}⟩, with the means in the present fields.
    ///
    /// - Parameters:
    ///   - levels: The means of levels in the present fields.
    ///   - changes: The change δ of each field.
    /// - Returns: The growth in nats; nil where a change is too large, or where the kind's means do not
    ///   tell it.
    func growthOfLogPartition(
        levels: Span<Float>, changes: Span<Float>, terms: inout [Float]
    ) -> Double?

    /// Adds a row to the sums from which `ownGradient` computes the gradient by the units' own
    /// parameters.
    ///
    /// - Parameters:
    ///   - values: The values of one row.
    ///   - weight: The weight of the row in the sums.
    ///   - sums: One for each unit.
    func addOwnStatistics(
        of values: Span<Float>, bias: Span<Float>, weight: Float,
        to sums: inout MutableSpan<Float>)

    /// The gradient by the own parameter of one unit, in nats.
    ///
    /// - Parameters:
    ///   - sum: The unit's sum of `addOwnStatistics`, of the data minus the model.
    ///   - weights: The weights of the unit, shape `[other side]`.
    ///   - products: Σ v hᵀ of the unit, of the data minus the model; same shape.
    func ownGradient(
        ofUnit unit: Int, sum: Float, weights: Span<Float>, products: Span<Float>
    ) -> Float

    /// The cross-entropy between the levels of a row and the law in some fields, in nats.
    ///
    /// For real values it is minus the logarithm of their density.
    func crossEntropy(
        ofLevels levels: Span<Float>, fields: Span<Float>, terms: inout [Float]
    ) -> Double
}

extension UnitLaw {
    public func energies(ofRows rows: Span<Double>, bias: Span<Double>) -> [Double] {
        (0..<(rows.count / bias.count)).map {
            energy(of: rows.extracting(rowRange($0, of: bias.count)), bias: bias)
        }
    }

    public func weigh(_ values: inout MutableSpan<Double>) {}

    public func weigh(_ values: inout MutableSpan<Float>) {}

    // Each kind's witness is compiled for its type: one call from outside, and none within.
    public func draw(
        fields: inout MutableSpan<Float>, row: Int, units: Range<Int>, from stream: RandomStream,
        one: UInt8, into states: inout MutableSpan<UInt8>
    ) {
        levels(fields: &fields)
        let levels = fields.span
        stream.forEachPart(ofRow: row, units: units) { part, words in
            let place = part.offset(by: -units.lowerBound)
            states.withRange(place) {
                draw(levels.extracting(place), words, one: one, into: &$0)
            }
        }
    }

    public func energyDifference(
        ofLevels levels: Span<Float>, bias: Span<Float>, other: Span<Float>, terms: inout [Float]
    ) -> Double {
        energy(ofLevels: levels, bias: bias, terms: &terms)
            - energy(ofLevels: levels, bias: other, terms: &terms)
    }

    public func logPartitionConstant(bias: [Float]) -> Double { 0 }

    public func growthOfLogPartition(
        levels: Span<Float>, changes: Span<Float>, terms: inout [Float]
    ) -> Double? { nil }

    public func addOwnStatistics(
        of values: Span<Float>, bias: Span<Float>, weight: Float,
        to sums: inout MutableSpan<Float>
    ) {}

    public func ownGradient(
        ofUnit unit: Int, sum: Float, weights: Span<Float>, products: Span<Float>
    ) -> Float { 0 }

    /// Σ over the units of a row of the logarithms that `writeLogPartitions` writes.
    func logPartition(fields: Span<Float>, terms: inout [Float]) -> Double {
        sumOfTerms(&terms, count: fields.count) { writeLogPartitions(fields: fields, into: &$0) }
    }
}

/// Adds up terms that `write` writes first.
///
/// A loop that called a closure for each term would not vectorize.
///
/// - Parameters:
///   - add: Adds up the terms.
///   - write: Returns how many terms it has written.
@inline(__always)
func sumOfTerms(
    _ terms: inout [Float], count: Int, by add: (Span<Float>) -> Double = laneSum,
    _ write: (inout MutableSpan<Float>) -> Int
) -> Double {
    if terms.count < count { terms = Array(repeating: 0, count: count) }
    var span = terms.mutableSpan
    let written = span.withRange(0..<count) { write(&$0) }
    return add(terms.span.extracting(0..<written))
}

// The exact law of one unit of one column, for callers that have a single field.
extension UnitKind {
    /// ln Σ_u e^{ux} over the states of a unit in a field x, in nats.
    ///
    /// - Precondition: The unit takes one column and needs no parameters of its own.
    public func logPartition(field x: Double) -> Double {
        precondition(columns == 1, "a \(name) unit has \(columns) fields")
        return law(own: []).logPartition(fields: [x].span, bias: [0].span)
    }

    /// The mean of a unit's value in a field x.
    ///
    /// - Precondition: The unit takes one column.
    public func mean(field x: Double) -> Double { value(level(field: x)) }

    /// The mean of a unit's level in a field x.
    ///
    /// For a unit of two states it is the probability of the upper one.
    ///
    /// - Precondition: The unit takes one column.
    public func level(field x: Double) -> Double {
        precondition(columns == 1, "a \(name) unit has \(columns) fields")
        return levels(fields: [x])[0]
    }

    /// The mean levels of a row of units in some fields.
    public func levels(fields: [Double]) -> [Double] {
        var levels = fields
        var span = levels.mutableSpan
        law(own: []).levels(fields: &span)
        return levels
    }
}
