import Foundation
import TestSupport
import Testing

@testable import RBMCore

@Suite struct MomentumTests {
    @Test func aRampIsLinearAndThenStays() {
        let momentum = Momentum(from: 0.5, to: 0.9, over: 4)
        for (step, value) in [(0, 0.5), (1, 0.6), (2, 0.7), (3, 0.8), (4, 0.9), (1000, 0.9)] {
            #expect(abs(Double(momentum.value(step: step)) - value) < 1e-7)
        }
        #expect(Momentum.constant(0.3).value(step: 0) == 0.3)
        #expect(Momentum.constant(0).isZero && !momentum.isZero)
        #expect(!Momentum(from: 0.9, to: 0, over: 3).isZero)
    }

    /// On −½λθ² Nesterov's form with μ is plain momentum with μ(1 − λε) [Sutskever13, §2.1].
    @Test(arguments: [(0.9, 1.5, 0.1), (0.99, 0.01, 0.5), (0.5, 3, 0.2)])
    func onAQuadraticNesterovIsASmallerMomentum(_ case: (mu: Double, lambda: Double, rate: Double))
    {
        let (mu, lambda, rate) = `case`
        var (x, v) = (1.0, 0.25)
        var (y, w) = (x, v)
        for _ in 0..<300 {
            let ahead = MomentumStep.lookahead(x, v, mu)
            v = MomentumStep.velocity(v, mu, change: -rate * lambda * ahead)
            x += v
            w = MomentumStep.velocity(w, mu * (1 - lambda * rate), change: -rate * lambda * y)
            y += w
            #expect(abs(x - y) < 1e-14 && abs(v - w) < 1e-14)
        }
        // And not the momentum that it would be without the look ahead.
        var (plain, u) = (1.0, 0.25)
        for _ in 0..<5 {
            u = MomentumStep.velocity(u, mu, change: -rate * lambda * plain)
            plain += u
        }
        #expect(abs(plain - 1) > 1e-3)
    }
}

@Suite struct NesterovTests {
    private let shape = LayerShape(
        visible: 5, hidden: 3, visibleUnits: .bernoulli, hiddenUnits: .bernoulli, levels: .bits)
    private let counts = PhaseRows(positive: 0..<1, of: 1, negative: 0..<1, of: 1)

    /// The optimizer's float32 weights under the gradient −λθ of the point that `aim` gives.
    private func path(
        _ options: Optimizer.Options, lambda: Float, rate: Float, steps: Int, stopAfter: Int? = nil
    ) -> [[Float]] {
        let arithmetic = Float32Arithmetic(shape)
        var generator = TestGenerator(seed: 85)
        var optimizer = Optimizer(
            options, parameters: generator.parameters(5, 3, weights: 1, biases: 0))
        var statistics = arithmetic.makeStatistics()
        var path: [[Float]] = []
        for step in 0..<steps {
            if step == stopAfter {
                optimizer = Optimizer(
                    options, parameters: optimizer.parameters, velocity: optimizer.velocity)
            }
            let aim = optimizer.aim()
            for i in 0..<15 { statistics.floats[i] = -lambda * aim.values[i] }
            optimizer.update(
                with: statistics, of: arithmetic, counts: counts, rate: rate, averaging: false)
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
            .init(momentum: 0.9, nesterov: true, l2: 0.5), lambda: 0, rate: 0.25, steps: 20)
        for (a, b) in zip(gradient, decay) {
            #expect(zip(a, b).allSatisfy { abs($0 - $1) < 1e-6 })
        }
    }

    @Test func goesOnFromItsParts() {
        let options = Optimizer.Options(momentum: 0.9, nesterov: true, l1: 0.01)
        let whole = path(options, lambda: 1, rate: 0.1, steps: 12)
        #expect(path(options, lambda: 1, rate: 0.1, steps: 12, stopAfter: 5) == whole)
    }

    @Test func withoutItTheAimIsTheParametersThemselves() {
        var generator = TestGenerator(seed: 86)
        let parameters = generator.parameters(5, 3, weights: 1, biases: 1)
        var optimizer = Optimizer(.init(momentum: 0.9), parameters: parameters)
        optimizer.velocity!.values[3] = 7
        #expect(optimizer.aim() == parameters)
    }
}
