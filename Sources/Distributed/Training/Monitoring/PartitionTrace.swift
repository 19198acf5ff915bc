import Analysis
import ModelFiles
import Ranks
import RBMCore

/// ln Z of the model of a training, by chains between the first model of the run and the present one.
///
/// Chains start in states of the first model, whose weights are small and whose ln Z is known, and follow
/// the straight line to the present one: the mean of ln w of their weights is a lower bound of ln Z
/// whatever they reach. Back on the line go the chains of the training, or training cases where no chains
/// live from step to step, after some sweeps: the mean of ln w of theirs is an upper bound as far as they
/// are samples of the model. Bennett's ratio joins both.
final class PartitionTrace {
    /// Chains of all ranks, there and again back.
    static let chains = 100
    /// The sweeps of the model before chains go back.
    private static let settlingSweeps = 100
    /// The steps of a path: as many as the square of the norm of the weights times a number, in bounds.
    private static let (pointsOfSquare, fewestPoints, mostPoints) = (10.0, 20.0, 1000.0)

    /// Names the draws of independent states: a step that no training reaches.
    private static let noStep = Int(UInt32.max)

    /// What is known of ln Z, in nats.
    struct Bounds: Equatable {
        var value = 0.0
        /// The squares of the standard errors, of the estimate and of both means.
        var variance = 0.0
        var (forward, reverse) = (0.0, 0.0)
        var (forwardVariance, reverseVariance) = (0.0, 0.0)

        /// The estimate with its error.
        var estimate: Estimate { Estimate(value: value, error: variance.squareRoot()) }
        /// Two standard errors below the lower mean.
        var lower: Double { forward - 2 * forwardVariance.squareRoot() }
        /// Two standard errors above the upper mean; nil if that is below the lower bound, for then the
        /// chains that went back were not samples of the models.
        var upper: Double? {
            let upper = reverse + 2 * reverseVariance.squareRoot()
            return upper < lower ? nil : upper
        }

        /// What the distance of the means says of the estimate.
        var verdict: BoundedRatio.Verdict {
            let gap = reverse - forward
            guard gap <= BoundedRatio.roughGap, let upper, lower <= value, value <= upper
            else { return .undetermined }
            return gap <= BoundedRatio.determinedGap ? .determined : .rough
        }

        /// Adds the ratio of two neighbouring models.
        mutating func add(_ ratio: BoundedRatio) {
            value += ratio.ratio.value
            variance += ratio.ratio.error * ratio.ratio.error
            forward += ratio.forward.value
            forwardVariance += ratio.forward.error * ratio.forward.error
            reverse += ratio.reverse.value
            reverseVariance += ratio.reverse.error * ratio.reverse.error
        }

        fileprivate var numbers: [Double] {
            get { [value, variance, forward, forwardVariance, reverse, reverseVariance] }
            set {
                (value, variance, forward) = (newValue[0], newValue[1], newValue[2])
                (forwardVariance, reverse, reverseVariance) =
                    (newValue[3], newValue[4], newValue[5])
            }
        }
    }

    private let arithmetic: ArithmeticKind
    private let seed: UInt64
    private let layer: Int
    /// The first model that was measured; nil before.
    private var first: (any Machine)?
    /// What is known of its ln Z.
    private var firstBounds = Bounds()
    /// Visible bytes of this rank's chains, which are at the first model.
    private var states: [UInt8] = []
    /// The step of the last model that was measured.
    private var lastStep = 0
    /// What is known of that model's ln Z in this process.
    private(set) var bounds = Bounds()

    init(arithmetic: ArithmeticKind, seed: UInt64, layer: Int) {
        self.arithmetic = arithmetic
        self.seed = seed
        self.layer = layer
    }

    /// Tells whether a record is as many steps after the last one as an interval has, or the first.
    func isDue(step: Int, interval: Int) -> Bool {
        first == nil || step - lastStep >= interval
    }

    /// Collective.
    ///
    /// Measures ln Z of a model.
    ///
    /// - Parameters:
    ///   - trained: The visible states of some of this rank's chains of the training, with the number of
    ///     the first among all; nil where there are none.
    ///   - cases: Loads states of training cases of the given numbers.
    ///   - column: The ranks that share the chains, each with the same hidden columns.
    func advance(
        to machine: any Machine, step: Int, trained: (states: [UInt8], chains: Range<Int>)?,
        cases: (Range<Int>) throws -> [UInt8], _ column: borrowing Communicator
    ) throws {
        let own = column.share(of: Self.chains)
        let isFirst = first == nil
        if isFirst {
            let independent = machine.withoutWeights
            let exact = independent.independentLogPartition
            firstBounds.numbers = [exact, 0, exact, 0, exact, 0]
            states = Array(
                repeating: 0, count: own.count * LayerSpec(states: machine).visibleBytes)
            path(from: independent, to: independent, 1, Self.noStep)
                .settle(&states, chains: own, sweeps: 1)
            first = independent
        }
        // The squares of the weights bound what units feel of each other.
        let norm = machine.weightNorm
        let points = Self.pointsOfSquare * norm * norm
        let path = path(
            from: first ?? machine, to: machine,
            Int(max(Self.fewestPoints, min(Self.mostPoints, points))), step)
        var moving = states
        let (back, backChains): ([UInt8], Range<Int>) =
            try trained ?? column.together { (states: try cases(own), chains: own) }
        bounds = firstBounds
        bounds.add(
            try path.ratio(
                chains: Self.chains, ahead: &moving, back: back, backChains,
                settling: Self.settlingSweeps, column))
        if isFirst { (first, firstBounds, states) = (machine, bounds, moving) }
        lastStep = step
    }

    private func path(
        from start: any Machine, to end: any Machine, _ points: Int, _ step: Int
    ) -> ModelPath {
        ModelPath(
            from: start, to: end, steps: min(points, ModelPath.mostSteps),
            arithmetic: arithmetic.able(of: end), seed: seed, place: layer, time: step)
    }

    // MARK: State

    /// Collective.
    ///
    /// Writes what must be remembered into the tree of the run where there is one, with the hidden columns of
    /// this rank.
    func save(
        into state: inout StateTree?, _ column: borrowing Communicator
    ) throws(MPIError) {
        guard let first else { return }
        let columns = LayerSpec(states: first).visibleBytes
        let own = column.share(of: Self.chains)
        var part = StateTree(prefix: Checkpoint.prefix(ofLayer: layer))
        part.set(.bytes(states, shape: [own.count, columns]), "partition_chains")
        let whole = try part.gathered(column)
        guard let tensor = whole?.tensors["partition_chains"] else { return }
        state?.set(tensor, "partition_chains")
        state?.set(first.own.parameters, "partition_model")
        state?.note(
            ([UInt64(lastStep)] + firstBounds.numbers.map(\.bitPattern)).map { "\($0)" }
                .joined(separator: ","), "partition")
    }

    /// Collective.
    ///
    /// Takes what a run remembered out of its tree; the trace starts afresh if the run had none.
    ///
    /// - Parameters:
    ///   - own: The numbers of this rank's chains.
    ///   - model: With the units of the layer, and the columns of this rank.
    func restore(
        _ own: Range<Int>, from state: StateTree, of model: MeasuredLayer
    ) throws(StateFault) {
        guard let note = state.notes["partition"] else { return }
        let words = note.split(separator: ",").compactMap { UInt64($0) }
        let numbers = words.dropFirst().map { Double(bitPattern: $0) }
        let columns = LayerSpec(states: model).visibleBytes
        var state = state
        state.slice = model.slice
        guard words.count == 7, words[0] < 1 << 32, numbers.allSatisfy(\.isFinite),
            let parameters = try state.parameters(
                "partition_model", like: model.own.parameters.zero),
            let all = try state.bytes("partition_chains", columns: columns),
            all.rows == Self.chains,
            model.visibleUnits.columns > 1 || !model.visibleUnits.isDiscrete
                || all.values.allSatisfy({ $0 <= 1 })
        else {
            throw StateFault(
                problem: "holds no chains for ln Z: set `monitor.log-likelihood` to none, or "
                    + "go on from another checkpoint")
        }
        firstBounds.numbers = Array(numbers)
        states = Array(all.values[own.lowerBound * columns..<own.upperBound * columns])
        first = model.with(parameters)
        lastStep = Int(words[0])
    }
}
