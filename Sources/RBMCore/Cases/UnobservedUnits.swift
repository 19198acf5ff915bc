/// Visible units that were not observed in some cases: how they are marked, and where draws of them start.
///
/// A mark is a byte that no state and no level has, or a real value that is not a number.
public struct UnobservedUnits: Sendable, Equatable {
    /// The byte of a column that was not observed; no state or level exceeds 127.
    public static let mark: UInt8 = 255

    /// Each unit by itself, over the cases in which it was observed.
    public enum Marginals: Sendable, Equatable {
        /// The probability that each column is 1, shape `[visible]`.
        case rates([Double])
        case moments(VisibleMoments)
    }

    public let marginals: Marginals

    public init(_ marginals: Marginals) { self.marginals = marginals }

    /// Whether a column of some rows of states was not observed.
    ///
    /// - Parameters:
    ///   - states: In the encoding, row by row.
    ///   - column: Counted through all rows.
    public static func isMarked(
        _ states: Span<UInt8>, _ column: Int, _ encoding: StateEncoding
    ) -> Bool {
        encoding == .float32 ? real(column, in: states).isNaN : states[column] == mark
    }

    /// The law of visible units by themselves, and the means of their levels, shape `[visible]`.
    func independentLaw(of layer: Layer) -> (law: any UnitLaw, levels: [Float]) {
        let kind = layer.shape.visibleUnits
        switch marginals {
        case .rates(let rates): return (kind.law(own: []), rates.map(Float.init))
        case .moments(let moments):
            return (kind.independentLaw(of: moments), moments.means.map(Float.init))
        }
    }
}
