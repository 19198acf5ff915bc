/// Reports a decomposition of a matrix that could not be made.
public struct DecompositionError: Error, Equatable, Sendable, CustomStringConvertible {
    public let description: String

    public init(description: String) { self.description = description }
}
