public import DistributedTraining
public import RBMCore

// From the words of a configuration to the trainer's own types.

extension ConfigurationError: FailureWithExitCode {
    public var exitCode: Int32 { ExitStatus.configuration }
}

extension ConfiguredUnits {
    public var kind: any UnitKind {
        switch self {
        case .spin: .spin
        case .bernoulli: .bernoulli
        case .gaussian: .gaussian
        }
    }
}

extension ConfiguredArithmetic {
    /// The trainer's arithmetic for a layer: integers where its units allow.
    public func kind(for visibleUnits: ConfiguredUnits) -> ArithmeticKind {
        guard visibleUnits != .gaussian else { return .float32 }
        return switch self {
        case .auto, .integer: .integer
        case .integerOneByte: .integerOneByte
        case .float32: .float32
        }
    }
}

extension ConfiguredPropagation {
    public var propagation: PropagatedCases.Propagation { self == .means ? .means : .samples }
}

extension LearningRateSchedule {
    var schedule: Schedule {
        switch self {
        case .linear: .linear
        case .constant: .constant
        case .exponential(let factor): .exponential(factor: factor)
        case .inverseTime(let halfLife): .inverseTime(halfLife: halfLife)
        }
    }
}

extension ConfiguredMomentum {
    func momentum(stepsPerEpoch: Int) -> Momentum {
        switch self {
        case .constant(let value): .constant(value)
        case .ramp(let from, let to, let over):
            Momentum(from: from, to: to, over: over.steps(perEpoch: stepsPerEpoch) ?? 0)
        }
    }

    /// The largest momentum of the run.
    var largest: Double {
        switch self {
        case .constant(let value): value
        case .ramp(let from, let to, _): max(from, to)
        }
    }
}

extension Interval {
    /// The trainer's cadence; a layer's own steps make its epochs.
    public var cadence: Cadence {
        switch self {
        case .minutes(let minutes): .seconds(60 * minutes)
        case .epochs(let epochs): .epochs(epochs)
        case .steps(let steps): .steps(max(1, steps))
        }
    }
}

extension TrainingOptions {
    /// Persistent chains over all ranks; without meaning for contrastive divergence.
    fileprivate var chainCount: Int {
        switch chains {
        case .batch: batch
        case .count(let count): count
        }
    }

    fileprivate func optimizer(biases: Bool) -> Optimizer.Options {
        var terms: [any GradientTerm] = []
        if sparsity.cost > 0 {
            terms.append(
                RBMCore.Sparsity(
                    target: Float(sparsity.target), cost: Float(sparsity.cost),
                    memory: Float(sparsity.memory), keepProbability: Float(keepProbability)))
        }
        if weightDecay.l1 > 0 || weightDecay.l2 > 0 {
            terms.append(
                RBMCore.WeightDecay(l1: Float(weightDecay.l1), l2: Float(weightDecay.l2)))
        }
        return Optimizer.Options(
            momentum: Float(momentum.largest), nesterov: nesterov, biases: biases, terms: terms)
    }
}

extension Configuration {
    /// The plans of all layers for a number of training cases.
    ///
    /// - Parameter initial: The layers of a model to start from, the lowest first; maybe fewer.
    public func plans(cases: Int, initial: [RBM] = []) -> [LayerPlan] {
        layers.enumerated().map { index, layer in
            let training = layer.training
            var plan = LayerPlan(
                layer: index,
                visibleUnits: layer.visibleUnits.kind, hidden: layer.hidden,
                hiddenUnits: layer.hiddenUnits.kind,
                arithmetic: arithmetic.kind(for: layer.visibleUnits), seed: training.seed,
                initialWeights: layer.initialWeights,
                startsAtLogOdds: layer.initialVisibleBias == .logOdds,
                rule: LearningRule(
                    training.algorithm == .cd ? .contrastiveDivergence : .persistent,
                    sweeps: training.sweeps),
                chains: training.chainCount, batch: training.batch, epochs: training.epochs,
                rate: training.learningRate, schedule: training.schedule.schedule,
                optimizer: training.optimizer(biases: layer.biases),
                averagedPart: training.average)
            let perEpoch = (cases + training.batch - 1) / training.batch
            plan.warmUp = WarmUp(steps: training.warmUp.steps(perEpoch: perEpoch) ?? 0)
            plan.momentum = training.momentum.momentum(stepsPerEpoch: perEpoch)
            plan.learnsVariances = layer.visibleVariance == .learned
            plan.keepProbability = Float(training.keepProbability)
            plan.earlyStop = training.earlyStop.gap.map {
                DistributedTraining.EarlyStop(gap: $0, patience: training.earlyStop.patience)
            }
            plan.initial = index < initial.count ? initial[index].parameters : nil
            return plan
        }
    }
}
