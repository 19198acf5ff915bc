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
    /// The cases that a record measures, of the training and held out alike; 0 where it is not known.
    public var measuredCases: Int
    /// The held-out cases of which records measure the pseudo-likelihood; nil for none, 0 where it is not
    /// known.
    public var pseudoLikelihoodCases: Int?
    /// Whether records measure the log-likelihood; where they do not, the last one looks for modes that the
    /// chains miss.
    public var measuresLogLikelihood: Bool
    /// When checkpoints are written, beside the last one.
    public var checkpointEvery: Interval
    /// Whether it waits until each checkpoint is on disk.
    public var waitsForCheckpoints: Bool
    /// Whether the run goes to its last step, unless early stopping ends it.
    public var goesToItsEnd: Bool

    public init(
        measuredCases: Int, pseudoLikelihoodCases: Int?, measuresLogLikelihood: Bool,
        checkpointEvery: Interval, waitsForCheckpoints: Bool, goesToItsEnd: Bool
    ) {
        self.measuredCases = measuredCases
        self.pseudoLikelihoodCases = pseudoLikelihoodCases
        self.measuresLogLikelihood = measuresLogLikelihood
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
    /// a training needs more than this, and never less. What a rank receives for a moment of the columns of
    /// other ranks counts too.
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
        let measured = largestMeasurement(visible: visible, own: own, place, habits)
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
        if measured.bytes + kept > checkpoint {
            need.add(measured.name, measured.bytes)
            need.add("the copy of a checkpoint", kept)
        } else {
            need.add("a checkpoint", checkpoint)
        }
        return need
    }

    /// What a rank holds beside its training while it measures a model, where that is most.
    private func largestMeasurement(
        visible: Int, own: Double, _ place: TrainingPlace, _ habits: TrainingHabits
    ) -> (name: String, bytes: Double) {
        let weights = Double(visible) * own
        let all = Double(hidden)
        let isDivided = place.hiddenRanks > 1
        let row = place.row
        func ofRank(_ cases: Int) -> Int {
            share(of: cases, rank: row.number, size: row.count).count
        }
        // The fields of all columns; to join them, a rank has its own, and those of all twice more.
        func fields(_ cases: Int) -> Double {
            Double(Swift.min(ofRank(cases), casesOfBlock))
                * (isDivided ? 12 * all + 4 * own : 4 * all)
        }
        let frozen = arithmetic == .float32 ? 0 : 2 * weights
        // The changes of a step are measured by blocks of rows of all columns.
        let changes = isDivided ? 4 * weights : 0
        let rows = Swift.min(visible, HiddenSlice.rowsOfBlock(total: hidden))
        let block = isDivided ? 8 * Double(rows) * all : 0
        var record = Swift.max(block, frozen + fields(habits.measuredCases))
        if let cases = habits.pseudoLikelihoodCases, visibleUnits.isDiscrete {
            let isBinary = [visibleUnits, hiddenUnits].allSatisfy {
                $0.columns == 1 && $0.isDiscrete
            }
            // Factors of both signs; of other units all weights.
            let tables = isBinary ? 8 * weights : isDivided ? 4 * Double(visible) * all : 0
            record = Swift.max(
                record, frozen + tables + Swift.max(block, frozen + fields(cases)))
        }
        let looks = earlyStop.gap == nil && visibleUnits.isDiscrete && negativePhase.chainCount > 0
        guard habits.goesToItsEnd, habits.measuresLogLikelihood || looks else {
            return ("a record", changes + record)
        }
        // The line from a model to the trained one, with two of its points.
        let line = 12 * weights + 2 * frozen + fields(ModeCheck.chains)
        guard line > record else { return ("a record", changes + record) }
        return (
            habits.measuresLogLikelihood ? "ln Z of a record" : "the check for missed modes",
            changes + line
        )
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
