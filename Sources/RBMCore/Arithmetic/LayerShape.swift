/// What an arithmetic must know of a layer: how many units of which kind, and what data it sees.
public struct LayerShape: Sendable, Equatable {
    public let visible: Int
    public let hidden: Int
    public let visibleUnits: UnitKind
    public let hiddenUnits: UnitKind

    /// How many values a visible byte takes in the data; sampled visible states are 0 and the
    /// largest value.
    public let levels: ByteLevels

    public init(
        visible: Int, hidden: Int, visibleUnits: UnitKind, hiddenUnits: UnitKind, levels: ByteLevels
    ) {
        self.visible = visible
        self.hidden = hidden
        self.visibleUnits = visibleUnits
        self.hiddenUnits = hiddenUnits
        self.levels = levels
    }

    public init(_ rbm: RBM, levels: ByteLevels) {
        self.init(
            visible: rbm.visibleCount, hidden: rbm.hiddenCount, visibleUnits: rbm.visibleUnits,
            hiddenUnits: rbm.hiddenUnits, levels: levels)
    }
}
