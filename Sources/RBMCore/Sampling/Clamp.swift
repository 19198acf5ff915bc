/// Rows of visible states in which some units are held and the others are free.
///
/// The bytes are those of states, and `free` stands for a free unit. For Gaussian units they are
/// real values, and NaN stands for a free unit.
public enum Clamp {
    /// The byte of a unit that is not held.
    public static let free: UInt8 = 2

    /// Sets held units to their states, and their probabilities to 0 or 1.
    ///
    /// It sets the means of Gaussian units to their values.
    ///
    /// - Parameter clamp: As long as the states, or empty if no unit is held.
    static func hold(
        _ clamp: [UInt8], _ kind: any UnitKind, _ states: inout [UInt8],
        _ probabilities: inout [Float]
    ) {
        guard !clamp.isEmpty else { return }
        guard kind.stateEncoding != .float32 else {
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

    /// The values of held units, and NaN for free ones.
    static func values(_ clamp: [UInt8], _ kind: any UnitKind) -> [Float] {
        guard kind.stateEncoding != .float32 else {
            var values: [Float] = []
            readReals(clamp, 0..<(clamp.count / 4), into: &values)
            return values
        }
        return clamp.map { $0 == free ? .nan : Float(kind.value(Double($0))) }
    }
}
