/// Sums over cases, in the type in which a number system adds them up.
public enum SumBuffer: Sendable {
    case float32([Float])
    case int32([Int32])
    /// Sums that are known to fit 16 bits over all processes.
    case int16([Int16])

    /// The type of the sums.
    enum Form: Sendable { case float32, int32, int16 }

    /// Creates sums that are all zero.
    init(_ form: Form, count: Int) {
        self =
            switch form {
            case .float32: .float32(Array(repeating: 0, count: count))
            case .int32: .int32(Array(repeating: 0, count: count))
            case .int16: .int16(Array(repeating: 0, count: count))
            }
    }

    /// Takes the sums out, so that their array has one reference while it changes; otherwise Swift
    /// would copy it.
    public mutating func take() -> SumBuffer {
        var taken = SumBuffer.int16([])
        swap(&taken, &self)
        return taken
    }

    /// Lends sums in float32.
    mutating func withFloat32(_ body: (inout MutableSpan<Float>) -> Void) {
        guard case .float32(var sums) = take() else { preconditionFailure("no sums in float32") }
        var span = sums.mutableSpan
        body(&span)
        self = .float32(sums)
    }

    /// Lends sums in 32 bits.
    mutating func withInt32(_ body: (inout MutableSpan<Int32>) -> Void) {
        guard case .int32(var sums) = take() else { preconditionFailure("no sums in 32 bits") }
        var span = sums.mutableSpan
        body(&span)
        self = .int32(sums)
    }

    /// Lends sums in 16 bits.
    mutating func withInt16(_ body: (inout MutableSpan<Int16>) -> Void) {
        guard case .int16(var sums) = take() else { preconditionFailure("no sums in 16 bits") }
        var span = sums.mutableSpan
        body(&span)
        self = .int16(sums)
    }
}
