/// Bytes that hold visible units at 0 or 1, or leave them free.
public enum Clamp {
    /// The byte of a unit that is not held.
    public static let free: UInt8 = 2

    /// Puts held units to their states and their probabilities to 0 or 1.
    ///
    /// - Parameter clamp: As long as the others; empty holds nothing.
    static func hold(_ clamp: [UInt8], _ states: inout [UInt8], _ probabilities: inout [Float]) {
        for i in clamp.indices where clamp[i] != free {
            states[i] = clamp[i]
            probabilities[i] = Float(clamp[i])
        }
    }
}
