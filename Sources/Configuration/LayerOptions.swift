public import RBMCore
import Yams

/// One RBM of the stack.
public struct LayerOptions: Sendable, Equatable {
    /// The first layer's own choice; above it, the hidden units of the layer below.
    public var visibleUnits: any UnitKind = .bernoulli
    public var visibleVariance = ConfiguredVariance.unit
    /// The number of hidden units.
    public var hidden: Int
    public var hiddenUnits: any UnitKind = .bernoulli
    /// How many states each categorical hidden unit has; nil for as many as the visible units have.
    public var hiddenCategories: Int?
    public var biases = true
    /// nil for 0.01, or for the weights of the layer below.
    public var initialWeights: Double?
    public var initialNeighbours = 0
    public var initialVisibleBias = ConfiguredVisibleBias.logOdds
    public var propagate = PropagatedCases.Propagation.samples
    /// The global `training` with this layer's own keys merged over it.
    public var training = TrainingOptions()

    /// Creates a layer with the defaults for all but its size.
    public init(hidden: Int) {
        self.hidden = hidden
    }

    /// Tells whether the layers are written alike.
    public static func == (a: LayerOptions, b: LayerOptions) -> Bool {
        YAMLOutline.block(a.pairs(.full)) == .block(b.pairs(.full))
    }
}

extension LayerOptions: ConfiguredSection {
    static let defaults = LayerOptions(hidden: 1)

    static let settings = [
        Setting(
            "visible-units", \LayerOptions.visibleUnits, .word(UnitKinds.all, \.name),
            """
            Visible units: bernoulli (0/1), spin (−1/+1), gaussian (real) or categorical (one of some
            states without an order). Only in the first layer: the others see the kind below them.
            """),
        Setting(
            "visible-variance", \LayerOptions.visibleVariance, .word,
            """
            The variances of gaussian units given the hidden ones: unit (1, for standardized data) or
            learned (between 0.01 and 10⁶). Learning rates from 0.001 to 0.05 are stable;
            beside much momentum, smaller ones.
            """),
        Setting(
            "hidden", \LayerOptions.hidden, .integer(1...ConfigurationLimit.units),
            required: "the number of its hidden units, as in `hidden: 500`",
            "The number of hidden units, 1 to \(ConfigurationLimit.units)."),
        Setting(
            "hidden-units", \LayerOptions.hiddenUnits, .word(UnitKinds.hidden, \.name),
            "Hidden units: bernoulli (0/1), spin (−1/+1) or categorical (one of some states)."),
        Setting(
            "hidden-categories", \LayerOptions.hiddenCategories, .either(.states, or: "auto"),
            neutral: .some(nil),
            """
            How many states each categorical hidden unit has: 2 to 256, or auto for as many as the
            visible units of the layer, if they are categorical.
            """),
        Setting(
            "biases", \LayerOptions.biases, .boolean,
            "Whether units have biases. false: none on either side."),
        Setting(
            "initial-weights", \LayerOptions.initialWeights,
            .either(.number(.notNegative), or: "auto"), formerly: [0.01],
            """
            The standard deviation of the normal weights at the start. auto: 0.01; a layer whose hidden
            units are of the kind of the visible units below begins as the layer below upside down,
            as far as the sizes go.
            """),
        Setting(
            "initial-neighbours", \LayerOptions.initialNeighbours,
            .integer(0...ConfigurationLimit.units), neutral: 0,
            """
            Each hidden spin begins at one visible spin, with weight 1, and at so many others that vary
            most with it. For large systems of spins, where 4 is good. 0: none.
            """),
        Setting(
            "initial-visible-bias", \LayerOptions.initialVisibleBias, .word,
            """
            The visible biases at the start: log-odds (of (n+1)/(N+2), when n of N cases have the
            unit on; the mean of a gaussian unit) or zero.
            """),
        Setting(
            "propagate", \LayerOptions.propagate, .word, formerly: [.means],
            "What the next layer sees of the hidden units: means or samples."),
        Setting(
            "training", \LayerOptions.training, .overlay(of: "training"),
            "Any key of `training` below, for this layer alone."),
    ]

    static let rules = [
        Rule<LayerInStack>("arithmetic", "layers.N.visible-units") { place in
            let units = place.layer.visibleUnits
            guard let arithmetic = place.run.arithmetic, arithmetic != .float32, !units.isDiscrete
            else { return nil }
            return "\(arithmetic.rawValue) cannot compute the \(units.name) units of layer "
                + "\(place.index); expected auto or float32"
        },
        Rule("layers.N.visible-variance", "layers.N.visible-units") { place in
            let units = place.layer.visibleUnits
            guard place.layer.visibleVariance == .learned, !units.hasOwnParameters else {
                return nil
            }
            return "learned has no meaning for \(units.name) units; expected unit, or gaussian "
                + "visible-units"
        },
        Rule(
            "layers.N.training.keep-probability", "training.keep-probability",
            "layers.N.hidden-units"
        ) { place in
            let units = place.layer.hiddenUnits
            guard place.layer.training.keepProbability < 1, !units.canBeDropped else { return nil }
            let states = units.isSymmetric ? " (−1 or +1)" : ""
            return "dropout switches hidden units off, to 0, which is no value of a \(units.name)"
                + "\(states) in layer \(place.index); expected 1, or bernoulli hidden-units"
        },
        Rule("layers.N.initial-neighbours", "layers.N.visible-units", "layers.N.hidden-units") {
            place in
            let layer = place.layer
            guard layer.initialNeighbours > 0,
                !layer.visibleUnits.isSymmetric || !layer.hiddenUnits.isSymmetric
            else { return nil }
            return "neighbours are of spins, but layer \(place.index) has "
                + "\(layer.visibleUnits.name) and \(layer.hiddenUnits.name) units; expected 0, or "
                + "spin units on both sides"
        },
        Rule("layers.N.hidden-categories", "layers.N.hidden-units") { place in
            let units = place.layer.hiddenUnits
            guard let states = place.layer.hiddenCategories, units.columns == 1 else { return nil }
            return "\(states) states have no meaning for the \(units.name) hidden units of layer "
                + "\(place.index); expected auto, or categorical hidden-units"
        },
        Rule("layers.N.hidden-units", "layers.N.hidden-categories", "layers.N.visible-units") {
            place in
            let (units, visible) = (place.layer.hiddenUnits, place.layer.visibleUnits)
            guard units.columns > 1, place.layer.hiddenCategories == nil, visible.columns == 1
            else { return nil }
            return "\(units.name) units of layer \(place.index) need a number of states, for its "
                + "visible units are \(visible.name); expected hidden-categories, 2 to "
                + "\(Categorical.allowedStates.upperBound)"
        },
        Rule(
            "layers.N.training.sparsity.cost", "training.sparsity.cost", "layers.N.hidden-units"
        ) { place in
            let units = place.layer.hiddenUnits
            guard place.layer.training.sparsity.cost > 0, units.columns > 1 else { return nil }
            return "sparsity draws hidden units to a share of the time on, which the \(units.name) "
                + "units of layer \(place.index) do not have; expected 0, or bernoulli hidden-units"
        },
        Rule("layers.N.visible-units", "layers.N-1.hidden-units") { place in
            let units = place.layer.visibleUnits
            guard let below = place.below?.hiddenUnits, units != below else { return nil }
            return "\(units.name), but the layer below ends in \(below.name) units, which this one "
                + "sees; leave the key out"
        },
        Rule("layers.N.hidden", "layers.N-1.hidden") { place in
            place.below.flatMap { tooManyWeights(visible: $0.hidden, place.layer) }
        },
        Rule("layers.N.hidden", "data.ising") { place in
            guard place.index == 0, let lattice = place.run.data.source.lattice else { return nil }
            return tooManyWeights(visible: lattice.size * lattice.size, place.layer)
        },
    ]

    private static func tooManyWeights(visible: Int, _ layer: LayerOptions) -> String? {
        guard visible * layer.hidden > ConfigurationLimit.weights else { return nil }
        return "\(visible) visible × \(layer.hidden) hidden units are more than the "
            + "\(ConfigurationLimit.weights) weights a layer may have"
    }
}

/// A layer with its place, for rules that look at its neighbours too.
struct LayerInStack {
    let run: RunConfiguration
    let index: Int

    var layer: LayerOptions { run.layers[index] }
    /// The layer below; nil for the first one.
    var below: LayerOptions? { index > 0 ? run.layers[index - 1] : nil }
}

extension [LayerOptions] {
    /// Reads the list of layers, each of which inherits what all layers have in common.
    mutating func read(_ node: Node?, at place: Place, inheriting training: TrainingOptions) {
        let nodes = place.list(node, of: "layers")
        if nodes.isEmpty, !place.isWrong {
            place.report("no layer; expected a list with at least one: `- hidden: 500`")
        }
        let limit = ConfigurationLimit.layers
        if nodes.count > limit {
            place.report("found \(nodes.count) layers; expected 1 to \(limit)")
        }
        for (index, node) in nodes.prefix(limit).enumerated() {
            var layer = place.reader.start(of: LayerOptions.self)
            if let below = last { layer.visibleUnits = below.hiddenUnits }
            layer.training = training
            layer.read(node, at: place.place(of: String(index)))
            append(layer)
        }
    }
}

/// The variances of Gaussian visible units, given the hidden ones.
public enum ConfiguredVariance: String, CaseIterable, Sendable {
    /// 1.
    case unit
    /// Learned, one for each unit.
    case learned
}

/// Where the visible biases start.
public enum ConfiguredVisibleBias: String, CaseIterable, Sendable {
    /// The log-odds of (n+1)/(N+2), n of N cases having the unit on; the mean of a Gaussian unit.
    case logOdds = "log-odds"
    case zero
}
