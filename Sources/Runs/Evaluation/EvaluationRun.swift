public import Datasets
import DistributedTraining
import ModelFiles
public import Ranks
import RBMCore
import Reports
import Storage

/// Measures a layer of a model on data, for `wilson evaluate`.
public struct EvaluationRun {
    /// A part of the work, named for people who wait.
    public enum Stage: String, Sendable {
        case cases
        case logPartition = "ln Z"
        case annealing
        case stack
    }

    private let model: String
    private let data: DataFile
    private let weights: String?
    private let layer: Int
    private let measuresStack: Bool
    private let annealing: Annealing?
    /// The file of what is measured of each case; nil for none.
    public var perCase: String?

    /// The seed of every evaluation, so that models are compared on the same bits.
    public static let seed: UInt64 = 1

    /// Creates the run.
    ///
    /// - Parameters:
    ///   - weights: A file of how often each case counts; nil for once.
    ///   - layer: The layer that is measured; nil for the lowest, and the bounds of the stack with it.
    ///   - annealing: How to estimate ln Z too; nil for no estimate.
    public init(
        model: String, data: DataFile, weights: String? = nil, layer: Int?,
        annealing: Annealing? = nil
    ) {
        self.model = model
        self.data = data
        self.weights = weights
        self.layer = layer ?? 0
        measuresStack = layer == nil
        self.annealing = annealing
    }

    /// Collective.
    ///
    /// Measures the layer, each rank a share of the cases and of the states; the same report on all
    /// ranks.
    ///
    /// - Parameter progress: Receives the stage, and the share of it that is done here, in [0, 1].
    /// - Throws: The same failure on all ranks.
    public func run(
        _ world: borrowing Communicator,
        progress: (_ stage: Stage, _ done: Double) -> Void = { _, _ in }
    ) throws -> Evaluation {
        if let perCase { try world.checkWritable(perCase) }
        let model = try Model.load(model, world)
        try model.checkLayer(layer, of: self.model)
        var opened = try data.open(seed: Self.seed, for: model, world)
        var factors: [Double]?
        if let weights {
            (opened, factors) = try opened.measured(
                by: weights, name: data.path, seed: Self.seed, world)
        }
        try model.checkFit(opened, from: data.path, for: self.model)

        let rbm = model.layers[layer]
        let view = propagatedCases(
            opened.cases, through: model.layers[..<layer], seed: Self.seed,
            propagation: { _ in .means })
        let evaluator = CaseEvaluator(rbm, on: view, seed: Self.seed, layer: layer)
        let share = world.share(of: view.count)
        var scores: [Double] = []
        let keepsScores = perCase != nil
        var sums = try world.together {
            let sums = try evaluator.sums(
                over: share, factors: factors, progress: { progress(.cases, $0) },
                scores: { if keepsScores { scores += $0.rows } })
            guard sums.fits(ranks: world.size) else {
                throw SharedFailure(
                    exitCode: ExitStatus.notFinite,
                    "\(self.model): the free energies of its layer \(layer) are too large to be "
                        + "added up; its parameters are out of any useful range")
            }
            return sums
        }
        var units = sums.units
        try world.sum(&units)
        sums.units = units
        if let perCase { try write(scores, cases: view.count, to: perCase, world) }

        let (logZ, annealed) = try partition(
            of: rbm, at: layer, cases: weighed(evaluator.states, by: factors), world, progress)
        let bounds = try stackBounds(
            model, states: evaluator.states, factors: factors, lowest: (logZ, annealed), world,
            progress)
        return Evaluation(
            sums, cases: view.count, exact: logZ, annealed: annealed,
            drawsBits: view.encoding == .levels, smallerSide: Enumeration.side(of: rbm),
            countsStates: rbm.visibleUnits.columns > 1 || rbm.hiddenUnits.columns > 1,
            isReal: view.encoding == .float32, perLayer: bounds,
            heading: heading(model, opened))
    }

    /// Returns cases from which chains start: drawn in proportion to the factors, where there are some.
    private func weighed(_ states: any CaseSource, by factors: [Double]?) -> any CaseSource {
        factors.flatMap { WeightedCases(states, weights: $0, seed: Self.seed) } ?? states
    }

    /// Collective.
    ///
    /// Writes what was measured of each case.
    private func write(
        _ own: [Double], cases: Int, to file: String, _ world: borrowing Communicator
    ) throws {
        let bytes = own.flatMap { value in
            (0..<8).map { UInt8(truncatingIfNeeded: value.bitPattern >> (8 * $0)) }
        }
        let all = try world.gather(bytes)
        try world.together {
            guard let bytes = all?.flatMap({ $0 }) else { return }
            let values = (0..<(bytes.count / 8)).map { place in
                Double(
                    bitPattern: (0..<8).reduce(0) { $0 | UInt64(bytes[8 * place + $1]) << (8 * $1) }
                )
            }
            try writeNPY(values, shape: [cases, CaseEvaluator.Scores.columns], to: file)
        }
    }

    /// Collective.
    ///
    /// Computes ln Z of a layer: by enumeration where possible, and by annealing where asked for.
    private func partition(
        of rbm: RBM, at layer: Int, cases: any CaseSource, _ world: borrowing Communicator,
        _ progress: (_ stage: Stage, _ done: Double) -> Void
    ) throws -> (exact: Double?, annealed: AnnealedPartition?) {
        let exact = try Enumeration(rbm).map { enumeration in
            try enumeration.logPartition(world) { progress(.logPartition, $0) }
        }
        let annealed = try annealing.map { annealing in
            try annealing.estimate(rbm, cases: cases, seed: Self.seed, layer: layer, world) {
                progress(.annealing, $0)
            }
        }
        return (exact, annealed)
    }

    /// Collective.
    ///
    /// Bounds the likelihoods of the stacks that begin with the lowest layer.
    ///
    /// - Returns: nil for a single layer, and where some ln Z is not known.
    private func stackBounds(
        _ model: Model, states: any CaseSource, factors: [Double]?,
        lowest: (exact: Double?, annealed: AnnealedPartition?), _ world: borrowing Communicator,
        _ progress: (_ stage: Stage, _ done: Double) -> Void
    ) throws -> [LayerBound]? {
        guard measuresStack, model.layers.count > 1 else { return nil }
        var known: [KnownPartition] = []
        for (place, rbm) in model.layers.enumerated() {
            guard annealing != nil || Enumeration.side(of: rbm) <= Enumeration.largestSide else {
                return nil
            }
            let (exact, annealed) =
                place == 0
                ? lowest
                : try partition(
                    of: rbm, at: place,
                    cases: propagatedCases(
                        weighed(states, by: factors), through: model.layers[..<place],
                        seed: Self.seed,
                        propagation: { _ in .samples }), world, progress)
            if let exact {
                known.append(KnownPartition(exact: exact))
            } else if let annealed {
                known.append(KnownPartition(annealed))
            } else {
                return nil
            }
        }
        let means = try StackEvaluation(model.stack, on: states, seed: Self.seed)
            .means(world, factors: factors) {
                progress(.stack, $0)
            }
        var bounds: [LayerBound] = []
        for (place, mean) in means.enumerated() {
            bounds.append(
                LayerBound(
                    layer: place, mean: mean, logZ: known[place], below: bounds.last,
                    isProbability: model.layers[0].visibleUnits.isDiscrete))
        }
        return bounds
    }

    private func heading(_ model: Model, _ opened: OpenedCases) -> [String] {
        let rbm = model.layers[layer]
        let place = model.layers.count > 1 ? "layer \(layer) of \(model.layers.count), " : ""
        let below = layer > 0 ? ", as hidden means of layer \(layer - 1)" : ""
        return [
            "model  \(self.model): \(place)\(rbm.unitsText) units",
            "data   \(data.path): \(opened.cases.count) cases of \(shapeText(opened.shape)), "
                + opened.meaning
                + (model.standardization == nil
                    ? ""
                    : ", standardized as in training; densities "
                        + "are of the standardized values") + below,
        ]
    }
}
