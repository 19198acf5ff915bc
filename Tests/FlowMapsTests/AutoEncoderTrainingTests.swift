import Analysis
import Foundation
import RandomStreams
import TestSupport
import Testing

@testable import FlowMaps

@Suite struct AutoEncoderTrainingTests {
    private func plan(
        _ loss: AutoEncoderLoss, epochs: Int = 3, batchSize: Int = 10, rate: Double = 0.1,
        momentum: Double = 0, corruption: Double = 0
    ) -> AutoEncoderTraining.Plan {
        AutoEncoderTraining.Plan(
            loss: loss, batchSize: batchSize, epochs: epochs,
            pace: FallingPace(from: rate, to: rate, momentum: momentum), corruption: corruption,
            seed: 5)
    }

    private func data(_ rows: Int, _ columns: Int = 7) -> Matrix {
        var generator = TestGenerator(seed: 21)
        return AutoEncoderInputs.matrix(rows, columns, &generator, signed: false)
    }

    /// The loss by its definition: Σ over cases of the error and the penalty.
    private func loss(_ loss: AutoEncoderLoss, _ encoder: AutoEncoder, _ cases: Matrix) -> Double {
        let outputs = encoder.reconstruct(cases)
        let errors = zip(outputs.elements, cases.elements).reduce(0.0) { sum, pair in
            let (r, x) = pair
            switch loss.error {
            case .squared: return sum + (r - x) * (r - x)
            case .crossEntropy: return sum - x * log(r) - (1 - x) * log(1 - r)
            }
        }
        return encoder.contractions(cases).reduce(errors) { $0 + loss.contraction * $1 }
    }

    /// One step changes each parameter by minus the rate times its mean slope, by differences of the loss.
    @Test(arguments: [
        (AutoEncoderLoss.Error.squared, AutoEncoder.Output.linear, 0.0),
        (.squared, .linear, 0.7), (.squared, .sigmoid, 0.3), (.crossEntropy, .sigmoid, 0.5),
    ])
    func aStepFollowsTheSlope(
        error: AutoEncoderLoss.Error, output: AutoEncoder.Output, contraction: Double
    ) throws {
        let judged = AutoEncoderLoss(error, contraction: contraction)
        let cases = data(6)
        let start = AutoEncoderInputs.encoder(output)
        var training = AutoEncoderTraining(
            plan: plan(judged), layer: 0, encoder: start,
            velocity: Array(repeating: 0, count: 7 * 5 + 7 + 5), losses: [])
        let found = try training.makeStep(cases, step: 0, rate: 0.06, momentum: 0, inOneProcess)
        #expect(abs(found.error + found.penalty - loss(judged, start, cases)) < 1e-12 * 100)
        func expect(_ moved: Double, _ before: Double, _ set: (inout AutoEncoder, Double) -> Void) {
            let slope = AutoEncoderInputs.slope(at: before, width: 1e-3) { value in
                var encoder = start
                set(&encoder, value)
                return loss(judged, encoder, cases)
            }
            #expect(abs(moved - (before - 0.01 * slope)) < 1e-10, "\(moved - before), \(slope)")
        }
        for row in 0..<7 {
            for column in 0..<5 {
                expect(training.encoder.weights[row, column], start.weights[row, column]) {
                    $0.weights[row, column] = $1
                }
            }
            expect(training.encoder.visibleBias[row], start.visibleBias[row]) {
                $0.visibleBias[row] = $1
            }
        }
        for column in 0..<5 {
            expect(training.encoder.hiddenBias[column], start.hiddenBias[column]) {
                $0.hiddenBias[column] = $1
            }
        }
    }

    /// Processes that share the parts get the same bits as one that does all.
    @Test func sharedPartsGiveTheSameBits() throws {
        let cases = data(43)
        func train(_ processes: Int) throws -> AutoEncoderTraining {
            var training = AutoEncoderTraining(
                plan: plan(
                    AutoEncoderLoss(.crossEntropy, contraction: 0.1), momentum: 0.5,
                    corruption: 0.2),
                layer: 0, output: .sigmoid, visible: 7, hidden: 5)
            for _ in 0..<3 {
                try training.runEpoch(cases) { parts, width, body in
                    var all = [Double](repeating: 0, count: parts * width)
                    for process in (0..<processes).reversed() {
                        for part
                            in (parts * process / processes)..<(parts * (process + 1) / processes)
                        {
                            all.replaceSubrange(
                                part * width..<(part + 1) * width, with: try body(part))
                        }
                    }
                    return all
                }
            }
            return training
        }
        let alone = try train(1)
        for processes in [2, 3, 16] {
            let shared = try train(processes)
            #expect(shared.encoder == alone.encoder && shared.losses == alone.losses)
        }
    }

    /// A training that goes on from its kept state ends as one that was not interrupted.
    @Test(arguments: 1..<9) func goesOnWhereItStopped(steps: Int) throws {
        // Three batches, the last of five cases.
        let cases = data(25)
        let plan = plan(AutoEncoderLoss(.squared, contraction: 0.1), momentum: 0.9, corruption: 0.1)
        var whole = AutoEncoderTraining(
            plan: plan, layer: 1, output: .sigmoid, visible: 7, hidden: 5)
        var part = whole
        for _ in 0..<3 { try whole.runEpoch(cases, work: inOneProcess) }
        for _ in 0..<steps { try part.advance(cases, work: inOneProcess) }
        #expect(part.step(cases: 25) == steps && part.losses.count == steps / 3)
        var rest = AutoEncoderTraining(
            plan: plan, layer: 1, encoder: part.encoder, velocity: part.velocity,
            losses: part.losses, part: part.part)
        while !rest.isFinished { try rest.runEpoch(cases, work: inOneProcess) }
        #expect(rest.encoder == whole.encoder && rest.losses == whole.losses)
        #expect(rest.losses.count == 3)
    }

    /// Each step takes the rate and the momentum that the pace names for it.
    @Test func stepsFollowTheirPace() throws {
        struct Stairs: LearningPace {
            func rate(step: Int, of count: Int, perEpoch: Int) -> Double {
                #expect(count == 6 && perEpoch == 2)
                return 0.1 / Double(1 + step)
            }
            func momentum(step: Int, perEpoch: Int) -> Double { 0.1 * Double(step) }
        }
        let cases = data(20)
        let judged = AutoEncoderLoss(.squared, contraction: 0.1)
        var training = AutoEncoderTraining(
            plan: AutoEncoderTraining.Plan(
                loss: judged, batchSize: 10, epochs: 3, pace: Stairs(), corruption: 0, seed: 5),
            layer: 0, output: .sigmoid, visible: 7, hidden: 5)
        for step in 0..<6 {
            let before = training
            var free = training
            try training.advance(cases, work: inOneProcess)
            let order = KeyedPermutation(count: 20, seed: 5, .epoch(step / 2, layer: 0))
            let places = (0..<10).map { order[step % 2 * 10 + $0] }
            let batch = Matrix(
                rows: 10, columns: 7,
                elements: places.flatMap { cases.elements[(7 * $0)..<(7 * $0 + 7)] })
            // Without momentum the change is the slope's alone.
            _ = try free.makeStep(
                batch, step: step, rate: 0.1 / Double(1 + step), momentum: 0, inOneProcess)
            for place in training.velocity.indices {
                let expected =
                    0.1 * Double(step) * before.velocity[place] + free.velocity[place]
                #expect(abs(training.velocity[place] - expected) < 1e-15)
            }
        }
        #expect(training.isFinished)
    }

    @Test func ratesFallAlongALine() {
        let pace = FallingPace(from: 0.4, to: 0.1, momentum: 0.9)
        let rates = (0..<5).map { pace.rate(step: $0, of: 4, perEpoch: 2) }
        for (found, expected) in zip(rates, [0.4, 0.3, 0.2, 0.1, 0.1]) {
            #expect(abs(found - expected) < 1e-15)
        }
        #expect(pace.rate(step: 0, of: 1, perEpoch: 1) == 0.4)
        #expect(pace.momentum(step: 3, perEpoch: 2) == 0.9)
    }

    /// The mean error is that of the definition, and the same bits from any number of processes.
    @Test(arguments: [
        (AutoEncoderLoss.Error.squared, AutoEncoder.Output.linear), (.squared, .sigmoid),
        (.crossEntropy, .sigmoid),
    ])
    func theMeanErrorIsThatOfItsDefinition(
        error: AutoEncoderLoss.Error, output: AutoEncoder.Output
    ) throws {
        // More cases than one part measures at a time.
        let cases = data(9000)
        let encoder = AutoEncoderInputs.encoder(output)
        let judged = AutoEncoderLoss(error, contraction: 3)
        let alone = try judged.meanError(cases, of: encoder, work: inOneProcess)
        let plain = loss(AutoEncoderLoss(error, contraction: 0), encoder, cases) / 9000
        #expect(abs(alone - plain) < 1e-11 * plain)
        let shared = try judged.meanError(cases, of: encoder) { parts, width, body in
            var all = [Double](repeating: 0, count: parts * width)
            for part in (0..<parts).reversed() {
                all.replaceSubrange(part * width..<(part + 1) * width, with: try body(part))
            }
            return all
        }
        #expect(shared == alone)
    }

    /// A linear auto-encoder learns data of a plane; a contractive one has the smaller Jacobian.
    @Test func learnsAndContracts() throws {
        var generator = TestGenerator(seed: 31)
        let plane =
            AutoEncoderInputs.matrix(200, 2, &generator)
            * AutoEncoderInputs.matrix(2, 7, &generator)
        func train(_ contraction: Double) throws -> AutoEncoderTraining {
            var training = AutoEncoderTraining(
                plan: plan(
                    AutoEncoderLoss(.squared, contraction: contraction), epochs: 150,
                    batchSize: 20, rate: 0.02, momentum: 0.9),
                layer: 0, output: .linear, visible: 7, hidden: 6)
            while !training.isFinished { try training.runEpoch(plane, work: inOneProcess) }
            return training
        }
        let (free, contracted) = (try train(0), try train(0.3))
        let first = free.losses[0].error
        #expect(free.losses[149].error < 0.05 * first, "\(first) → \(free.losses[149].error)")
        #expect(free.losses.allSatisfy { $0.penalty == 0 })
        func stretch(_ training: AutoEncoderTraining) -> Double {
            training.encoder.contractions(plane).reduce(0, +)
        }
        #expect(stretch(contracted) < 0.7 * stretch(free))
    }

    /// Corruption takes its share of the values, other ones in each step, and the targets stay whole.
    @Test func corruptionLeavesOutItsShare() throws {
        let cases = Matrix(rows: 50, columns: 200, elements: Array(repeating: 1, count: 10_000))
        func error(step: Int) throws -> (AutoEncoderTraining, Double) {
            // One hidden unit that counts the values that the encoder sees, in its linear range.
            let encoder = AutoEncoder(
                output: .linear,
                weights: Matrix(
                    rows: 200, columns: 1, elements: Array(repeating: 1e-4, count: 200)),
                visibleBias: Array(repeating: 1, count: 200), hiddenBias: [0])
            var training = AutoEncoderTraining(
                plan: plan(AutoEncoderLoss(.squared, contraction: 0), corruption: 0.3), layer: 0,
                encoder: encoder, velocity: Array(repeating: 0, count: 401), losses: [])
            let found = try training.makeStep(
                cases, step: step, rate: 0, momentum: 0, inOneProcess)
            return (training, found.error)
        }
        // r − x = 10⁻⁴·h, h = ½ + field/4, and the field is 10⁻⁴ of the values seen.
        let (_, first) = try error(step: 0)
        let (_, second) = try error(step: 1)
        #expect(first != second)
        for found in [first, second] {
            let hidden = (found / 10_000).squareRoot() / 1e-4
            let seen = (hidden - 0.5) * 4 / 1e-4 / 200
            // Four standard errors of 10,000 draws.
            #expect(abs(seen - 0.7) < 4 * (0.21 / 10_000).squareRoot(), "\(seen)")
        }
    }
}
