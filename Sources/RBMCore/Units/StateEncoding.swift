/// How the states of units are stored.
public enum StateEncoding: String, Sendable {
    /// A byte, which is 0 or 1.
    case bits

    /// A byte 0…127, which stands for x/127: grey data, or the means of the layer below.
    ///
    /// No unsigned byte exceeds 127: then oneDNN's 8-bit products are exact on every x86, also where
    /// the instruction adds pairs of products in 16 saturating bits.
    case levels

    /// Four bytes: a float32 in the machine's order, the value of a unit that takes real values.
    case float32

    /// The byte that stands for the level 1; 1 where units are real.
    @inlinable public var maximum: Int { self == .levels ? 127 : 1 }

    /// How many bytes a unit takes in a row of states.
    @inlinable public var bytesPerUnit: Int { self == .float32 ? 4 : 1 }
}
