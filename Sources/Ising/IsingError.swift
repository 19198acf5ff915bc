/// Reports a lattice or a coupling for which a question has no answer here, and what has one.
public enum IsingError: Error, Equatable, Sendable {
    /// A size outside the range of the named calculation.
    case size(Int, allowed: ClosedRange<Int>, for: String)
    /// A coupling that is not a finite number.
    case couplingNotFinite(Double)
    /// A field that is not a finite number.
    case fieldNotFinite(Double)
    /// A negative coupling on a torus of odd size, where no arrangement satisfies every bond.
    case frustrated(size: Int, coupling: Double)
    /// A method that does not sample this lattice at this coupling.
    case method(SamplingMethod, reason: String)
    /// Configurations so correlated that the pilot run ended before it could measure how much.
    case slow(SamplingMethod, size: Int, coupling: Double, sweeps: Int)
    /// A byte of a configuration that is neither 0 nor 1.
    case notASpin(UInt8, configuration: Int)
    /// A parameter outside the accepted range.
    case outOfRange(String, Double, allowed: ClosedRange<Double>)
    /// An accuracy that no number of configurations can give.
    case accuracy(Double)
}

extension IsingError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .size(let size, let allowed, let calculation):
            let bounds =
                allowed.upperBound == Int.max
                ? "at least \(allowed.lowerBound)"
                : "\(allowed.lowerBound) to \(allowed.upperBound)"
            return "lattice size \(size): \(calculation) needs a size of \(bounds)"
        case .couplingNotFinite(let coupling):
            return "coupling \(coupling): expected a finite number"
        case .fieldNotFinite(let field):
            return "field \(field): expected a finite number"
        case .frustrated(let size, let coupling):
            return """
                coupling \(coupling) on a \(size)×\(size) torus: a negative coupling is frustrated \
                on an odd size; use an even size or a positive coupling
                """
        case .method(let method, let reason):
            return "method \(method.rawValue): \(reason)"
        case .slow(let method, let size, let coupling, let sweeps):
            let way = method == .metropolis ? ", which samples without a field" : ""
            return """
                method \(method.rawValue) at size \(size) and coupling \(coupling): the \
                autocorrelation time cannot be measured within \(sweeps) sweeps; use \
                \(SamplingMethod.swendsenWang.rawValue)\(way)
                """
        case .notASpin(let byte, let configuration):
            return """
                configuration \(configuration) holds the byte \(byte): expected 0 (spin −1) or 1 \
                (spin +1)
                """
        case .outOfRange(let name, let value, let allowed):
            return """
                \(name) \(value): expected a number from \(allowed.lowerBound) to \
                \(allowed.upperBound)
                """
        case .accuracy(let accuracy):
            return "relative error \(accuracy): expected a positive number"
        }
    }
}
