public import Ranks
public import RBMCore

/// The place of a rank among those that train, for what its memory must hold.
public struct TrainingPlace: Sendable {
    public let rank: Int
    public let ranks: Int
    /// How many ranks of a row divide the hidden units.
    public let hiddenRanks: Int
    /// Whether trial steps are going to choose the grid: in some of them each rank holds all units.
    public let isOfTrial: Bool

    /// - Parameter hiddenRanks: nil where trial steps choose, if there are several ranks.
    public init(rank: Int, ranks: Int, hiddenRanks: Int?) {
        self.rank = rank
        self.ranks = ranks
        self.hiddenRanks = hiddenRanks ?? 1
        isOfTrial = hiddenRanks == nil && ranks > 1
    }

    /// The number of the row of this rank, and how many rows there are.
    var row: (number: Int, count: Int) { (rank / hiddenRanks, ranks / hiddenRanks) }
}

/// What a run does beside its steps, as far as it takes memory.
public struct TrainingHabits: Sendable {
    /// Whether records measure pseudo-likelihoods.
    public var measuresPseudoLikelihood: Bool
    /// Whether the last record looks for modes that the chains miss.
    public var looksForMissedModes: Bool
    /// When checkpoints are written, beside the last one.
    public var checkpointEvery: Interval
    /// Whether it waits until each checkpoint is on disk.
    public var waitsForCheckpoints: Bool
    /// Whether the run goes to its last step, unless early stopping ends it.
    public var goesToItsEnd: Bool

    public init(
        measuresPseudoLikelihood: Bool, looksForMissedModes: Bool, checkpointEvery: Interval,
        waitsForCheckpoints: Bool, goesToItsEnd: Bool
    ) {
        self.measuresPseudoLikelihood = measuresPseudoLikelihood
        self.looksForMissedModes = looksForMissedModes
        self.checkpointEvery = checkpointEvery
        self.waitsForCheckpoints = waitsForCheckpoints
        self.goesToItsEnd = goesToItsEnd
    }
}

extension [LayerPlan] {
    /// Returns the memory that a rank needs at least to train these layers: that of the layer which needs
    /// most, with those below it.
    ///
    /// It counts arrays that are as large as this rank's weights, or have a row for each case of a step: so
    /// a training needs more than this, and never less. What a rank holds of the columns of other ranks
    /// does not count.
    ///
    /// - Parameters:
    ///   - visible: The values of a case, each of all its columns.
    ///   - cases: The cases of the training.
    public func memoryNeed(
        visible: Int, cases: Int, _ place: TrainingPlace, _ habits: TrainingHabits
    ) -> MemoryNeed {
        var (visible, below) = (visible, 0.0)
        var largest = MemoryNeed()
        for plan in self {
            var need = plan.memoryNeed(visible: visible, cases: cases, place, habits)
            need.add("the layers below", below)
            if need.bytes > largest.bytes { largest = need }
            // What they pass on is computed with rounded weights.
            let weightBytes = plan.arithmetic == .float32 ? 4.0 : 6.0
            below += weightBytes * Double(visible) * plan.ownColumns(place)
            visible = plan.hidden
        }
        return largest
    }
}

extension LayerPlan {
    /// The hidden columns of a rank.
    fileprivate func ownColumns(_ place: TrainingPlace) -> Double {
        let parts = HiddenSlice.parts(
            of: hidden, among: place.hiddenRanks, unit: hiddenUnits.columns)
        return Double(parts[place.rank % place.hiddenRanks].count)
    }

    /// Returns the memory that a rank needs at least to train the layer.
    fileprivate func memoryNeed(
        visible: Int, cases: Int, _ place: TrainingPlace, _ habits: TrainingHabits
    ) -> MemoryNeed {
        let own = ownColumns(place)
        let isInteger = arithmetic != .float32
        let weights = Double(visible) * own
        let parameters = 4 * weights

        let batches = BatchPlan(
            cases: cases, batch: batch, epochs: epochs, seed: seed, layer: layer)
        let steps = batches.steps
        let averages =
            habits.goesToItsEnd && !place.isOfTrial && earlyStop.gap == nil
            && averagedSteps(of: steps) > 0
        let hasVelocity = optimizer.momentum != 0
        let saved = 1 + (hasVelocity ? 1 : 0) + (averages ? 1 : 0)

        var need = MemoryNeed()
        need.add("parameters", parameters)
        need.add("the starting model", initial == nil ? 0 : parameters)
        need.add("the momentum", hasVelocity ? parameters : 0)
        need.add("Nesterov's momentum", hasVelocity && optimizer.nesterov ? parameters : 0)
        need.add("the average of the parameters", averages ? parameters : 0)
        need.add(
            "rounded weights", isInteger ? weights * (arithmetic == .integerOneByte ? 1 : 2) : 0)
        need.add("the rows of a step", rowBytes(visible: visible, hidden: own, cases, place))

        // What comes after trial steps may be divided.
        guard !place.isOfTrial else { return need }

        // One of them at a time, while nothing of the above is given up.
        let frozen = isInteger ? 2 * weights : 0
        let pseudo = habits.measuresPseudoLikelihood && visibleUnits.isDiscrete
        let isBinary = [visibleUnits, hiddenUnits].allSatisfy { $0.columns == 1 && $0.isDiscrete }
        let record = frozen + (pseudo && isBinary ? 12 * weights : 0)
        let looks =
            habits.looksForMissedModes && habits.goesToItsEnd && earlyStop.gap == nil
            && visibleUnits.isDiscrete && negativePhase.chainCount > 0
        let modes = looks ? 12 * weights + 2 * frozen : 0
        let checkpoint =
            place.rank == 0 && place.hiddenRanks == 1 ? 2 * Double(saved) * parameters : 0
        // The copy of an earlier checkpoint, which may not have had an average yet, is kept. Of a divided layer
        // all ranks of the first row have one, but not of checkpoints for which the training waits.
        let copies =
            place.hiddenRanks == 1
            ? place.rank == 0
            : place.row.number == 0 && habits.goesToItsEnd && !habits.waitsForCheckpoints
        let isSaved =
            copies
            && habits.checkpointEvery.steps(perEpoch: batches.stepsPerEpoch).map {
                $0 > 0 && $0 < steps
            } == true
        let kept = isSaved ? parameters * (hasVelocity ? 2 : 1) : 0
        let measured = Swift.max(record, modes)
        if measured + kept > checkpoint {
            need.add(modes > record ? "the check for missed modes" : "a record", measured)
            need.add("the copy of a checkpoint", kept)
        } else {
            need.add("a checkpoint", checkpoint)
        }
        return need
    }

    /// The bytes of this rank's cases and chains of a step: states and means of both phases.
    private func rowBytes(
        visible: Int, hidden: Double, _ cases: Int, _ place: TrainingPlace
    ) -> Double {
        let row = place.row
        func own(_ total: Int) -> Double {
            Double(share(of: total, rank: row.number, size: row.count).count)
        }
        let data = own(Swift.min(batch, cases))
        let model = negativePhase.startsFromData ? data : own(negativePhase.chainCount)
        let state = Double(visible) * (visibleUnits.isDiscrete ? 1 : 4)
        return (data + model) * (state + 4 * hidden) + model * hidden
    }
}
