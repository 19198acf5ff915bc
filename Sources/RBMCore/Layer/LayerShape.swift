/// What the products must know of a layer: the number and the kind of its units, and how data are
/// stored.
public struct LayerShape: Sendable {
    public let visible: Int
    public let hidden: Int
    public let visibleUnits: any UnitKind
    public let hiddenUnits: any UnitKind

    /// How many values a visible byte takes in the data; sampled visible states are 0 and the
    /// largest value.
    public let levels: StateEncoding

    /// The bytes of a row of visible states.
    public var visibleBytes: Int { visible * levels.bytesPerUnit }

    public init(
        visible: Int, hidden: Int, visibleUnits: any UnitKind, hiddenUnits: any UnitKind,
        levels: StateEncoding
    ) {
        precondition(
            (levels == .real) == (visibleUnits.stateEncoding == .real) && hiddenUnits.isDiscrete,
            "\(visibleUnits) units stored as \(levels), under \(hiddenUnits) units")
        self.visible = visible
        self.hidden = hidden
        self.visibleUnits = visibleUnits
        self.hiddenUnits = hiddenUnits
        self.levels = levels
    }

    /// The shape of an RBM on its own states: bits, or real values of Gaussian units.
    public init(states rbm: RBM) {
        self.init(rbm, levels: rbm.visibleUnits.stateEncoding)
    }

    public init(_ rbm: RBM, levels: StateEncoding) {
        self.init(
            visible: rbm.visibleCount, hidden: rbm.hiddenCount, visibleUnits: rbm.visibleUnits,
            hiddenUnits: rbm.hiddenUnits, levels: levels)
    }
}

extension LayerShape: Equatable {
    public static func == (a: LayerShape, b: LayerShape) -> Bool {
        a.visible == b.visible && a.hidden == b.hidden && a.visibleUnits == b.visibleUnits
            && a.hiddenUnits == b.hiddenUnits && a.levels == b.levels
    }
}
