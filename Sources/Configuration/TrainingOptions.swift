public import RBMCore

/// How a layer learns.
public struct TrainingOptions: Sendable, Equatable {
    public var algorithm = NegativePhaseKind.persistent
    public var sweeps = 1
    public var chains = ChainCount.automatic
    public var tempering = ChainSettings.Tempering()
    public var globalFlips = true
    public var batch = 100
    public var epochs = 30
    /// nil for a rate that follows from the units and the batch.
    public var learningRate: Double?
    public var scaleLearningRate = RateScaling.none
    public var schedule = Schedule.linear
    public var warmUp = Interval.epochs(0)
    public var momentum = Momentum.constant(0)
    public var nesterov = false
    public var centering = true
    public var weightDecay = WeightDecayOptions()
    public var sparsity = SparsityOptions()
    public var keepProbability = 1.0
    public var average = 0.2
    public var earlyStop = EarlyStop.defaults
    public var seed: UInt64 = 1

    /// Creates the defaults.
    public init() {}

    /// The number of chains that live from step to step; of tempering, at each of its levels.
    public var chainCount: Int {
        // Each of the many levels has so many: a floor there would cost too much.
        algorithm == .tempering && chains == .automatic ? batch : chains.value(ofBatch: batch)
    }

    /// Tells whether an update depends on how many epochs follow it.
    ///
    /// If not, a finished run may be continued by raising `epochs`.
    public var dependsOnEpochs: Bool {
        schedule == .linear || average != 0
    }
}

extension TrainingOptions: ConfiguredSection {
    static let defaults = TrainingOptions()

    static let settings = [
        Setting(
            "algorithm", \TrainingOptions.algorithm, .algorithm,
            """
            pcd: persistent contrastive divergence, whose chains live through the training.
            cd: contrastive divergence, whose chains start at the data of each step.
            pt: parallel tempering, persistent chains that exchange states with those of weaker machines.
            """),
        Setting(
            "sweeps", \TrainingOptions.sweeps, .integer(1...ConfigurationLimit.sweeps),
            "Gibbs sweeps per step, the k of PCD-k and CD-k; 1 to \(ConfigurationLimit.sweeps)."),
        Setting(
            "chains", \TrainingOptions.chains, .chainCount, formerly: [.batch],
            """
            The number of persistent chains: auto (as many as cases; of pcd at least 200), batch (as
            many as cases) or 1 to \(ConfigurationLimit.batch). They start at the base rates of the
            visible units. cd: auto or batch.
            """),
        Setting(
            "tempering", \TrainingOptions.tempering, .inline,
            neutral: ChainSettings.Tempering(),
            """
            The ladder of pt: its number of levels, each with as many chains, and the weakest machine, from
            0 (no weights) to below 1. auto: as many levels as let half of the swaps pass, from 0.
            """),
        Setting(
            "global-flips", \TrainingOptions.globalFlips, .boolean, neutral: false,
            """
            Whether persistent chains of spins may turn over as a whole after each sweep, with the
            probability of Metropolis. Other layers have no such move.
            """),
        Setting(
            "batch", \TrainingOptions.batch, .integer(1...ConfigurationLimit.batch),
            "Cases per step over all ranks together, 1 to \(ConfigurationLimit.batch)."),
        Setting(
            "epochs", \TrainingOptions.epochs, .integer(1...ConfigurationLimit.epochs),
            onResume: .allowed(
                "it may only grow, with schedule: constant and average: 0 (or another schedule that "
                    + "does not end), in the layer that is being trained or above"
            ) { here, there in !here.dependsOnEpochs && here.epochs > there.epochs },
            "Passes over the training cases, 1 to \(ConfigurationLimit.epochs)."),
        Setting(
            "learning-rate", \TrainingOptions.learningRate, .either(.number(.positive), or: "auto"),
            formerly: [0.05],
            """
            The step width, above 0; the largest one, as the schedule changes it. auto: times
            batch/100, up to 10, it is 0.15 for units of 0 and 1, a fourth of that for each side of
            spins, a half for each categorical side, and 0.02 above gaussian units.
            """),
        Setting(
            "scale-learning-rate", \TrainingOptions.scaleLearningRate, .word,
            neutral: RateScaling.none,
            """
            What the batch makes of a learning rate that is a number: none (it stays as it is) or linear
            (times batch/100).
            """),
        Setting(
            "schedule", \TrainingOptions.schedule, .schedule,
            """
            linear (falls to 0 at the last step), constant, {exponential: FACTOR} (times the factor,
            at most 1, each epoch) or {inverse-time: EPOCHS} (half after so many epochs, a third
            after twice as many). Both change smoothly within an epoch.
            """),
        Setting(
            "warm-up", \TrainingOptions.warmUp, .trainingInterval(mayBeEmpty: true),
            "How long the learning rate rises from 0 at the start; steps or epochs."),
        Setting(
            "momentum", \TrainingOptions.momentum, .momentum,
            """
            The share of the last update that is added to the next one, 0 to below 1; or a ramp,
            {from: 0.5, to: 0.9, over: 5 epochs}.
            """),
        Setting(
            "nesterov", \TrainingOptions.nesterov, .boolean,
            "Whether the gradient is taken where the momentum leads (Nesterov's way)."),
        Setting(
            "centering", \TrainingOptions.centering, .boolean, neutral: false,
            """
            Whether units are measured from slow means of the data while weights are learned (offsets).
            The machine has none. Layers without biases learn uncentered.
            """),
        Setting(
            "weight-decay", \TrainingOptions.weightDecay, .inline,
            """
            The pull of the weights to 0, per step and learning rate: l1 constant, l2 in proportion
            to the weight. Biases feel none.
            """),
        Setting(
            "sparsity", \TrainingOptions.sparsity, .inline,
            """
            The pull of each hidden unit's mean activity to a target (0 to below 1), with its
            strength and the share of the running mean that a step keeps. It acts on hidden biases
            and weights. cost 0: none.
            """),
        Setting(
            "keep-probability", \TrainingOptions.keepProbability, .number(.share),
            """
            The share of hidden units that dropout keeps, above 0 and at most 1; a case and its chain
            share their units. The model has all units, its weights and hidden biases times this share.
            Bernoulli only.
            """),
        Setting(
            "average", \TrainingOptions.average, .number(.unit),
            """
            The model is the mean of the parameters over this last part of the steps, 0 to 1.
            0: the parameters of the last step.
            """),
        Setting(
            "early-stop", \TrainingOptions.earlyStop, .inline,
            """
            Stops once the free-energy gap, F(held-out) − F(train), has been above `gap` nats for
            `patience` monitor intervals. The model is then that of the last record within the gap.
            none: never.
            """),
        Setting(
            "seed", \TrainingOptions.seed, .unsigned,
            """
            Names the random numbers of the run, 0 to \(UInt64.max). With integer arithmetic
            an equal seed gives an equal model, on any number of processes.
            """),
    ]

    /// The keys stand in the global section, or in a layer's own where that gives them.
    static let rules = [
        Rule<TrainingInRun>("training.chains", "training.algorithm") { place in
            let training = place.training
            guard !training.algorithm.keepsChains, case .number = training.chains else {
                return nil
            }
            return "a number of chains has no meaning with algorithm cd, whose chains start at the "
                + "batch; expected batch, or algorithm pcd"
        },
        Rule("training.tempering", "training.algorithm") { place in
            let training = place.training
            guard !training.algorithm.isTempered,
                training.tempering != ChainSettings.Tempering()
            else { return nil }
            return
                "a ladder has no meaning with algorithm \(training.algorithm.name), whose chains "
                + "swap no states; expected {levels: auto, lowest: auto}, or algorithm pt"
        },
        Rule("training.keep-probability", "training.algorithm") { place in
            let training = place.training
            guard training.keepProbability < 1, !training.algorithm.takesDropout else { return nil }
            return "dropout does not go with algorithm \(training.algorithm.name); expected 1, or "
                + "algorithm pcd or cd"
        },
        Rule("training.sweeps", "training.algorithm") { place in
            let training = place.training
            guard training.algorithm.isTempered, training.sweeps >= 1 << 14 else { return nil }
            return "algorithm pt makes at most \(1 << 14 - 1) sweeps a step"
        },
        Rule("training.nesterov", "training.momentum") { place in
            guard place.training.nesterov, place.training.momentum.largest == 0 else { return nil }
            return "nesterov has no meaning with momentum 0; expected false, or a momentum above 0"
        },
        Rule("training.sparsity") { place in
            let sparsity = place.training.sparsity
            guard sparsity.cost > 0, sparsity.target == 0 else { return nil }
            return "a cost of \(yamlText(sparsity.cost)) needs a target above 0"
        },
        Rule("training.sparsity") { place in
            let sparsity = place.training.sparsity
            guard sparsity.target > 0, sparsity.cost == 0 else { return nil }
            return "a target of \(yamlText(sparsity.target)) has no effect with cost 0; expected a "
                + "cost above 0"
        },
        Rule("training.warm-up", "training.epochs") { place in
            let training = place.training
            guard case .epochs(let warmUp) = training.warmUp, warmUp > Double(training.epochs)
            else { return nil }
            return
                "\(training.warmUp.text) are longer than the training of \(training.epochs) epochs"
        },
        Rule("monitor.log-likelihood", "data.held-out") { place in
            guard place.run.monitor.logLikelihood != nil, place.run.data.heldOut == .fraction(0)
            else { return nil }
            return "the log-likelihood is that of held-out cases, and data.held-out is 0"
        },
        Rule("checkpoint.best", "data.held-out") { place in
            guard place.run.data.heldOut == .fraction(0), let best = place.run.checkpoint.best,
                best == .pseudoLogLikelihood || best == .logLikelihood
            else { return nil }
            return "\(best.rawValue) is that of held-out cases, and data.held-out is 0"
        },
        Rule("checkpoint.best", "monitor.log-likelihood") { place in
            guard place.run.checkpoint.best == .logLikelihood,
                place.run.monitor.logLikelihood == nil
            else { return nil }
            return "log_likelihood_held_out is not measured; set monitor.log-likelihood"
        },
        Rule("training.early-stop", "data.held-out") { place in
            guard place.training.earlyStop.gap != nil, place.run.data.heldOut == .fraction(0)
            else { return nil }
            return "the free-energy gap needs held-out cases, and data.held-out is 0"
        },
        Rule("training.early-stop", "monitor.every") { place in
            guard place.training.earlyStop.gap != nil, case .minutes = place.run.monitor.every
            else { return nil }
            return
                "monitor.every counts minutes, so the end would depend on the machine; expected a "
                + "monitor.every in steps or epochs"
        },
    ]
}

/// What the batch makes of a learning rate that is given as a number.
public enum RateScaling: String, CaseIterable, Sendable {
    case none
    /// Times batch/100: each case moves the parameters as far, whatever the batch.
    case linear
}

/// How one layer, or all layers, learn in a run.
struct TrainingInRun {
    let run: RunConfiguration
    let training: TrainingOptions
}

extension ChainSettings.Tempering: ConfiguredSection {
    static let defaults = ChainSettings.Tempering()

    static let settings = [
        Setting(
            "levels", \ChainSettings.Tempering.levels,
            .either(.integer(2...ConfigurationLimit.temperingLevels), or: "auto"),
            "How many machines of a lane exchange states. auto: as many as suit the swaps."),
        Setting(
            "lowest", \ChainSettings.Tempering.lowest, .either(.number(.belowOne), or: "auto"),
            "The inverse temperature of the weakest machine. auto: 0."),
    ]
}

/// The pull of the weights to zero; biases feel none.
public struct WeightDecayOptions: Sendable, Equatable {
    public var l1 = 0.0
    public var l2 = 0.0

    /// Creates no decay.
    public init() {}
}

extension WeightDecayOptions: ConfiguredSection {
    static let defaults = WeightDecayOptions()

    static let settings = [
        Setting(
            "l1", \WeightDecayOptions.l1, .number(.notNegative),
            "The constant pull, λ₁ sign W."),
        Setting(
            "l2", \WeightDecayOptions.l2, .number(.notNegative),
            "The pull in proportion to the weight, λ₂W."),
    ]
}

/// The pull of the hidden units' mean activities to a target.
public struct SparsityOptions: Sendable, Equatable {
    public var target = 0.0
    public var cost = 0.0
    public var memory = 0.95

    /// Creates no pull.
    public init() {}
}

extension SparsityOptions: ConfiguredSection {
    static let defaults = SparsityOptions()

    static let settings = [
        Setting(
            "target", \SparsityOptions.target, .number(.belowOne),
            "The mean activity that each hidden unit is pulled to."),
        Setting(
            "cost", \SparsityOptions.cost, .number(.notNegative),
            "The strength of the pull. 0: none."),
        Setting(
            "memory", \SparsityOptions.memory, .number(.belowOne),
            "The share of the running mean activity that a step keeps."),
    ]
}

extension EarlyStop: ConfiguredSection {
    static let defaults = EarlyStop(gap: nil, patience: 5)

    static let settings = [
        Setting(
            "gap", \EarlyStop.gap, .either(.number(.positive), or: "none"),
            "The free-energy gap, in nats, above which patience runs. none: never stop early."),
        Setting(
            "patience", \EarlyStop.patience, .integer(1...ConfigurationLimit.patience),
            "The number of records in a row above the gap after which the training stops."),
    ]
}
