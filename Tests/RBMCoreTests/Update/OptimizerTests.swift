import Foundation
import TestSupport
import Testing

@testable import RBMCore

@Suite struct OptimizerTests {
    private let shape = LayerSpec(
        visible: 5, hidden: 3, visibleUnits: .bernoulli, hiddenUnits: .bernoulli, encoding: .bits)
    private let counts = StepShare(positive: 0..<4, of: 4, negative: 0..<2, of: 2)

    /// Statistics of which the gradient is given, in the order of `Parameters.values`.
    private func statistics(
        _ arithmetic: Layer, gradient: [Float]
    ) -> Statistics {
        var statistics = arithmetic.makeStatistics()
        let layout = statistics.layout
        let weights = shape.visible * shape.hidden
        for i in 0..<weights { statistics.products[i] = gradient[i] }
        for i in 0..<shape.visible {
            // Visible sums are divided by the counts of the phases: 4 and 2.
            statistics.moments[layout.positiveVisible.lowerBound + i] = 8 * gradient[weights + i]
            statistics.moments[layout.negativeVisible.lowerBound + i] = 2 * gradient[weights + i]
        }
        for j in 0..<shape.hidden {
            let value = gradient[weights + shape.visible + j]
            statistics.moments[layout.positiveHidden.lowerBound + j] = 3 * value
            statistics.moments[layout.negativeHidden.lowerBound + j] = -2 * value
        }
        return statistics
    }

    private func start(_ generator: inout TestGenerator) -> Parameters {
        var parameters = generator.parameters(5, 3, weights: 0.5, biases: 0.5)
        parameters[1, 1] = 0
        return parameters
    }

    /// v ← μv + ε(g − λ₂W − λ₁ sign W), W ← W + v in doubles, over steps of falling rate.
    @Test(arguments: [0, 0.9] as [Float], [(0, 0), (0.03, 0), (0, 0.05), (0.03, 0.05)])
    func followsTheRuleInDoubles(momentum: Float, decay: (l1: Float, l2: Float)) throws {
        let (l1, l2) = decay
        var generator = TestGenerator(seed: 80)
        let arithmetic = Layer(shape, frozen: .float32)
        let parameters = start(&generator)
        var optimizer = Optimizer(
            Optimizer.Options(momentum: momentum, terms: [WeightDecay(l1: l1, l2: l2)]),
            parameters: parameters)
        var values = parameters.values.map { Double($0) }
        var velocity = values.map { _ in 0.0 }
        var mean = velocity
        let weights = parameters.weightCount
        for step in 0..<12 {
            let gradient = values.map { _ in Float(generator.normal()) }
            let rate = 0.1 / Float(step + 1)
            let change = optimizer.update(
                with: statistics(arithmetic, gradient: gradient), of: arithmetic, share: counts,
                rate: rate, averaging: step >= 8)
            var squares = 0.0
            for i in values.indices {
                let w = values[i]
                let sign: Double = w > 0 ? 1 : w < 0 ? -1 : 0
                let decay = i < weights ? Double(l2) * w + Double(l1) * sign : 0
                velocity[i] =
                    Double(momentum) * velocity[i] + Double(rate) * (Double(gradient[i]) - decay)
                values[i] += velocity[i]
                if i < weights { squares += velocity[i] * velocity[i] }
                if step >= 8 { mean[i] += values[i] / 4 }
            }
            #expect(abs(change.weightSquares / squares - 1) < 1e-5)
        }
        let last = optimizer.parameters.values.map { Double($0) }
        #expect(largestDifference(last, values) < 1e-6)
        let average = try #require(optimizer.average).values.map { Double($0) }
        #expect(largestDifference(average, mean) < 1e-6)
        #expect(optimizer.averaged == 4)
        #expect(optimizer.result == optimizer.average)
        #expect((optimizer.velocity == nil) == (momentum == 0))
        if let kept = optimizer.velocity {
            #expect(largestDifference(kept.values.map { Double($0) }, velocity) < 1e-6)
        }
    }

    /// A constant gradient g at rate ε drives the velocity to εg/(1 − μ): the rate multiplies the
    /// gradient alone.
    @Test(arguments: [0.01, 0.5] as [Float])
    func momentumIsNotScaledByTheRate(rate: Float) throws {
        let arithmetic = Layer(shape, frozen: .float32)
        var optimizer = Optimizer(
            Optimizer.Options(momentum: 0.9), parameters: Parameters(visible: 5, hidden: 3))
        let gradient = (0..<23).map { Float($0 - 11) / 4 }
        let statistics = statistics(arithmetic, gradient: gradient)
        for _ in 0..<300 {
            optimizer.update(
                with: statistics, of: arithmetic, share: counts, rate: rate, averaging: false)
        }
        let velocity = try #require(optimizer.velocity).values.map { Double($0) }
        let limit = gradient.map { Double(rate * $0) / (1 - 0.9) }
        #expect(largestDifference(velocity, limit) < 1e-5 * Double(rate) * 100)
    }

    @Test func decayActsOnWeightsOnly() {
        var generator = TestGenerator(seed: 81)
        let arithmetic = Layer(shape, frozen: .float32)
        let parameters = start(&generator)
        for options in [
            Optimizer.Options(terms: [WeightDecay(l1: 0.1)]),
            Optimizer.Options(terms: [WeightDecay(l2: 0.1)]),
            Optimizer.Options(momentum: 0.5, terms: [WeightDecay(l1: 0.1, l2: 0.1)]),
        ] {
            var optimizer = Optimizer(options, parameters: parameters)
            let zero = [Float](repeating: 0, count: 23)
            optimizer.update(
                with: statistics(arithmetic, gradient: zero), of: arithmetic, share: counts,
                rate: 0.1, averaging: false)
            #expect(optimizer.parameters.visibleBias == parameters.visibleBias)
            #expect(optimizer.parameters.hiddenBias == parameters.hiddenBias)
            for (after, before) in zip(optimizer.parameters.weights, parameters.weights) {
                #expect(before == 0 ? after == 0 : after.magnitude < before.magnitude)
            }
        }
    }

    @Test func withoutBiasesTheyStayAsTheyAre() {
        var generator = TestGenerator(seed: 82)
        let arithmetic = Layer(shape, frozen: .float32)
        let parameters = start(&generator)
        var optimizer = Optimizer(
            Optimizer.Options(momentum: 0.5, biases: false), parameters: parameters)
        for _ in 0..<3 {
            optimizer.update(
                with: statistics(arithmetic, gradient: [Float](repeating: 1, count: 23)),
                of: arithmetic, share: counts, rate: 0.1, averaging: true)
        }
        #expect(optimizer.parameters.visibleBias == parameters.visibleBias)
        #expect(optimizer.parameters.hiddenBias == parameters.hiddenBias)
        #expect(optimizer.result.visibleBias == parameters.visibleBias)
        #expect(optimizer.parameters.weights != parameters.weights)
    }

    @Test func theResultIsTheParametersUntilThereIsAnAverage() {
        var generator = TestGenerator(seed: 83)
        let optimizer = Optimizer(Optimizer.Options(), parameters: start(&generator))
        #expect(optimizer.average == nil && optimizer.averaged == 0)
        #expect(optimizer.result == optimizer.parameters)
    }

    /// Stopped and made anew from its parts, it goes on with the same bits.
    @Test func goesOnFromItsParts() {
        var generator = TestGenerator(seed: 84)
        let arithmetic = Layer(shape, frozen: .float32)
        let options = Optimizer.Options(
            momentum: 0.8,
            terms: [
                WeightDecay(l1: 0.01, l2: 0.01), Sparsity(target: 0.1, cost: 0.2, memory: 0.9),
            ])
        let gradients = (0..<8).map { _ in (0..<23).map { _ in Float(generator.normal()) } }
        func advance(_ optimizer: inout Optimizer, _ steps: Range<Int>) {
            for step in steps {
                optimizer.update(
                    with: statistics(arithmetic, gradient: gradients[step]), of: arithmetic,
                    share: counts, rate: 0.1, averaging: step >= 2)
            }
        }
        var whole = Optimizer(options, parameters: start(&generator))
        var first = whole
        advance(&whole, 0..<8)
        advance(&first, 0..<5)
        var second = first.restored()
        advance(&second, 5..<8)
        #expect(second.parameters == whole.parameters)
        #expect(second.velocity == whole.velocity)
        #expect(second.average == whole.average && second.averaged == whole.averaged)
    }

    @Test func aGradientThatIsNotFiniteIsSeen() {
        let arithmetic = Layer(shape, frozen: .float32)
        for place in [3, 16, 21] {
            var gradient = [Float](repeating: 1, count: 23)
            gradient[place] = .infinity
            var optimizer = Optimizer(
                Optimizer.Options(), parameters: Parameters(visible: 5, hidden: 3))
            let change = optimizer.update(
                with: statistics(arithmetic, gradient: gradient), of: arithmetic, share: counts,
                rate: 0.1, averaging: false)
            #expect(!change.isFinite, "place \(place)")
            #expect(!optimizer.parameters.isFinite, "place \(place)")
        }
    }
}

@Suite struct NesterovTests {
    private let shape = LayerSpec(
        visible: 5, hidden: 3, visibleUnits: .bernoulli, hiddenUnits: .bernoulli, encoding: .bits)
    private let counts = StepShare(positive: 0..<1, of: 1, negative: 0..<1, of: 1)

    /// The optimizer's float32 weights under the gradient −λθ of the point that `lookahead` returns.
    private func path(
        _ options: Optimizer.Options, lambda: Float, rate: Float, steps: Int, stopAfter: Int? = nil
    ) -> [[Float]] {
        let arithmetic = Layer(shape, frozen: .float32)
        var generator = TestGenerator(seed: 85)
        var optimizer = Optimizer(
            options, parameters: generator.parameters(5, 3, weights: 1, biases: 0))
        var statistics = arithmetic.makeStatistics()
        var path: [[Float]] = []
        for step in 0..<steps {
            if step == stopAfter {
                optimizer = optimizer.restored()
            }
            let point = optimizer.lookahead()
            for i in 0..<15 { statistics.products[i] = -lambda * point.values[i] }
            optimizer.update(
                with: statistics, of: arithmetic, share: counts, rate: rate, averaging: false)
            path.append(optimizer.parameters.weights)
        }
        return path
    }

    @Test func theOptimizerTakesTheGradientAhead() {
        let nesterov = path(
            .init(momentum: 0.9, nesterov: true), lambda: 1.5, rate: 0.1, steps: 40)
        let reduced = path(.init(momentum: 0.9 * 0.85), lambda: 1.5, rate: 0.1, steps: 40)
        let plain = path(.init(momentum: 0.9), lambda: 1.5, rate: 0.1, steps: 40)
        for step in 0..<40 {
            let pairs = zip(nesterov[step], reduced[step])
            #expect(pairs.allSatisfy { abs($0 - $1) < 1e-5 }, "step \(step)")
        }
        #expect(zip(nesterov[9], plain[9]).contains { abs($0 - $1) > 0.05 })
    }

    /// Decay is part of the gradient, and so is that of the same point.
    @Test func decayIsTakenAheadToo() {
        let gradient = path(
            .init(momentum: 0.9, nesterov: true), lambda: 0.5, rate: 0.25, steps: 20)
        let decay = path(
            .init(momentum: 0.9, nesterov: true, terms: [WeightDecay(l2: 0.5)]), lambda: 0,
            rate: 0.25, steps: 20)
        for (a, b) in zip(gradient, decay) {
            #expect(zip(a, b).allSatisfy { abs($0 - $1) < 1e-6 })
        }
    }

    @Test func goesOnFromItsParts() {
        let options = Optimizer.Options(
            momentum: 0.9, nesterov: true, terms: [WeightDecay(l1: 0.01)])
        let whole = path(options, lambda: 1, rate: 0.1, steps: 12)
        #expect(path(options, lambda: 1, rate: 0.1, steps: 12, stopAfter: 5) == whole)
    }

    @Test func withoutItTheParametersAreTheirOwnLookahead() {
        var generator = TestGenerator(seed: 86)
        let arithmetic = Layer(shape, frozen: .float32)
        var optimizer = Optimizer(
            .init(momentum: 0.9), parameters: generator.parameters(5, 3, weights: 1, biases: 1))
        var statistics = arithmetic.makeStatistics()
        for i in 0..<15 { statistics.products[i] = 1 }
        optimizer.update(
            with: statistics, of: arithmetic, share: counts, rate: 0.1, averaging: false)
        #expect(optimizer.lookahead() == optimizer.parameters)
    }
}

extension Optimizer {
    /// An optimizer of the same run that knows of this one what is saved.
    func restored() -> Optimizer {
        var state = StateTree(prefix: "layers.0.")
        save(into: &state)
        var other = Optimizer(options, parameters: parameters)
        do { try other.restore(from: state) } catch { Issue.record(error) }
        return other
    }
}
