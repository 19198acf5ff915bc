/// A stack of RBMs: the hidden units of each layer are the visible units of the next.
///
/// Source: [Hinton06].
public struct DBN: Sendable, Equatable {
    /// The layers, lowest first.
    public let layers: [RBM]

    /// Creates a stack; layers that do not fit trap.
    public init(layers: [RBM]) {
        precondition(!layers.isEmpty, "a stack needs a layer")
        for (below, above) in zip(layers, layers.dropFirst()) {
            precondition(
                below.hiddenCount == above.visibleCount && below.hiddenUnits == above.visibleUnits,
                "\(below.hiddenCount) \(below.hiddenUnits) units do not feed "
                    + "\(above.visibleCount) \(above.visibleUnits) units")
        }
        self.layers = layers
    }
}
