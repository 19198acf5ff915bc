/// Where in the moments of `Statistics` each sum lies.
///
/// Σ v of the positive and of the negative phase come first, `[visible]` each, then Σ h of both,
/// `[hidden]` each. The phases stay apart, because each is divided by its own count. If the visible
/// units have parameters beside their biases, the sums of `UnitLaw.addOwnStatistics` follow,
/// `[visible]`. The last number is the rider.
public struct StatisticsLayout: Sendable {
    public let visible: Int
    public let hidden: Int
    let panelUnits: Int
    let hasOwnParameters: Bool

    public var count: Int { rider + 1 }

    var positiveVisible: Range<Int> { 0..<visible }
    var negativeVisible: Range<Int> { range(from: positiveVisible.upperBound, visible) }
    var positiveHidden: Range<Int> { range(from: negativeVisible.upperBound, hidden) }
    var negativeHidden: Range<Int> { range(from: positiveHidden.upperBound, hidden) }

    /// Empty for kinds of units without parameters of their own.
    var ownParameters: Range<Int> {
        range(from: negativeHidden.upperBound, hasOwnParameters ? visible : 0)
    }

    /// A number that travels with the moments.
    var rider: Int { ownParameters.upperBound }

    private func range(from start: Int, _ count: Int) -> Range<Int> { start..<(start + count) }
}
