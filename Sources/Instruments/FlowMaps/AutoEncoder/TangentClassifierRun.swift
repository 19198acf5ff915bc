import Analysis
public import Datasets
import DistributedTraining
public import FlowMaps
import ModelFiles
public import Ranks
public import Reports
import Runs

/// Trains a classifier over a model along the tangents that the model knows, for
/// `wilson autoencoder classify`.
public struct TangentClassifierRun {
    private let model: String
    private let train: (data: DataFile, labels: String)
    private let test: (data: DataFile, labels: String)
    private let plan: TangentClassifier.Plan

    /// The number of the first cases that are learned from; nil for all.
    public var cases: Int?

    public init(
        model: String, train: (data: DataFile, labels: String),
        test: (data: DataFile, labels: String), plan: TangentClassifier.Plan
    ) {
        self.model = model
        self.train = train
        self.test = test
        self.plan = plan
    }

    /// The most classes.
    private static let mostClasses = 1000
    /// How many times that of a guess −ln p may be.
    private static let growth = 10.0

    /// Collective.
    ///
    /// Trains with the cases of a batch shared over ranks; returns nil on all ranks but rank 0.
    ///
    /// - Parameter progress: Is told the share of the epochs that are done.
    public func run(
        _ world: borrowing Communicator, progress: (Double) -> Void
    ) throws -> TangentClassifierReport? {
        setLinearAlgebraThreads(1)
        let model = try Model.load(model, world)
        let stack = try world.together { try model.encoderStack(self.model) }
        let (cases, labels) = try read(train, model, most: cases, world)
        let (judged, classes) = try read(test, model, most: nil, world)
        let count = ((labels + classes).max() ?? 0) + 1
        try world.together {
            guard count <= Self.mostClasses else {
                throw dataFault(
                    train.labels,
                    "has the class \(count - 1); expected classes below \(Self.mostClasses)")
            }
            let units = stack.layers[stack.layers.count - 1].bias.count
            guard plan.tangents <= min(stack.inputs, units) else {
                throw dataFault(
                    self.model,
                    "has \(stack.inputs) inputs and \(units) topmost units, but --tangents is "
                        + "\(plan.tangents)")
            }
        }
        let start = ContinuousClock.now
        var classifier = TangentClassifier(stack, classes: count, plan: plan)
        let blind = classifier.lossOfGuess
        var report = TangentClassifierReport(plan, learned: labels.count, judged: classes.count)
        while classifier.epoch < plan.epochs {
            let found = try classifier.runEpoch(cases, labels: labels) {
                try world.work(parts: $0, width: $1, $2)
            }
            guard (found.loss + found.penalty).isFinite, found.loss <= Self.growth * blind else {
                throw SharedFailure(
                    exitCode: ExitStatus.notFinite,
                    "epoch \(classifier.epoch): −ln p of a case's class is "
                        + "\(decimal(found.loss, 4)), and that of a guess \(decimal(blind, 4)); the "
                        + "penalty is \(decimal(found.penalty, 4)). The training has run away: lower "
                        + "--learning-rate or --momentum")
            }
            report.losses.append(found.loss)
            report.penalties.append(found.penalty)
            progress(Double(classifier.epoch) / Double(plan.epochs))
        }
        report.trainErrors = try errors(classifier, cases, labels, world)
        report.testErrors = try errors(classifier, judged, classes, world)
        report.seconds = (ContinuousClock.now - start) / .seconds(1)
        return world.rank == 0 ? report : nil
    }

    private func read(
        _ file: (data: DataFile, labels: String), _ model: Model, most: Int?,
        _ world: borrowing Communicator
    ) throws -> (values: Matrix, labels: [Int]) {
        let cases = try RealCases(
            file.data, for: model, most: most, least: 1, seed: plan.seed, world)
        let classes = try readClasses(file.labels, count: cases.values.rows, world)
        let labels = try world.together {
            guard let place = classes.firstIndex(where: { $0 == nil }) else {
                return classes.compactMap { $0 }
            }
            throw dataFault(file.labels, "gives no class to case \(place); expected one for each")
        }
        return (cases.values, labels)
    }

    private func errors(
        _ classifier: TangentClassifier, _ cases: Matrix, _ labels: [Int],
        _ world: borrowing Communicator
    ) throws -> Int {
        let parts = RowParts(rows: cases.rows)
        let wrong = try world.work(parts: parts.count, width: 1) { part in
            let wrong = parts.blocks(of: part).reduce(0) { sum, rows in
                sum + zip(classifier.classify(cases.rows(rows)), labels[rows]).count { $0 != $1 }
            }
            return [Double(wrong)]
        }
        return Int(wrong.reduce(0, +))
    }
}

/// How well classes are told apart.
public struct TangentClassifierReport: Report, Sendable {
    let learned: Int
    let judged: Int
    /// β of the penalty.
    let penalty: Double
    let tangents: Int
    /// The mean of −ln p of a case's class in each epoch.
    fileprivate(set) var losses: [Double] = []
    /// The mean penalty of a case in each epoch.
    fileprivate(set) var penalties: [Double] = []
    /// The cases of the training data that get another class.
    fileprivate(set) var trainErrors = 0
    /// The same of the test data.
    fileprivate(set) var testErrors = 0
    fileprivate(set) var seconds = 0.0

    init(_ plan: TangentClassifier.Plan, learned: Int, judged: Int) {
        self.learned = learned
        self.judged = judged
        penalty = plan.penalty
        tangents = plan.penalty > 0 ? plan.tangents : 0
    }

    public var table: Table {
        func share(_ count: Int, _ all: Int) -> String {
            let p = Double(count) / Double(all)
            let error = (p * (1 - p) / Double(all)).squareRoot()
            return "\(count) of \(all), \(decimal(100 * p, 2)) %, drawn cases "
                + "± \(decimal(100 * error, 2))"
        }
        var table = Table(
            penalty > 0
                ? "classifier along \(tangents) tangents, β = \(shortest(penalty))"
                : "classifier without tangents")
        table.columns("", .left())
        table.row("wrong, learned", share(trainErrors, learned))
        table.row("wrong, test", share(testErrors, judged))
        table.row("−ln p, learned", decimal(losses.last, 4))
        if penalty > 0 { table.row("penalty", decimal(penalties.last, 4)) }
        table.row("time", "\(decimal(seconds, 1)) s, \(losses.count) epochs")
        return table
    }
}
