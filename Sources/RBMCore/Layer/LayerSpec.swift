/// What the products must know of a layer: the number and the kind of its units, and how data are
/// stored.
public struct LayerSpec: Sendable {
    public let visible: Int
    /// The hidden columns of this process.
    public var hidden: Int { hiddenSlice.columns.count }
    /// Which columns of the layer these are.
    public let hiddenSlice: HiddenSlice
    public let visibleUnits: any UnitKind
    public let hiddenUnits: any UnitKind

    /// How the data store visible states; a sampled state is 0 or the largest value.
    public let encoding: StateEncoding

    /// The bytes of a row of visible states.
    public var visibleBytes: Int { visible * encoding.bytesPerUnit }

    /// How drawn hidden states are stored.
    public var hiddenEncoding: StateEncoding { hiddenUnits.stateEncoding }

    /// The bytes of a row of drawn hidden states.
    public var hiddenBytes: Int { hidden * hiddenEncoding.bytesPerUnit }

    /// Whether integers can represent the states of both sides.
    public var isDiscrete: Bool { visibleUnits.isDiscrete && hiddenUnits.isDiscrete }

    public init(
        visible: Int, hidden: Int, visibleUnits: any UnitKind, hiddenUnits: any UnitKind,
        encoding: StateEncoding
    ) {
        precondition(
            (encoding == .float32) == (visibleUnits.stateEncoding == .float32),
            "\(visibleUnits) units stored as \(encoding)")
        self.visible = visible
        hiddenSlice = HiddenSlice(whole: hidden)
        self.visibleUnits = visibleUnits
        self.hiddenUnits = hiddenUnits
        self.encoding = encoding
    }

    /// The same layer on a process that holds a slice of its hidden columns.
    public init(_ whole: LayerSpec, slice: HiddenSlice) {
        precondition(
            slice.total == whole.hidden,
            "columns \(slice.columns) of \(slice.total) for \(whole.hidden)")
        visible = whole.visible
        visibleUnits = whole.visibleUnits
        hiddenUnits = whole.hiddenUnits
        encoding = whole.encoding
        hiddenSlice = slice
    }

    /// The same layer on a process that holds all of its hidden columns.
    var withAllColumns: LayerSpec {
        LayerSpec(
            visible: visible, hidden: hiddenSlice.total, visibleUnits: visibleUnits,
            hiddenUnits: hiddenUnits, encoding: encoding)
    }

    /// The shape of a machine on its own states: bits, or real values of Gaussian units.
    ///
    /// It has the hidden columns of all processes.
    public init(states machine: any Machine) {
        self.init(machine, encoding: machine.visibleUnits.stateEncoding)
    }

    public init(_ machine: any Machine, encoding: StateEncoding) {
        self.init(
            visible: machine.visibleCount, hidden: machine.hiddenCount,
            visibleUnits: machine.visibleUnits, hiddenUnits: machine.hiddenUnits,
            encoding: encoding)
    }
}

extension LayerSpec: Equatable {
    public static func == (a: LayerSpec, b: LayerSpec) -> Bool {
        a.visible == b.visible && a.hiddenSlice == b.hiddenSlice && a.visibleUnits == b.visibleUnits
            && a.hiddenUnits == b.hiddenUnits && a.encoding == b.encoding
    }
}
