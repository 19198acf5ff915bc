public import DistributedTraining
import RBMCore

// From the words of a configuration to the trainer's own types.

extension ConfigurationError: FailureWithExitCode {
    public var exitCode: Int32 { ExitStatus.configuration }
}

extension ConfiguredUnits {
    /// The trainer's kind; Gaussian units are refused before.
    var kind: UnitKind {
        switch self {
        case .spin: .spin
        case .bernoulli, .gaussian: .bernoulli
        }
    }
}

extension ConfiguredArithmetic {
    /// The trainer's arithmetic: integers where the units allow, which all supported units do.
    var kind: ArithmeticKind { self == .float32 ? .float32 : .integer }
}

extension ConfiguredPropagation {
    var propagation: PropagatedCases.Propagation { self == .means ? .means : .samples }
}

extension LearningRateSchedule {
    var schedule: Schedule { self == .constant ? .constant : .linear }
}

extension ConfiguredMomentum {
    var value: Double {
        switch self {
        case .constant(let value): value
        case .ramp(let from, _, _): from
        }
    }
}

extension Interval {
    /// The trainer's cadence; epochs become steps.
    func cadence(stepsPerEpoch: Int) -> Cadence {
        switch self {
        case .minutes(let minutes): .seconds(60 * minutes)
        case .steps, .epochs: .steps(max(1, steps(perEpoch: stepsPerEpoch) ?? 1))
        }
    }
}

extension Configuration {
    /// The plans of all layers.
    func plans() -> [LayerPlan] {
        layers.enumerated().map { index, layer in
            let training = layer.training
            let chains =
                switch training.chains {
                case .batch: training.batch
                case .count(let count): count
                }
            return LayerPlan(
                layer: index,
                visibleUnits: (index == 0 ? layer.visibleUnits : layers[index - 1].hiddenUnits)
                    .kind,
                hidden: layer.hidden, hiddenUnits: layer.hiddenUnits.kind,
                arithmetic: arithmetic.kind, seed: training.seed,
                initialWeights: layer.initialWeights,
                startsAtLogOdds: layer.initialVisibleBias == .logOdds,
                rule: LearningRule(
                    training.algorithm == .cd ? .contrastiveDivergence : .persistent,
                    sweeps: training.sweeps),
                chains: chains, batch: training.batch, epochs: training.epochs,
                rate: training.learningRate, schedule: training.schedule.schedule,
                optimizer: Optimizer.Options(
                    momentum: Float(training.momentum.value),
                    l1: Float(training.weightDecay.l1), l2: Float(training.weightDecay.l2),
                    biases: layer.biases),
                averagedPart: training.average)
        }
    }
}
