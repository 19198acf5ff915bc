/// What values a unit takes and how its mean follows from its pre-activation x.
public enum UnitKind: String, Sendable {
    /// 0 or 1; mean 1/(1 + e⁻ˣ).
    case bernoulli

    /// −1 or +1; mean tanh x. Stored as the byte 0 or 1 of (s + 1)/2.
    case spin

    /// Any real number, normal about its mean b + Wh; visible units only, in float32.
    case gaussian

    /// The kinds of two values: those of hidden units, and of integer arithmetic.
    public static let allCases: [UnitKind] = [.bernoulli, .spin]

    /// The value of a unit whose byte is 1 or, between, the mean of a unit that is 1 with
    /// probability `probability`.
    @inlinable
    public func value(_ probability: Double) -> Double {
        self == .spin ? 2 * probability - 1 : probability
    }
}

/// How many values the byte of a unit takes.
public enum ByteLevels: String, Sendable {
    /// The byte is 0 or 1.
    case bits

    /// The byte is 0…127 and stands for x/127: grey data, or the means of the layer below.
    ///
    /// No unsigned byte exceeds 127: then oneDNN's 8-bit products are exact on every x86, also where
    /// the instruction adds pairs of products in 16 saturating bits.
    case grey

    /// No byte but four: a float32 in the machine's order, the value of a Gaussian unit.
    case real

    /// The byte that stands for 1; 1 where units are real.
    @inlinable public var maximum: Int { self == .grey ? 127 : 1 }

    /// How many bytes a unit takes in a row of states.
    @inlinable public var bytesPerUnit: Int { self == .real ? 4 : 1 }
}
