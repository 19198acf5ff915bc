/// A kind of unit: what values its units take, and the law by which they follow from their fields.
///
/// A kind is a file of this folder and a name in `UnitKinds`; nothing outside the folder compares
/// kinds. Other code asks this protocol, or the kind's `UnitLaw`, for what it needs of a kind.
///
/// A unit takes `columns` columns of the weights; kinds whose state is one number take one. Its
/// stored state has one level x in [0, 1] for each column, which stands for the value
/// scale·x + offset.
public protocol UnitKind: Sendable, Hashable, CustomStringConvertible {
    /// The name in configurations and files.
    var name: String { get }

    /// How many successive columns of the weights belong to one unit and are drawn together.
    var columns: Int { get }

    /// How drawn states are stored.
    var stateEncoding: StateEncoding { get }

    /// The factor that turns a stored level into a value.
    var scale: Double { get }

    /// The value of a stored level of 0.
    var offset: Double { get }

    /// Whether units have parameters beside their biases, which may be learned.
    var hasOwnParameters: Bool { get }

    /// The bounds of a learned parameter beside the biases.
    var ownBounds: ClosedRange<Float> { get }

    /// Whether dropout may leave a unit out of a step.
    ///
    /// Its level of 0 must then contribute nothing to any field.
    var canBeDropped: Bool { get }

    /// Whether data may hold values between the states, as grey pictures do.
    var takesGrey: Bool { get }

    /// How many states a unit has; nil if its states cannot be counted.
    var alternatives: Int? { get }

    /// The law of units of this kind with their own parameters.
    ///
    /// - Parameter own: The parameters that units have beside their biases, shape `[units]`; empty if
    ///   they have none.
    func law(own: [Float]) -> any UnitLaw

    /// The law of independent units that have the given moments.
    func independentLaw(of moments: VisibleMoments) -> any UnitLaw

    /// The biases with which independent units have the given means of their stored levels.
    ///
    /// - Parameter rates: The means, each in (0, 1), shape `[columns of all units]`.
    func biases(ofRates rates: [Double]) -> [Float]
}

extension UnitKind {
    public var columns: Int { 1 }
    public var stateEncoding: StateEncoding { .bits }
    public var scale: Double { 1 }
    public var offset: Double { 0 }
    public var hasOwnParameters: Bool { false }
    public var ownBounds: ClosedRange<Float> { -Float.infinity...Float.infinity }
    public var canBeDropped: Bool { false }
    public var takesGrey: Bool { false }
    public var alternatives: Int? { 2 }
    public var description: String { name }
    public func independentLaw(of moments: VisibleMoments) -> any UnitLaw { law(own: []) }

    /// Whether integers can represent the states.
    public var isDiscrete: Bool { alternatives != nil }

    /// Whether changing the sign of every value maps the states onto themselves.
    public var isSymmetric: Bool { isDiscrete && value(0) == -value(1) }

    /// Returns the value of a stored level.
    ///
    /// For a mean level it is the mean value.
    @inlinable
    public func value(_ level: Double) -> Double { scale * level + offset }

    /// The value of a column of a unit that is in one of its alternatives.
    ///
    /// A unit of one column goes through the values of its levels 0 and 1. One of several columns has
    /// the level 1 in the column of its alternative.
    public func value(ofAlternative alternative: Int, column: Int) -> Double {
        columns == 1
            ? value(Double(alternative)) : value(alternative == column ? 1 : 0)
    }
}

/// Whether two units are of the same kind.
public func == (a: any UnitKind, b: any UnitKind) -> Bool { AnyHashable(a) == AnyHashable(b) }

/// Whether two units are of different kinds.
public func != (a: any UnitKind, b: any UnitKind) -> Bool { !(a == b) }
