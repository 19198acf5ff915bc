public import ModelFiles
public import RBMCore

/// How one layer is trained.
public struct LayerPlan: Sendable {
    /// The layer's place in the stack, from 0.
    public var layer: Int
    public var visibleUnits: any UnitKind
    public var hidden: Int
    public var hiddenUnits: any UnitKind
    public var arithmetic: ArithmeticKind
    public var seed: UInt64

    /// The standard deviation of the first weights.
    public var initialWeights: Double
    /// Whether visible biases start at the log-odds of the base rates; at zero otherwise.
    public var startsAtLogOdds: Bool

    /// What finds the mean of the model, as it is before a run.
    public var negativePhase: any NegativePhase
    /// Cases of a step over all ranks.
    public var batch: Int
    public var epochs: Int
    public var rate: Double
    public var schedule: Schedule
    /// How the rate rises at the start.
    public var warmUp = WarmUp(steps: 0)
    /// The momentum of each step; nil for the optimizer's own at all steps.
    public var momentum: Momentum?
    public var optimizer: Optimizer.Options
    /// The last part of the updates over which the parameters are averaged, in [0, 1].
    public var averagedPart: Double

    /// The share of hidden units that dropout keeps; 1 for none.
    public var keepProbability: Float = 1
    public var earlyStop = EarlyStop.never

    /// Whether Gaussian visible units learn their variances; they are 1 otherwise.
    public var learnsVariances = false

    /// At how many visible spins each hidden one begins, beside its own; 0 for weights without a pattern.
    public var initialNeighbours = 0
    /// Whether the layer begins as the one below it upside down; it has drawn weights otherwise.
    public var startsUpsideDown = false

    /// The parameters to start from instead of drawn ones: of all hidden columns, or of those of this
    /// process.
    public var initial: Parameters?

    /// How the statistics of a step are divided and added up; no bit depends on it.
    public var panels = PanelPlan()

    public init(
        layer: Int, visibleUnits: any UnitKind, hidden: Int, hiddenUnits: any UnitKind,
        arithmetic: ArithmeticKind, seed: UInt64, initialWeights: Double, startsAtLogOdds: Bool,
        negativePhase: any NegativePhase, batch: Int, epochs: Int, rate: Double,
        schedule: Schedule, optimizer: Optimizer.Options, averagedPart: Double
    ) {
        self.layer = layer
        self.visibleUnits = visibleUnits
        self.hidden = hidden
        self.hiddenUnits = hiddenUnits
        self.arithmetic = arithmetic
        self.seed = seed
        self.initialWeights = initialWeights
        self.startsAtLogOdds = startsAtLogOdds
        self.negativePhase = negativePhase
        self.batch = batch
        self.epochs = epochs
        self.rate = rate
        self.schedule = schedule
        self.optimizer = optimizer
        self.averagedPart = averagedPart
    }

    /// The layer on some cases.
    func shape(on source: any CaseSource) -> LayerSpec {
        LayerSpec(
            visible: source.visible, hidden: hidden, visibleUnits: visibleUnits,
            hiddenUnits: hiddenUnits, encoding: source.encoding)
    }

    /// The units of the layer on cases of a number of values.
    public func units(onVisible visible: Int) -> LayerUnits {
        LayerUnits(
            visible: visible, visibleKind: visibleUnits, hidden: hidden, hiddenKind: hiddenUnits)
    }

    /// The learning rate of a step.
    public func rate(ofStep step: Int, of batches: BatchPlan) -> Float {
        warmUp.rate(
            schedule.rate(
                rate, step: step, of: batches.steps, stepsPerEpoch: batches.stepsPerEpoch),
            step: step)
    }

    /// How many of the last steps enter the average.
    func averagedSteps(of steps: Int) -> Int { Int(averagedPart * Double(steps)) }
}
