public import RBMCore

/// The units of a layer: what must agree for one layer to take the place of another.
public struct LayerUnits: Sendable, Equatable, CustomStringConvertible {
    /// How many columns the visible units take.
    public let visible: Int
    public let visibleKind: any UnitKind
    /// How many columns the hidden units take.
    public let hidden: Int
    public let hiddenKind: any UnitKind

    public init(
        visible: Int, visibleKind: any UnitKind, hidden: Int, hiddenKind: any UnitKind
    ) {
        self.visible = visible
        self.visibleKind = visibleKind
        self.hidden = hidden
        self.hiddenKind = hiddenKind
    }

    /// The units of both sides for people: `6 categorical (3 states) × 4 bernoulli`.
    public var description: String {
        visibleKind.counted(columns: visible) + " × " + hiddenKind.counted(columns: hidden)
    }

    public static func == (a: LayerUnits, b: LayerUnits) -> Bool {
        a.visible == b.visible && a.visibleKind == b.visibleKind
            && a.hidden == b.hidden && a.hiddenKind == b.hiddenKind
    }
}

extension Machine {
    public var units: LayerUnits {
        LayerUnits(
            visible: visibleCount, visibleKind: visibleUnits, hidden: hiddenCount,
            hiddenKind: hiddenUnits)
    }

    /// The units of both sides for people: `6 categorical (3 states) × 4 bernoulli`.
    public var unitsText: String { "\(units)" }
}

/// The lowest layer of a stack whose units are not those that it should have.
public struct LayerMisfit: Sendable, Equatable {
    /// The layer's place in the stack, from 0.
    public let layer: Int
    public let found: LayerUnits
    public let wanted: LayerUnits

    /// Compares layers, the lowest first; nil if they agree as far as both lists go.
    public init?(of layers: [LayerUnits], to wanted: [LayerUnits]) {
        let pairs = zip(layers, wanted)
        guard let layer = pairs.enumerated().first(where: { $1.0 != $1.1 })?.offset else {
            return nil
        }
        self.layer = layer
        found = layers[layer]
        self.wanted = wanted[layer]
    }
}
