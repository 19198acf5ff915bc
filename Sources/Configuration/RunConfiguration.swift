public import RBMCore

/// A whole training run: what to learn from, which layers, how.
///
/// The properties have the names of the keys, which are declared beside them with their meaning. A
/// value made by `load` is valid; one made by hand is not checked.
public struct RunConfiguration: Sendable, Equatable {
    public var data: DataOptions
    /// The stack, lowest layer first; each with its own resolved `training`.
    public var layers: [LayerOptions]
    /// What `training` says for all layers; a layer's own `training` has the last word.
    public var training = TrainingOptions()
    public var monitor = MonitorPlan.defaults
    public var checkpoint = CheckpointOptions()
    /// The arithmetic; nil for integers where the units allow them, else float32.
    public var arithmetic: ArithmeticKind?
    /// How ranks divide the work; nil to let Wilson choose.
    public var grid: GridShape?
    /// The model file of a warm start.
    public var initialModel: String?

    /// Creates a configuration with the defaults for all that is not named.
    public init(data: DataOptions, layers: [LayerOptions]) {
        self.data = data
        self.layers = layers
    }
}

extension RunConfiguration: ConfiguredSection {
    static let defaults = RunConfiguration(data: .defaults, layers: [])

    static let settings = [
        Setting("data", \RunConfiguration.data, .block, "What to learn from."),
        stack,
        Setting("training", \RunConfiguration.training, .block, "How all layers learn."),
        Setting(
            "monitor", \RunConfiguration.monitor, .inline, onResume: .free,
            """
            When to measure, on how many training and held-out cases, and on how many of them the
            dearer pseudo-likelihood. Fewer cases than this: all of them.
            """),
        Setting(
            "checkpoint", \RunConfiguration.checkpoint, .inline, onResume: .free,
            """
            When to save the state of the run, how many of the last checkpoints to keep, and by which metric
            the best one: none, log_likelihood_held_out, pseudo_log_likelihood_held_out,
            reconstruction_cross_entropy, chain_means_deviation or chain_structure_deviation.
            """),
        Setting(
            "arithmetic", \RunConfiguration.arithmetic,
            .word([nil] + ArithmeticKind.allCases) { $0?.rawValue ?? "auto" },
            """
            integer (weights in two bytes, the same bits on any number of processes),
            integer-one-byte, float32, or auto: integer where the units allow it, else float32.
            """),
        Setting(
            "grid", \RunConfiguration.grid, .grid, neutral: .some(nil), onResume: .free,
            """
            How ranks divide the work, as DATAxHIDDEN: so many groups of ranks share the cases, and so
            many ranks of a group the hidden units. The model is the same, in float32 within rounding.
            auto: the fastest by trial steps; in float32 all ranks share the cases.
            """),
        Setting(
            "initial-model", \RunConfiguration.initialModel,
            .either(.fileName, or: "none", mayBeQuoted: false),
            "A model file to start from, whose layers fit; layers above its top start afresh. none: all do."
        ),
    ]

    /// The key `layers`, a list whose elements inherit what `training` says.
    private static let stack = Setting<RunConfiguration>(
        declaration: Declaration(
            name: "layers", alternatives: ["a list of layers"],
            help: """
                The stack of Boltzmann machines, trained one after the other from the bottom. One element
                is a single RBM; each further one learns from the hidden units of the one below.
                """,
            keys: LayerOptions.declarations, isList: true),
        required: nil, isReadLast: true,
        read: { node, place, run in
            run.layers.read(node, at: place, inheriting: run.training)
        },
        write: { run, wording in
            .list(run.layers.map { layer in run.outline(of: layer, wording) })
        },
        adopt: { _, _ in }, neutralize: { _ in },
        recall: { run, earlier, given in
            for index in run.layers.indices.prefix(earlier.layers.count) {
                run.layers[index].recall(
                    from: earlier.layers[index],
                    given: given.inside("layers").inside(String(index)))
            }
        })
}

/// When to save, and how many checkpoints stay on disk.
public struct CheckpointOptions: Sendable, Equatable {
    public var every = Interval.epochs(1)
    public var keep = 3
    public var best: BestMetric?

    /// Creates the defaults.
    public init() {}
}

extension CheckpointOptions: ConfiguredSection {
    static let defaults = CheckpointOptions()

    static let settings = [
        Setting(
            "every", \CheckpointOptions.every, .interval, "The time between two checkpoints."),
        Setting(
            "keep", \CheckpointOptions.keep, .integer(1...ConfigurationLimit.keptCheckpoints),
            "How many of the last checkpoints stay on disk; two stay at least."),
        Setting(
            "best", \CheckpointOptions.best,
            .word([nil] + BestMetric.allCases) { $0?.rawValue ?? "none" }, neutral: .some(nil),
            """
            The metric by which the best checkpoint of each layer stays too, as best-layer-N.safetensors; it
            is written with the record that is best so far. none: only the last ones stay.
            """),
    ]
}

extension MonitorPlan: ConfiguredSection {
    static let defaults = MonitorPlan(
        every: .epochs(1), cases: 10_000, pseudoLikelihoodCases: 500)

    static let settings = [
        Setting("every", \MonitorPlan.every, .interval, "The time between two records."),
        Setting(
            "cases", \MonitorPlan.cases, .integer(1...ConfigurationLimit.cases),
            "How many training cases, and held-out cases, are measured."),
        Setting(
            "pseudo-likelihood-cases", \MonitorPlan.pseudoLikelihoodCases,
            .integer(1...ConfigurationLimit.cases),
            "On how many of these the pseudo-likelihood and the reconstruction are measured."),
        Setting(
            "log-likelihood", \MonitorPlan.logLikelihood,
            .either(.trainingInterval(mayBeEmpty: false), or: "none"), neutral: .some(nil),
            """
            How often the log-likelihood of the held-out cases is measured, in the first record after so
            many steps or epochs, by chains between the first model and the present one. none: never.
            """),
    ]
}
