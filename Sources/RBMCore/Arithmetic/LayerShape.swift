/// What an arithmetic must know of a layer: how many units of which kind, and what data it sees.
public struct LayerShape: Sendable, Equatable {
    public let visible: Int
    public let hidden: Int
    public let visibleUnits: UnitKind
    public let hiddenUnits: UnitKind

    /// How many values a visible byte takes in the data; sampled visible states are 0 and the
    /// largest value.
    public let levels: ByteLevels

    /// The bytes of a row of visible states.
    public var visibleBytes: Int { visible * levels.bytesPerUnit }

    public init(
        visible: Int, hidden: Int, visibleUnits: UnitKind, hiddenUnits: UnitKind, levels: ByteLevels
    ) {
        precondition(
            (levels == .real) == (visibleUnits == .gaussian) && hiddenUnits != .gaussian,
            "\(visibleUnits) units in bytes of \(levels) levels, under \(hiddenUnits) units")
        self.visible = visible
        self.hidden = hidden
        self.visibleUnits = visibleUnits
        self.hiddenUnits = hiddenUnits
        self.levels = levels
    }

    /// The shape of an RBM on its own states: bits, or real values of Gaussian units.
    public init(states rbm: RBM) {
        self.init(rbm, levels: rbm.visibleUnits == .gaussian ? .real : .bits)
    }

    public init(_ rbm: RBM, levels: ByteLevels) {
        self.init(
            visible: rbm.visibleCount, hidden: rbm.hiddenCount, visibleUnits: rbm.visibleUnits,
            hiddenUnits: rbm.hiddenUnits, levels: levels)
    }
}
