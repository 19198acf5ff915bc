import ModelFiles
import Ranks
import RBMCore

/// How ranks can divide the work of a layer, and how long a step takes with each division.
///
/// The bits of a training do not depend on the division, so that it is a matter of time alone.
public struct GridChoice: Sendable, Equatable {
    /// A division of the ranks.
    public struct Candidate: Sendable, Equatable {
        /// Groups that share the cases.
        public let data: Int
        /// Ranks of a group, which share the hidden units.
        public let hidden: Int
        /// The seconds of the shortest step on the slowest rank; nil where nothing was timed.
        public var seconds: Double?
    }

    /// Those that were timed, the one with the shortest step first; one where nothing was.
    public let candidates: [Candidate]

    /// How many divisions there are, with those that were not timed.
    public let possible: Int

    /// How many ranks of a group share the hidden units.
    public var hiddenRanks: Int { candidates[0].hidden }

    /// - Precondition: There is a candidate.
    init(_ candidates: [Candidate], of possible: Int) {
        precondition(!candidates.isEmpty, "no grid")
        self.possible = possible
        self.candidates = candidates.sorted { ($0.seconds ?? 0) < ($1.seconds ?? 0) }
    }
}

extension GridForecast {
    /// Those with the shortest steps, and the one that shares the cases alone; in their order.
    ///
    /// That one is what a run takes that chooses nothing. So no error of the forecast makes a choice worse
    /// than none.
    ///
    /// - Parameter count: How many have the shortest steps.
    func best(_ count: Int, of candidates: [GridChoice.Candidate]) -> [GridChoice.Candidate] {
        let times = candidates.map { seconds(data: $0.data, hidden: $0.hidden) }
        let ordered = candidates.indices.sorted { (times[$0], $0) < (times[$1], $1) }
        let whole = candidates.indices.filter { candidates[$0].hidden == 1 }
        return Set(ordered.prefix(count) + whole).sorted().map { candidates[$0] }
    }
}

/// Trial steps, which tell how ranks should divide a layer's work.
///
/// They are steps of the training itself, from where it stands. What they change is given up.
struct GridTrial {
    let plan: LayerPlan
    let source: any CaseSource
    /// Where the training begins; nil where it goes on from a checkpoint.
    let start: TrainingStart?
    let checkpoint: Checkpoint?

    /// Steps before those that are timed: the first ones take memory.
    private static let warmUp = 2
    /// A choice is worth its time if the run has this many steps for each trial step.
    private static let worth = 20
    private static let fewestTimed = 5
    private static let mostTimed = 25
    /// The most divisions that are timed, beside the one that shares the cases alone; a forecast chooses
    /// them among more.
    private static let mostCandidates = 3

    /// Collective.
    ///
    /// Times a step with each division that is possible, or where these are many with the best ones of a
    /// forecast; the same on all ranks.
    ///
    /// If few steps are left, or if one of them fails, nothing is timed, and all ranks share the cases.
    ///
    /// - Parameter most: The most steps that the run is going to make.
    func choice(upTo most: Int, _ world: borrowing Communicator) throws -> GridChoice {
        let size = world.size
        let batches = BatchPlan(
            cases: source.count, batch: plan.batch, epochs: plan.epochs, seed: plan.seed,
            layer: plan.layer)
        let steps = min(most, batches.steps - (checkpoint?.step ?? 0))
        var candidates = (1...size)
            .filter { size % $0 == 0 && plan.mayChoose(hiddenRanks: $0) }
            .map { GridChoice.Candidate(data: size / $0, hidden: $0) }
        let (first, possible) = (candidates[0], candidates.count)
        let most = Self.mostCandidates
        // The steps of a forecast are as many as those of a candidate.
        let parts = possible > most ? most + 2 : possible
        let trial = steps / Self.worth / parts - Self.warmUp
        guard possible > 1, trial >= Self.fewestTimed else {
            return GridChoice([first], of: possible)
        }
        do {
            if possible > most {
                let forecast = try forecast(world)
                candidates = forecast.best(most, of: candidates)
            }
            for i in candidates.indices {
                candidates[i].seconds = try seconds(
                    hiddenRanks: candidates[i].hidden, steps: min(trial, Self.mostTimed), world)
            }
        } catch is SharedFailure {
            // All ranks find it alike. The training itself will meet it, with its records before it.
            return GridChoice([first], of: possible)
        }
        return GridChoice(candidates, of: possible)
    }

    /// Collective.
    private func forecast(_ world: borrowing Communicator) throws -> GridForecast {
        let timer = StepTimer()
        var trainer = try LayerTrainer(
            plan, source: source, from: checkpoint, start: start, timer: timer, hiddenRanks: 1,
            world)
        return try GridForecast(
            of: &trainer, visible: source.visible, timer: timer, world)
    }

    /// Collective.
    ///
    /// The shortest time of some steps, on the rank where it is largest.
    ///
    /// Other programs on the machine make steps longer, and none shorter.
    private func seconds(
        hiddenRanks: Int, steps: Int, _ world: borrowing Communicator
    ) throws -> Double {
        var trainer = try LayerTrainer(
            plan, source: source, from: checkpoint, start: start, timer: StepTimer(),
            hiddenRanks: hiddenRanks, world)
        var shortest = Duration.seconds(1_000_000)
        for step in 0..<(Self.warmUp + steps) where !trainer.isDone {
            let start = ContinuousClock.now
            try trainer.advance(isMeasured: false, world)
            if step >= Self.warmUp { shortest = min(shortest, .now - start) }
        }
        let nanoseconds = Int64(shortest / .nanoseconds(1))
        return Double(try world.extent(of: nanoseconds).upperBound) * 1e-9
    }
}
