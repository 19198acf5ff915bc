public import RBMCore

extension UnitKind {
    /// Units for people: `500 bernoulli`, or `6 categorical (3 states)`.
    ///
    /// - Parameters:
    ///   - count: How many columns all of them take.
    ///   - side: A word before the kind: `500 hidden bernoulli`.
    public func counted(columns count: Int, side: String = "") -> String {
        let states = columns > 1 ? " (\(columns) states)" : ""
        return "\(count / columns) \(side.isEmpty ? "" : side + " ")\(name)\(states)"
    }
}
