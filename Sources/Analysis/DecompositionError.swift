/// Reports a decomposition of a matrix that LAPACK could not make.
public struct DecompositionError: Error, Equatable, Sendable, CustomStringConvertible {
    public let description: String
}
