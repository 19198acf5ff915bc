/// The sums of one step over the cases of both phases, in one flat buffer that ranks add up.
///
/// Layout: Σ v hᵀ of the positive minus the negative phase, shape `[visible, hidden]`; Σ v of the
/// positive phase and Σ v of the negative, `[visible]` each; Σ h likewise, `[hidden]` each. Moments
/// stay apart by phase because each is divided by its own count. Of Gaussian visible units there
/// follows Σ (v − b)²/2 of the positive minus the negative phase, `[visible]`. Integers or floats, as the
/// arithmetic has it; the other buffer is empty. What one unit of the integers means is the
/// arithmetic's business.
public struct Statistics: Sendable {
    public let layout: StatisticsLayout
    public var integers: [Int32]
    public var floats: [Float]

    init(_ shape: LayerShape, integers isInteger: Bool) {
        layout = StatisticsLayout(
            visible: shape.visible, hidden: shape.hidden,
            hasSquares: shape.visibleUnits == .gaussian)
        integers = isInteger ? Array(repeating: 0, count: layout.count) : []
        floats = isInteger ? [] : Array(repeating: 0, count: layout.count)
    }
}

/// Where in the flat buffer of `Statistics` each sum lies.
public struct StatisticsLayout: Sendable {
    public let visible: Int
    public let hidden: Int
    let hasSquares: Bool

    init(visible: Int, hidden: Int, hasSquares: Bool = false) {
        self.visible = visible
        self.hidden = hidden
        self.hasSquares = hasSquares
    }

    public var count: Int { squares.upperBound }

    /// Σ v and Σ h: not differences of the phases as Σ v hᵀ is, and so larger.
    public var moments: Range<Int> { (visible * hidden)..<count }
    var positiveVisible: Range<Int> { range(from: visible * hidden, visible) }
    var negativeVisible: Range<Int> { range(from: positiveVisible.upperBound, visible) }
    var positiveHidden: Range<Int> { range(from: negativeVisible.upperBound, hidden) }
    var negativeHidden: Range<Int> { range(from: positiveHidden.upperBound, hidden) }

    /// Empty where visible units are not Gaussian.
    var squares: Range<Int> { range(from: negativeHidden.upperBound, hasSquares ? visible : 0) }

    private func range(from start: Int, _ count: Int) -> Range<Int> { start..<(start + count) }
}
