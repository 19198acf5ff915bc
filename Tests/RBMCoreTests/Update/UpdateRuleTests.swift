import TestSupport
import Testing

@testable import RBMCore

@Suite struct UpdateRuleTests {
    /// Rows of all lengths about the widths of vectors, with the bits of one value after the other.
    @Test(arguments: [false, true], [0, 0.25] as [Float])
    func rowsOfAnyLengthAreUpdatedAlike(hasVelocity: Bool, averageShare: Float) {
        var generator = TestGenerator(seed: 31)
        let rule = UpdateRule(rate: 0.3, momentum: 0.7, averageShare: averageShare)
        for count in 0...140 {
            func numbers() -> [Float] { (0..<count).map { _ in Float(generator.normal()) } }
            var (values, average, gradient) = (numbers(), numbers(), numbers())
            var velocity = hasVelocity ? numbers() : []
            var (x, v, mean, change) = (values, velocity, average, gradient)
            for i in 0..<count {
                change[i] = rule.rate * change[i]
                if hasVelocity {
                    change[i] = rule.momentum * v[i] + change[i]
                    v[i] = change[i]
                }
                x[i] += change[i]
                mean[i] += (x[i] - mean[i]) * averageShare
            }
            var valueSpan = values.mutableSpan
            var velocitySpan = velocity.mutableSpan
            var averageSpan = average.mutableSpan
            var gradientSpan = gradient.mutableSpan
            let squares = rule.update(
                &valueSpan, velocity: &velocitySpan, average: &averageSpan,
                gradient: &gradientSpan)
            #expect(values == x && velocity == v && average == mean && gradient == change)
            #expect(squares == squaredChange(change.span), "\(count) values")
        }
    }

    /// On −½λθ² Nesterov's form with μ is plain momentum with μ(1 − λε) [Sutskever13, §2.1].
    @Test(arguments: [(0.9, 1.5, 0.1), (0.99, 0.01, 0.5), (0.5, 3, 0.2)])
    func onAQuadraticNesterovIsASmallerMomentum(_ case: (mu: Double, lambda: Double, rate: Double))
    {
        let (mu, lambda, rate) = `case`
        func velocity(_ v: Double, _ momentum: Double, change: Double) -> Double {
            momentum * v + change
        }
        var (x, v) = (1.0, 0.25)
        var (y, w) = (x, v)
        for _ in 0..<300 {
            let ahead = lookahead(x, v, mu)
            v = velocity(v, mu, change: -rate * lambda * ahead)
            x += v
            w = velocity(w, mu * (1 - lambda * rate), change: -rate * lambda * y)
            y += w
            #expect(abs(x - y) < 1e-14 && abs(v - w) < 1e-14)
        }
        // And not the momentum that it would be without the look ahead.
        var (plain, u) = (1.0, 0.25)
        for _ in 0..<5 {
            u = velocity(u, mu, change: -rate * lambda * plain)
            plain += u
        }
        #expect(abs(plain - 1) > 1e-3)
    }
}
