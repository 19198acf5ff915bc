public import Configuration
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
    /// How ranks divide the cases and the model's hidden units; nil where all share the cases alone.
    public var grid: GridShape?

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
        try grid?.check(ranks: world.size, exitCode: ExitStatus.commandLine)
        let hiddenRanks = grid?.hidden ?? 1
        if let perCase { try world.checkWritable(perCase) }
        let model = try DividedModel.load(model, hiddenRanks: hiddenRanks, world)
        return try withColumn(ofHiddenRanks: hiddenRanks, world) {
            try measure(model, world, $0, progress)
        }
    }

    /// Collective.
    ///
    /// Measures a layer of a model.
    ///
    /// - Parameter column: The ranks that share the cases, each with the same hidden columns.
    private func measure(
        _ model: DividedModel, _ world: borrowing Communicator, _ column: borrowing Communicator,
        _ progress: (_ stage: Stage, _ done: Double) -> Void
    ) throws -> Evaluation {
        try model.checkLayer(layer, of: self.model)
        var opened = try data.open(seed: Self.seed, for: model, world)
        var factors: [Double]?
        if let weights {
            (opened, factors) = try opened.measured(
                by: weights, name: data.path, seed: Self.seed, world)
        }
        try model.checkFit(opened, from: data.path, for: self.model)

        let machine = model.machines[layer]
        let view = propagatedCases(
            opened.cases, through: model.machines[..<layer], seed: Self.seed,
            propagation: { _ in .means })
        let evaluator = CaseEvaluator(machine, on: view, seed: Self.seed, layer: layer)
        let share = column.share(of: view.count)
        var scores: [Double] = []
        let keepsScores = perCase != nil
        var sums = try world.together {
            let sums = try evaluator.sums(
                over: share, factors: factors, progress: { progress(.cases, $0) },
                scores: { if keepsScores { scores += $0.rows } })
            guard sums.fits(ranks: column.size) else {
                throw SharedFailure(
                    exitCode: ExitStatus.notFinite,
                    "\(self.model): the free energies of its layer \(layer) are too large to be "
                        + "added up; its parameters are out of any useful range")
            }
            return sums
        }
        var units = sums.units
        try column.sum(&units)
        sums.units = units
        if let perCase { try write(scores, cases: view.count, to: perCase, world, column) }

        let (logZ, annealed) = try partition(
            of: machine, at: layer, cases: weighed(evaluator.states, by: factors), column, progress)
        let bounds = try stackBounds(
            model, states: evaluator.states, factors: factors, lowest: (logZ, annealed), column,
            progress)
        return Evaluation(
            sums, cases: view.count, exact: logZ, annealed: annealed,
            drawsBits: view.encoding == .levels, smallerSide: Enumeration.side(of: machine),
            countsStates: machine.visibleUnits.columns > 1 || machine.hiddenUnits.columns > 1,
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
        _ own: [Double], cases: Int, to file: String, _ world: borrowing Communicator,
        _ column: borrowing Communicator
    ) throws {
        let bytes = own.flatMap { value in
            (0..<8).map { UInt8(truncatingIfNeeded: value.bitPattern >> (8 * $0)) }
        }
        let all = try column.gather(bytes)
        try world.together {
            guard world.rank == 0, let bytes = all?.flatMap({ $0 }) else { return }
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
        of machine: any Machine, at layer: Int, cases: any CaseSource,
        _ world: borrowing Communicator,
        _ progress: (_ stage: Stage, _ done: Double) -> Void
    ) throws -> (exact: Double?, annealed: AnnealedPartition?) {
        // One side of such a layer has few units, so that the whole is small.
        let isSmall = Enumeration.side(of: machine) <= Enumeration.largestSide
        let exact = try (isSmall ? Enumeration(machine.whole) : nil).map { enumeration in
            try enumeration.logPartition(world) { progress(.logPartition, $0) }
        }
        let annealed = try annealing.map { annealing in
            try annealing.estimate(machine, cases: cases, seed: Self.seed, layer: layer, world) {
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
        _ model: DividedModel, states: any CaseSource, factors: [Double]?,
        lowest: (exact: Double?, annealed: AnnealedPartition?), _ world: borrowing Communicator,
        _ progress: (_ stage: Stage, _ done: Double) -> Void
    ) throws -> [LayerBound]? {
        guard measuresStack, model.machines.count > 1 else { return nil }
        var known: [KnownPartition] = []
        for (place, machine) in model.machines.enumerated() {
            guard annealing != nil || Enumeration.side(of: machine) <= Enumeration.largestSide
            else {
                return nil
            }
            let (exact, annealed) =
                place == 0
                ? lowest
                : try partition(
                    of: machine, at: place,
                    cases: propagatedCases(
                        weighed(states, by: factors), through: model.machines[..<place],
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
        let means = try StackEvaluation(model.machines, on: states, seed: Self.seed)
            .means(world, factors: factors) {
                progress(.stack, $0)
            }
        var bounds: [LayerBound] = []
        for (place, mean) in means.enumerated() {
            bounds.append(
                LayerBound(
                    layer: place, mean: mean, logZ: known[place], below: bounds.last,
                    isProbability: model.machines[0].visibleUnits.isDiscrete))
        }
        return bounds
    }

    private func heading(_ model: DividedModel, _ opened: OpenedCases) -> [String] {
        let machine = model.machines[layer]
        let place = model.machines.count > 1 ? "layer \(layer) of \(model.machines.count), " : ""
        let below = layer > 0 ? ", as hidden means of layer \(layer - 1)" : ""
        return [
            "model  \(self.model): \(place)\(machine.unitsText) units",
            "data   \(data.path): \(opened.cases.count) cases of \(shapeText(opened.shape)), "
                + opened.meaning
                + (model.standardization == nil
                    ? ""
                    : ", standardized as in training; densities "
                        + "are of the standardized values") + below,
        ]
    }
}
