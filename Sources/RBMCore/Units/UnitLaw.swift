public import RandomStreams

/// The law of the units of one side of a layer: energies, means, draws and sums over states.
///
/// The energy of a machine is E(v, h) = U(v) + U(h) − s(v)ᵀ W s(h), where each side's law gives the
/// energy U of its units by themselves, and what of a value meets the weights: s(v) is the value, or
/// v/σ² for Gaussian units. The field x of a unit is its bias plus the weighted inputs of the other
/// side. Energies are in kT and logarithms natural.
///
/// The functions in double precision are the exact reference. The kernels in float32 run over whole
/// rows, or over blocks of whole units: plain float operations in a fixed order, so that every CPU
/// gives the same bits. They take *levels*: stored states as floats, in [0, 1] for kinds that are
/// stored in bytes. `terms` is room for a row that the caller keeps.
public protocol UnitLaw: Sendable {
    // MARK: Exact

    /// U: the energy of a row of values by themselves.
    ///
    /// - Parameter bias: One for each value.
    func energy(of values: Span<Double>, bias: Span<Double>) -> Double

    /// Turns values into what meets the weights, in place.
    func weigh(_ values: inout MutableSpan<Double>)

    /// ln Σ e^{−U(v) + s(v)·(x − b)} over all states v of a row of units in the fields x.
    ///
    /// - Parameter bias: The biases b of U, which the fields contain.
    func logPartition(fields: Span<Double>, bias: Span<Double>) -> Double

    /// Turns fields into the means of levels, in place; a Gaussian unit's level is its value.
    func levels(fields: inout MutableSpan<Double>)

    // MARK: Kernels

    /// Turns a row of levels into what meets the weights, in place; the values of kinds of bytes are
    /// made before.
    func weigh(_ values: inout MutableSpan<Float>)

    /// Turns fields into the means of levels, in place.
    func levels(fields: inout MutableSpan<Float>)

    /// The mean levels of units of which nothing is known.
    ///
    /// - Parameter bias: Those of all columns of the side.
    func undecidedLevels(bias: [Float]) -> [Float]

    /// Draws the states of whole units from the means of their levels; not for real states.
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
    ///   - states: As the kind's encoding stores them.
    func draw(
        _ levels: Span<Float>, row: Int, from stream: RandomStream, one: UInt8,
        into states: inout MutableSpan<UInt8>)

    /// The same as the exact `energy`, of a row of levels.
    func energy(ofLevels levels: Span<Float>, bias: Span<Float>, terms: inout [Float]) -> Double

    /// Writes for each unit of a row the logarithm of its sum over states given its field, without what
    /// no field changes.
    ///
    /// - Returns: How many terms were written: one for each unit.
    @discardableResult
    func writeLogPartitions(fields: Span<Float>, into terms: inout MutableSpan<Float>) -> Int

    /// Adds to the sums of which the gradient by the units' own parameters is made.
    ///
    /// - Parameters:
    ///   - values: Of one row.
    ///   - weight: What the row counts.
    ///   - sums: One for each unit.
    func addOwnStatistics(
        of values: Span<Float>, bias: Span<Float>, weight: Float,
        to sums: inout MutableSpan<Float>)

    /// The gradient by the own parameter of one unit, in nats.
    ///
    /// - Parameters:
    ///   - sum: What `addOwnStatistics` summed over the data minus the model.
    ///   - weights: Of the unit, shape `[other side]`.
    ///   - products: Σ v hᵀ of the data minus the model of the unit, same shape.
    func ownGradient(
        ofUnit unit: Int, sum: Float, weights: Span<Float>, products: Span<Float>
    ) -> Float

    /// The cross-entropy of a row between its levels and the law in some fields, in nats; of real
    /// values minus the logarithm of their density.
    func crossEntropy(
        ofLevels levels: Span<Float>, fields: Span<Float>, terms: inout [Float]
    ) -> Double
}

extension UnitLaw {
    public func weigh(_ values: inout MutableSpan<Double>) {}

    public func weigh(_ values: inout MutableSpan<Float>) {}

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

/// Σ of terms that a plain loop writes first: a loop over a closure would not vectorize.
///
/// - Parameter write: Returns how many terms it has written.
@inline(__always)
func sumOfTerms(
    _ terms: inout [Float], count: Int, _ write: (inout MutableSpan<Float>) -> Int
) -> Double {
    if terms.count < count { terms = Array(repeating: 0, count: count) }
    var span = terms.mutableSpan
    let written = span.withRange(0..<count) { write(&$0) }
    return laneSum(terms.span.extracting(0..<written))
}

// What the exact law says of one unit of one column.
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

    /// The mean of a unit's level in a field x: of a unit of two states the probability of the upper
    /// one.
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
