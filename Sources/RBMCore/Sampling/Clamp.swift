/// Rows of visible states of which some units are held, and the others free.
///
/// The bytes are those of states: 0, 1 or `free`; of Gaussian units real values, NaN where one is
/// free.
public enum Clamp {
    /// The byte of a unit that is not held.
    public static let free: UInt8 = 2

    /// Puts held units to their states, and their probabilities to 0 or 1; the means of Gaussian units
    /// to their values.
    ///
    /// - Parameter clamp: As long as the states; empty holds nothing.
    static func hold(
        _ clamp: [UInt8], _ kind: any UnitKind, _ states: inout [UInt8],
        _ probabilities: inout [Float]
    ) {
        guard !clamp.isEmpty else { return }
        guard kind.stateEncoding != .real else {
            return holdReals(clamp, kind, &states, &probabilities)
        }
        for i in clamp.indices where clamp[i] != free {
            states[i] = clamp[i]
            probabilities[i] = Float(clamp[i])
        }
    }

    private static func holdReals(
        _ clamp: [UInt8], _ kind: any UnitKind, _ states: inout [UInt8], _ means: inout [Float]
    ) {
        let held = values(clamp, kind)
        var values: [Float] = []
        readReals(states, held.indices, into: &values)
        for i in held.indices where !held[i].isNaN {
            values[i] = held[i]
            means[i] = held[i]
        }
        writeReals(values.span, into: &states, at: 0)
    }

    /// The values of held units, NaN where they are free.
    static func values(_ clamp: [UInt8], _ kind: any UnitKind) -> [Float] {
        guard kind.stateEncoding != .real else {
            var values: [Float] = []
            readReals(clamp, 0..<(clamp.count / 4), into: &values)
            return values
        }
        return clamp.map { $0 == free ? .nan : Float(kind.value(Double($0))) }
    }
}
