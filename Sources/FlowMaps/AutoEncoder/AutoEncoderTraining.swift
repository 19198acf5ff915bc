public import Analysis
import RandomStreams

/// The training of an auto-encoder by batches, with momentum.
///
/// The cases of a batch are divided into fixed parts, and the rows of its slopes again; sums over the
/// cases are made in one product of a fixed shape. So every process of any number of them holds the same
/// bits.
public struct AutoEncoderTraining: Sendable {
    /// How it is trained.
    public struct Plan: Sendable {
        public let loss: AutoEncoderLoss
        /// The cases of a batch.
        public let batchSize: Int
        public let epochs: Int
        /// The learning rate and the momentum of each step.
        public let pace: any LearningPace
        /// How likely a value of a case is replaced by 0 before the encoder reads it [Vincent10].
        public let corruption: Double
        /// Names the random numbers.
        public let seed: UInt64

        /// - Precondition: Batches have cases, and the corruption is below 1.
        public init(
            loss: AutoEncoderLoss, batchSize: Int, epochs: Int, pace: any LearningPace,
            corruption: Double, seed: UInt64
        ) {
            precondition(
                batchSize > 0 && corruption >= 0 && corruption < 1,
                "batches of \(batchSize), corruption \(corruption)")
            self.loss = loss
            self.batchSize = batchSize
            self.epochs = epochs
            self.pace = pace
            self.corruption = corruption
            self.seed = seed
        }

        /// The steps of an epoch.
        public func batches(cases: Int) -> Int { (cases + batchSize - 1) / batchSize }
    }

    /// What an epoch found, means over the cases as they were seen.
    public struct EpochLoss: Sendable, Equatable {
        public let error: Double
        /// λ‖∂h/∂x‖².
        public let penalty: Double

        public init(error: Double, penalty: Double) {
            self.error = error
            self.penalty = penalty
        }
    }

    /// The part of an epoch that is done.
    public struct EpochPart: Sendable, Equatable {
        /// Its batches.
        public let batches: Int
        /// The sums of the errors and of the penalties of their cases.
        public let sums: EpochLoss

        public init(batches: Int, sums: EpochLoss) {
            self.batches = batches
            self.sums = sums
        }

        /// Nothing of an epoch.
        public static let none = EpochPart(batches: 0, sums: EpochLoss(error: 0, penalty: 0))
    }

    public let plan: Plan
    /// The number of the layer, from 0, which tells its random numbers from those of others.
    public let layer: Int
    public private(set) var encoder: AutoEncoder
    /// The momentum of the weights, the visible and the hidden biases, in this order.
    public private(set) var velocity: [Double]
    /// What was found in the epochs that are done.
    public private(set) var losses: [EpochLoss]
    /// What is done of the next epoch.
    public private(set) var part = EpochPart.none

    /// The most parts of a batch: more processes than that find no work.
    static let mostParts = 16

    /// Starts with weights uniform in ±4√(6/(visible + hidden)) [GlorotBengio10], and without biases.
    public init(plan: Plan, layer: Int, output: AutoEncoder.Output, visible: Int, hidden: Int) {
        self.plan = plan
        self.layer = layer
        let stream = RandomStream(
            seed: plan.seed, .autoEncoder(.weights, layer: layer, step: 0))
        let reach = 4 * (6 / Double(visible + hidden)).squareRoot()
        let weights = Matrix(rows: visible, columns: hidden) { row, unit in
            reach * (Double(stream.word(row: row, unit: unit)) * 0x1p-31 - 1)
        }
        encoder = AutoEncoder(
            output: output, weights: weights,
            visibleBias: Array(repeating: 0, count: visible),
            hiddenBias: Array(repeating: 0, count: hidden))
        velocity = Array(repeating: 0, count: visible * hidden + visible + hidden)
        losses = []
    }

    /// Goes on from a state that was kept.
    ///
    /// - Precondition: The velocity has a value for each parameter.
    public init(
        plan: Plan, layer: Int, encoder: AutoEncoder, velocity: [Double], losses: [EpochLoss],
        part: EpochPart = .none
    ) {
        let (visible, hidden) = (encoder.visibleCount, encoder.hiddenCount)
        precondition(
            velocity.count == visible * hidden + visible + hidden,
            "\(velocity.count) velocities of \(visible)×\(hidden) units")
        self.plan = plan
        self.layer = layer
        self.encoder = encoder
        self.velocity = velocity
        self.losses = losses
        self.part = part
    }

    public var isFinished: Bool { losses.count >= plan.epochs }

    /// The steps that are done, given how many cases there are.
    public func step(cases: Int) -> Int { losses.count * plan.batches(cases: cases) + part.batches }

    /// The learning rate of a step, given how many cases there are.
    public func rate(step: Int, cases: Int) -> Double {
        let batches = plan.batches(cases: cases)
        return plan.pace.rate(step: step, of: plan.epochs * batches, perEpoch: batches)
    }

    /// The norm of the last change of the weights.
    public var updateNorm: Double {
        velocity[..<(encoder.visibleCount * encoder.hiddenCount)]
            .reduce(0) { $0 + $1 * $1 }.squareRoot()
    }

    /// Makes one step; with the last one of an epoch, its loss joins `losses`.
    ///
    /// - Parameters:
    ///   - data: All cases, on every process.
    ///   - work: Does the parts of the work.
    public mutating func advance(_ data: Matrix, work: PartWork) throws {
        let epoch = losses.count
        let order = KeyedPermutation(count: data.rows, seed: plan.seed, .epoch(epoch, layer: layer))
        let batches = plan.batches(cases: data.rows)
        let first = part.batches * plan.batchSize
        let places = (first..<min(data.rows, first + plan.batchSize)).map { order[$0] }
        let step = step(cases: data.rows)
        let found = try makeStep(
            data.rows(at: places), step: step, rate: rate(step: step, cases: data.rows),
            momentum: plan.pace.momentum(step: step, perEpoch: batches), work)
        let sums = EpochLoss(
            error: part.sums.error + found.error, penalty: part.sums.penalty + found.penalty)
        guard part.batches + 1 == batches else {
            part = EpochPart(batches: part.batches + 1, sums: sums)
            return
        }
        let count = Double(data.rows)
        losses.append(EpochLoss(error: sums.error / count, penalty: sums.penalty / count))
        part = .none
    }

    /// Makes the steps of an epoch, or those that are left of it.
    public mutating func runEpoch(_ data: Matrix, work: PartWork) throws {
        repeat { try advance(data, work: work) } while part != .none
    }

    /// Makes one step, and returns the sums of the losses before it.
    mutating func makeStep(
        _ targets: Matrix, step: Int, rate: Double, momentum: Double, _ work: PartWork
    ) throws -> EpochLoss {
        let (encoder, plan) = (encoder, plan)
        let inputs = corrupted(targets, step: step)
        let (visible, hidden) = (encoder.visibleCount, encoder.hiddenCount)
        let cases = FixedParts(targets.rows, most: Self.mostParts)
        let width = 2 + 2 * hidden + visible
        let joined = Matrix(
            rows: targets.rows, columns: width,
            elements: try cases.collect(width: width, work) { range in
                let rows = plan.loss.rows(
                    inputs.rows(range), targets: targets.rows(range), of: encoder)
                return (0..<range.count).flatMap { row in
                    [rows.losses, rows.hidden, rows.visibleSlopes, rows.hiddenSlopes].flatMap {
                        $0.elements[(row * $0.columns)..<((row + 1) * $0.columns)]
                    }
                }
            })
        let rows = AutoEncoderLoss.Rows(
            losses: joined.columns(0..<2), hidden: joined.columns(2..<2 + hidden),
            visibleSlopes: joined.columns(2 + hidden..<2 + hidden + visible),
            hiddenSlopes: joined.columns(2 + hidden + visible..<width))
        let units = FixedParts(visible, most: Self.mostParts)
        let slopes = try units.collect(width: hidden, work) { range in
            plan.loss.weightSlopes(rows, inputs: inputs, units: range, of: encoder).elements
        }
        move(
            slopes + rows.visibleSlopes.sumsOfColumns + rows.hiddenSlopes.sumsOfColumns,
            rate: rate / Double(targets.rows), momentum: momentum)
        let losses = rows.losses.sumsOfColumns
        return EpochLoss(error: losses[0], penalty: losses[1])
    }

    private mutating func move(_ slopes: [Double], rate: Double, momentum: Double) {
        var values = encoder.weights.elements + encoder.visibleBias + encoder.hiddenBias
        for place in values.indices {
            velocity[place] = momentum * velocity[place] - rate * slopes[place]
            values[place] += velocity[place]
        }
        let (visible, hidden) = (encoder.visibleCount, encoder.hiddenCount)
        let weights = visible * hidden
        encoder.weights = Matrix(
            rows: visible, columns: hidden, elements: Array(values[..<weights]))
        encoder.visibleBias = Array(values[weights..<weights + visible])
        encoder.hiddenBias = Array(values[(weights + visible)...])
    }

    /// What the encoder sees of a batch.
    private func corrupted(_ cases: Matrix, step: Int) -> Matrix {
        guard plan.corruption > 0 else { return cases }
        let stream = RandomStream(
            seed: plan.seed, .autoEncoder(.corruption, layer: layer, step: step))
        var cases = cases
        var words = [UInt32](repeating: 0, count: cases.columns)
        for row in 0..<cases.rows {
            var span = words.mutableSpan
            stream.fill(&span, row: row)
            for column in words.indices where words[column].occurs(Float(plan.corruption)) {
                cases[row, column] = 0
            }
        }
        return cases
    }
}

/// A division of some rows into contiguous parts that depends on their number alone.
struct FixedParts {
    private let rows: Int
    let count: Int

    init(_ rows: Int, most: Int) {
        self.rows = rows
        count = min(rows, most)
    }

    func rows(of part: Int) -> Range<Int> {
        (rows * part / count)..<(rows * (part + 1) / count)
    }

    /// Computes the numbers of all rows, part by part, on every process.
    ///
    /// - Parameter width: The numbers of a row.
    /// - Returns: Shape [rows, width].
    func collect(
        width: Int, _ work: PartWork, _ body: @escaping (Range<Int>) throws -> [Double]
    ) throws -> [Double] {
        // All parts have the same room, and the last places of the smaller ones stay empty.
        let room = (0..<count).reduce(0) { max($0, rows(of: $1).count) } * width
        let all = try work(count, room) { part in
            let found = try body(rows(of: part))
            return found + [Double](repeating: 0, count: room - found.count)
        }
        return (0..<count).flatMap { part in
            all[(part * room)..<(part * room + rows(of: part).count * width)]
        }
    }
}
