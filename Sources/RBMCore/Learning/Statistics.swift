/// The sums of one step over the cases of both phases, in one flat buffer that ranks add up.
///
/// Layout: of a panel of visible units Σ v hᵀ of the positive minus the negative phase, shape
/// `[panel, hidden]`: panel after panel is made, added up over ranks and applied, so that no buffer of
/// the weights' size is needed. They stand in `shortProducts` where sums over all processes are known to
/// fit 16 bits. Then the moments: Σ v of the positive phase and Σ v of the negative,
/// `[visible]` each; Σ h likewise, `[hidden]` each. They stay apart by phase because each is divided by
/// its own count. Of Gaussian visible units there follows Σ (v − b)²/2 of the positive minus the
/// negative phase, `[visible]`. Integers or floats, as the arithmetic has it; the other buffer is empty.
/// What one unit of the integers means is the arithmetic's business.
public struct Statistics: Sendable {
    public let layout: StatisticsLayout
    public var integers: [Int32]
    public var floats: [Float]
    /// The products alone, in 16 bits; empty where they are in one of the buffers above.
    public var shortProducts: [Int16]

    /// The visible units whose products are there.
    public internal(set) var panel: Range<Int>

    /// What the sums are.
    enum Form {
        case floats, integers
        /// Integers, the products in 16 bits.
        case shortProducts
    }

    /// - Parameter panelUnits: The most visible units of a panel.
    init(_ shape: LayerShape, panelUnits: Int, _ form: Form) {
        layout = StatisticsLayout(
            visible: shape.visible, hidden: shape.hidden, panelUnits: panelUnits,
            hasSquares: shape.visibleUnits.hasOwnParameters, hasProducts: form != .shortProducts)
        integers = form == .floats ? [] : Array(repeating: 0, count: layout.count)
        floats = form == .floats ? Array(repeating: 0, count: layout.count) : []
        shortProducts =
            form == .shortProducts ? Array(repeating: 0, count: panelUnits * shape.hidden) : []
        panel = 0..<panelUnits
    }

    /// Where the products of the panel are.
    public var products: Range<Int> { 0..<(panel.count * layout.hidden) }

    /// How many panels make up the visible units.
    public var panelCount: Int {
        (layout.visible + layout.panelUnits - 1) / layout.panelUnits
    }

    /// The visible units of a panel, counted from 0.
    public func panel(_ number: Int) -> Range<Int> {
        let first = number * layout.panelUnits
        return first..<min(first + layout.panelUnits, layout.visible)
    }

    /// Takes over the moments of statistics of the same layout.
    public mutating func copyMoments(of other: Statistics) {
        for i in layout.moments where i < integers.count { integers[i] = other.integers[i] }
        for i in layout.moments where i < floats.count { floats[i] = other.floats[i] }
    }

    /// Where the products of one visible unit are, which the panel must have.
    func products(ofVisible unit: Int) -> Range<Int> {
        precondition(panel.contains(unit), "unit \(unit) is not of the panel \(panel)")
        return rowRange(unit - panel.lowerBound, of: layout.hidden)
    }
}

/// Where in the flat buffer of `Statistics` each sum lies.
public struct StatisticsLayout: Sendable {
    public let visible: Int
    public let hidden: Int
    let panelUnits: Int
    let hasSquares: Bool
    /// Whether products are in the buffer, before all else.
    let hasProducts: Bool

    init(
        visible: Int, hidden: Int, panelUnits: Int, hasSquares: Bool = false,
        hasProducts: Bool = true
    ) {
        precondition(
            (1...visible).contains(panelUnits), "a panel of \(panelUnits) of \(visible) units")
        self.visible = visible
        self.hidden = hidden
        self.panelUnits = panelUnits
        self.hasSquares = hasSquares
        self.hasProducts = hasProducts
    }

    public var count: Int { squares.upperBound }

    /// Σ v and Σ h: not differences of the phases as Σ v hᵀ is, and so larger.
    public var moments: Range<Int> { positiveVisible.lowerBound..<count }
    var positiveVisible: Range<Int> { range(from: hasProducts ? panelUnits * hidden : 0, visible) }
    var negativeVisible: Range<Int> { range(from: positiveVisible.upperBound, visible) }
    var positiveHidden: Range<Int> { range(from: negativeVisible.upperBound, hidden) }
    var negativeHidden: Range<Int> { range(from: positiveHidden.upperBound, hidden) }

    /// Empty where visible units are not Gaussian.
    var squares: Range<Int> { range(from: negativeHidden.upperBound, hasSquares ? visible : 0) }

    private func range(from start: Int, _ count: Int) -> Range<Int> { start..<(start + count) }
}
