public import Configuration
import DistributedTraining
public import Ranks
import RBMCore

// From a configuration to the trainer's own plans.

extension ConfigurationError: FailureWithExitCode {
    public var exitCode: Int32 { ExitStatus.configuration }
}

extension TrainingOptions {
    /// The negative phase of a layer, as it is before a run.
    var negativePhase: any NegativePhase {
        algorithm.phase(
            ChainSettings(
                sweeps: sweeps, chains: chainCount, tempering: tempering,
                turnsOver: globalFlips))
    }

    /// The update of a layer.
    func optimizer(biases: Bool) -> Optimizer.Options {
        var terms: [any GradientTerm] = []
        if centering && biases { terms.append(Centering()) }
        if sparsity.cost > 0 {
            terms.append(
                Sparsity(
                    target: Float(sparsity.target), cost: Float(sparsity.cost),
                    memory: Float(sparsity.memory), keepProbability: Float(keepProbability)))
        }
        if weightDecay.l1 > 0 || weightDecay.l2 > 0 {
            terms.append(WeightDecay(l1: Float(weightDecay.l1), l2: Float(weightDecay.l2)))
        }
        return Optimizer.Options(
            momentum: Float(momentum.largest), nesterov: nesterov, biases: biases, terms: terms)
    }
}

extension RunConfiguration {
    /// Returns the plans of all layers for a number of training cases.
    ///
    /// The number of states of categorical units must be known.
    ///
    /// - Parameter initial: The layers of a model to start from, the lowest first; maybe fewer.
    func plans(cases: Int, initial: [RBM] = []) -> [LayerPlan] {
        layers.enumerated().map { index, layer in
            let training = layer.training
            var plan = LayerPlan(
                layer: index, visibleUnits: layer.visibleUnits, hidden: layer.hiddenColumns,
                hiddenUnits: layer.hiddenUnits, arithmetic: arithmetic(for: layer.visibleUnits),
                seed: training.seed, initialWeights: layer.initialWeights ?? 0.01,
                startsAtLogOdds: layer.initialVisibleBias == .logOdds,
                negativePhase: training.negativePhase,
                batch: training.batch,
                epochs: training.epochs, rate: layer.learningRate.value,
                schedule: training.schedule,
                optimizer: training.optimizer(biases: layer.biases),
                averagedPart: training.average)
            let perEpoch = (cases + training.batch - 1) / training.batch
            plan.warmUp = WarmUp(steps: training.warmUp.steps(perEpoch: perEpoch) ?? 0)
            plan.momentum = training.momentum
            plan.learnsVariances = layer.visibleVariance == .learned
            plan.keepProbability = Float(training.keepProbability)
            plan.earlyStop = training.earlyStop
            plan.initialNeighbours = layer.initialNeighbours
            plan.startsUpsideDown =
                layer.initialWeights == nil && index > 0
                && layer.hiddenUnits == layers[index - 1].visibleUnits
            plan.initial = index < initial.count ? initial[index].parameters : nil
            return plan
        }
    }

    /// The arithmetic of a layer: integers where its units allow them and nothing else was chosen.
    private func arithmetic(for visibleUnits: any UnitKind) -> ArithmeticKind {
        visibleUnits.isDiscrete ? arithmetic ?? .integer : .float32
    }
}

extension BestMetric {
    /// What a record calls it, and which values are good: likelihoods are large where a model is good, and
    /// deviations are small.
    var rule: BestRule {
        switch self {
        case .logLikelihood: BestRule(.logLikelihoodHeldOut, prefersLarge: true)
        case .pseudoLogLikelihood: BestRule(.pseudoLogLikelihoodHeldOut, prefersLarge: true)
        case .reconstruction: BestRule(.reconstructionCrossEntropy, prefersLarge: false)
        case .chainMeans: BestRule(.chainMeansDeviation, prefersLarge: false)
        case .chainStructure: BestRule(.chainStructureDeviation, prefersLarge: false)
        }
    }
}
