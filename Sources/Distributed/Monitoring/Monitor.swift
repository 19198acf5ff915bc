import RBMCore
import RandomStreams

/// Measures a layer on fixed cases, shared out among the ranks and added up in integers.
///
/// The same number of training and of held-out cases, chosen by key, in their fixed draw: what
/// differs between two records is the model.
struct Monitor {
    private let plan: MonitorPlan
    private let training: any CaseSource
    private let heldOut: (any CaseSource)?
    private let arithmetic: ArithmeticKind
    private let seed: UInt64
    private let layer: Int

    init(
        _ plan: MonitorPlan, training: any CaseSource, heldOut: (any CaseSource)?,
        arithmetic: ArithmeticKind, seed: UInt64, layer: Int
    ) {
        self.plan = plan
        self.training = training
        self.heldOut = heldOut
        self.arithmetic = arithmetic
        self.seed = seed
        self.layer = layer
    }

    /// What is measured of a model.
    struct Measures {
        var freeEnergyTrain: Double
        var freeEnergyHeldOut: Double?
        var pseudoLogLikelihoodHeldOut: Double?
        var reconstructionCrossEntropy: Double?
        var meanHiddenActivity: Double
        var deadHiddenUnits: Int
    }

    /// Collective.
    ///
    /// Measures a model.
    func measure(_ rbm: RBM, _ world: borrowing Communicator) throws -> Measures {
        let evaluator = LayerEvaluator(rbm, levels: training.levels, arithmetic: arithmetic)
        let count = min(plan.cases, training.count, heldOut?.count ?? .max)
        let few = min(plan.pseudoLikelihoodCases, count)
        var train = LayerEvaluator.Sums()
        try forEachCase(of: training, count, world) { bytes, cases in
            evaluator.addFreeEnergies(of: bytes, cases: cases, activity: true, to: &train)
        }
        try forEachCase(of: training, few, world) { bytes, cases in
            evaluator.addCrossEntropies(of: bytes, cases: cases, to: &train)
        }
        // No state of real units has a probability given the others.
        let hasPseudo = heldOut != nil && few > 0 && rbm.visibleUnits.isDiscrete
        var held = LayerEvaluator.Sums()
        var pseudo = FixedPointSum()
        if let heldOut {
            try forEachCase(of: heldOut, count, world) { bytes, cases in
                evaluator.addFreeEnergies(of: bytes, cases: cases, activity: false, to: &held)
            }
            if hasPseudo { pseudo = try pseudoLikelihood(of: rbm, heldOut, few, world) }
        }
        var activity =
            train.activity.isEmpty
            ? [Int64](repeating: 0, count: rbm.hiddenCount) : train.activity
        activity += [
            train.freeEnergy.units, train.crossEntropy.units, held.freeEnergy.units, pseudo.units,
        ]
        try world.sum(&activity)
        return measures(
            activity, hidden: rbm.hiddenCount, count: count, few: few, hasPseudo: hasPseudo)
    }

    private func measures(
        _ sums: [Int64], hidden: Int, count: Int, few: Int, hasPseudo: Bool
    ) -> Measures {
        func mean(_ index: Int, over cases: Int) -> Double {
            var sum = FixedPointSum()
            sum.units = sums[hidden + index]
            return sum.value / Double(cases)
        }
        let activities = sums[..<hidden].map { Double($0) * 0x1p-16 / Double(count) }
        return Measures(
            freeEnergyTrain: mean(0, over: count),
            freeEnergyHeldOut: heldOut == nil ? nil : mean(2, over: count),
            pseudoLogLikelihoodHeldOut: !hasPseudo ? nil : mean(3, over: few),
            reconstructionCrossEntropy: few == 0 ? nil : mean(1, over: few),
            meanHiddenActivity: activities.reduce(0, +) / Double(hidden),
            deadHiddenUnits: activities.count { $0 < 0.01 || $0 > 0.99 })
    }

    /// Σ of the pseudo-log-likelihoods of this rank's share.
    ///
    /// Grey cases are drawn to bits first, in a fixed draw: the pseudo-likelihood is one of states.
    private func pseudoLikelihood(
        of rbm: RBM, _ source: any CaseSource, _ count: Int, _ world: borrowing Communicator
    ) throws -> FixedPointSum {
        let tables = PseudoLikelihood(rbm)
        let evaluator = LayerEvaluator(rbm, levels: .bits, arithmetic: arithmetic)
        let states =
            source.levels == .grey ? BinarizedCases(source, seed: seed, layer: layer) : source
        var sum = FixedPointSum()
        try forEachCase(of: states, count, world) { bits, cases in
            tables.add(of: bits, cases: cases, evaluator: evaluator, to: &sum)
        }
        return sum
    }

    /// Visits this rank's share of the first `count` chosen cases, in the monitor's fixed draw.
    private func forEachCase(
        of source: any CaseSource, _ count: Int, _ world: borrowing Communicator,
        _ body: ([UInt8], Int) throws -> Void
    ) throws {
        let order = KeyedPermutation(
            count: source.count, seed: seed, .monitorCases(layer: layer))
        try forEachBlock(
            of: world.share(of: count), from: source, draw: 0, choosing: { order[$0] }, body)
    }
}
