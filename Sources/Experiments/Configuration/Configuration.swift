/// A whole training run: what to learn from, which layers, how.
///
/// The meaning of each key stands in ``defaultsText``; the properties have the names of the keys.
/// A value made by `load` is valid; one made by hand is not checked.
public struct Configuration: Sendable, Equatable {
    public var data: DataOptions
    /// The stack, lowest layer first; each with its own resolved `training`.
    public var layers: [LayerOptions]
    /// What `training` says for all layers; a layer's own `training` has the last word.
    public var training = TrainingOptions()
    public var monitor = MonitorOptions()
    public var checkpoint = CheckpointOptions()
    public var arithmetic = ConfiguredArithmetic.auto
    /// The model file of a warm start.
    public var initialModel: String?

    /// Creates a configuration with the defaults for all that is not named.
    public init(data: DataOptions, layers: [LayerOptions]) {
        self.data = data
        self.layers = layers
    }
}

/// Where the cases come from and what their numbers mean.
public struct DataOptions: Sendable, Equatable {
    public var source: DataSource
    public var heldOut = HeldOut.fraction(0.1)
    public var values = ConfiguredValues.auto
    public var binarize = ConfiguredBinarization.none
    /// Whether real values are shifted and scaled to mean 0 and deviation 1.
    public var standardize = false

    /// Creates options with the defaults for all but the source.
    public init(source: DataSource) {
        self.source = source
    }
}

/// The training cases.
public enum DataSource: Sendable, Equatable {
    /// An IDX, IDX.gz or NPY file; a path relative to the working directory.
    case file(String)
    case ising(IsingSource)
}

/// Configurations of the two-dimensional Ising torus, drawn on the spot.
public struct IsingSource: Sendable, Equatable {
    /// The side L of the L × L lattice.
    public var size = 8
    public var coupling = ConfiguredCoupling.critical
    public var samples = 20_000

    /// Creates the default lattice: 8 × 8 at the critical point, 20 000 samples.
    public init() {}
}

/// The coupling K = J/kT of the Ising lattice.
public enum ConfiguredCoupling: Sendable, Equatable {
    /// K_c = ½ ln(1 + √2).
    case critical
    case value(Double)
}

/// The cases that are measured but not learned.
public enum HeldOut: Sendable, Equatable {
    case file(String)
    /// ⌊f·N⌋ of the N training cases, chosen by key; 0 for none.
    case fraction(Double)
}

/// One RBM of the stack.
public struct LayerOptions: Sendable, Equatable {
    /// The first layer's own choice; above it, the hidden units of the layer below.
    public var visibleUnits = ConfiguredUnits.bernoulli
    public var visibleVariance = ConfiguredVariance.unit
    /// The number of hidden units.
    public var hidden: Int
    public var hiddenUnits = ConfiguredUnits.bernoulli
    /// Whether there are biases; without, they are zero on both sides whatever their start.
    public var biases = true
    /// The standard deviation of the weights at the start.
    public var initialWeights = 0.01
    public var initialVisibleBias = ConfiguredVisibleBias.logOdds
    public var propagate = ConfiguredPropagation.means
    /// The global `training` with this layer's own keys merged over it.
    public var training = TrainingOptions()

    /// Creates a layer with the defaults for all but its size.
    public init(hidden: Int) {
        self.hidden = hidden
    }
}

/// When to measure, and on how many cases.
public struct MonitorOptions: Sendable, Equatable {
    public var every = Interval.epochs(1)
    public var cases = 10_000
    public var pseudoLikelihoodCases = 500

    /// Creates the defaults.
    public init() {}
}

/// When to save, and how many checkpoints stay on disk.
public struct CheckpointOptions: Sendable, Equatable {
    public var every = Interval.epochs(1)
    public var keep = 3

    /// Creates the defaults.
    public init() {}
}
