/// Memory that an update takes from its optimizer and gives back, so that no step allocates it.
struct UpdateRoom {
    /// The sum of the squared changes of each visible unit's weights, shape `[visible]`.
    var rowSquares: [Double]
    /// The changes of the weights, shape `[visible, hidden]`; nil where they are not kept.
    var changes: SharedRows<Float>?
    /// The gradients by the biases, shapes `[visible]` and `[hidden]`.
    var visibleGradient: [Float]
    var hiddenGradient: [Float]
    /// The gradient of a row of weights for each thread.
    let scratch = ThreadScratch()

    init(visible: Int, hidden: Int) {
        rowSquares = Array(repeating: 0, count: visible)
        visibleGradient = Array(repeating: 0, count: visible)
        hiddenGradient = Array(repeating: 0, count: hidden)
    }

    /// Lends the gradients by the biases.
    mutating func withBiasGradients(
        _ body: (_ visible: inout MutableSpan<Float>, _ hidden: inout MutableSpan<Float>) -> Void
    ) {
        Self.lend(&visibleGradient, &hiddenGradient, body)
    }

    private static func lend(
        _ visible: inout [Float], _ hidden: inout [Float],
        _ body: (inout MutableSpan<Float>, inout MutableSpan<Float>) -> Void
    ) {
        var visible = visible.mutableSpan
        var hidden = hidden.mutableSpan
        body(&visible, &hidden)
    }
}
