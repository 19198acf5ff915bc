import Foundation
import TestSupport
import Testing

@testable import RBMCore

@Suite struct ElementaryFunctionsTests {
    /// Floats over a range, evenly, with both ends.
    private func grid(_ range: ClosedRange<Float>, count: Int = 400_000) -> [Float] {
        let width = Double(range.upperBound) - Double(range.lowerBound)
        return (0...count).map {
            Float(Double(range.lowerBound) + width * Double($0) / Double(count))
        }
    }

    /// The largest relative error of a function against its reference.
    private func relativeError(
        _ points: [Float], _ function: (Float) -> Float, _ reference: (Double) -> Double
    ) -> Double {
        points.reduce(0) {
            let exact = reference(Double($1))
            return max($0, abs(Double(function($1)) / exact - 1))
        }
    }

    private func exactSoftplus(_ x: Double) -> Double { max(x, 0) + log1p(exp(-abs(x))) }

    // MARK: Single precision

    @Test func exponentialIsAccurateOverItsRange() {
        #expect(relativeError(grid(-87...88), { exponential($0) }, { exp($0) }) < 3e-7)
        #expect(relativeError(grid(-1...1), { exponential($0) }, { exp($0) }) < 3e-7)
        #expect(exponential(0 as Float) == 1)
    }

    @Test func exponentialStaysAtTheValuesOfItsEnds() {
        for x: Float in [88.5, 1000, .greatestFiniteMagnitude, .infinity] {
            #expect(exponential(x) == exponential(88 as Float))
            #expect(exponential(-x) == exponential(-87 as Float))
        }
        #expect(exponential(Float.nan).isNaN)
    }

    @Test func sigmoidIsAccurateAndStaysAProbability() {
        #expect(relativeError(grid(-87...87), { sigmoid($0) }, { 1 / (1 + exp(-$0)) }) < 4e-7)
        #expect(grid(-1000...1000).allSatisfy { (0...1).contains(sigmoid($0)) })
        #expect(sigmoid(1000) == 1)
        #expect(sigmoid(-1000) < 1e-38)
        #expect(sigmoid(0) == 0.5)
    }

    @Test func logOnePlusIsAccurate() {
        #expect(relativeError(Array(grid(0...1).dropFirst()), logOnePlus, log1p) < 3e-7)
        #expect(logOnePlus(0) == 0)
    }

    @Test func softplusIsAccurateAndFinite() {
        #expect(relativeError(grid(-87...1000), softplus, exactSoftplus) < 4e-7)
        // Below −87 the exponential stands still: the error is absolute there.
        #expect(softplus(-1000) < 1e-37)
        for x: Float in [1000, 1e30, .greatestFiniteMagnitude] {
            #expect(softplus(x) == x)
            #expect(softplus(-x).isFinite)
        }
    }

    @Test func logTwoCoshIsAccurateAndFinite() {
        #expect(
            relativeError(grid(-1000...1000), logTwoCosh) { abs($0) + log1p(exp(-2 * abs($0))) }
                < 4e-7)
        for x: Float in [1000, 1e30, .greatestFiniteMagnitude] {
            #expect(logTwoCosh(x) == x)
            #expect(logTwoCosh(-x) == x)
        }
        #expect(abs(Double(logTwoCosh(0)) - log(2)) < 1e-7)
    }

    @Test func logarithmIsAccurateOverAllNormalNumbers() {
        // Every 4999th bit pattern, and the neighbourhood of 1, where the logarithm is small.
        let least = Float.leastNormalMagnitude.bitPattern
        let greatest = Float.greatestFiniteMagnitude.bitPattern
        let all = stride(from: least, through: greatest, by: 4999).map(Float.init(bitPattern:))
        #expect(relativeError(all, { logarithm($0) }, { log($0) }) < 2e-7)
        let one = (1 as Float).bitPattern
        let near =
            ((one - 2000)..<one).map(Float.init(bitPattern:))
            + ((one + 1)..<(one + 2000)).map(Float.init(bitPattern:))
        #expect(relativeError(near, { logarithm($0) }, { log($0) }) < 2e-7)
        #expect(logarithm(1 as Float) == 0)
    }

    @Test func roundingIsToTheNearestWithTiesToEven() {
        for x: Float in [0, 0.5, 1.5, 2.5, -0.5, -1.5, -2.5, 0.49999997, 4_194_303.5, -4_194_303.5]
        {
            #expect(roundedInteger(x) == Int32(x.rounded(.toNearestOrEven)))
        }
        var generator = TestGenerator(seed: 1)
        let points = (0..<100_000).map { _ in Float.random(in: -0x1p22...0x1p22, using: &generator)
        }
        #expect(points.allSatisfy { roundedInteger($0) == Int32($0.rounded(.toNearestOrEven)) })
    }

    // MARK: Double precision

    @Test func doubleExponentialIsAccurateOverItsRange() {
        var generator = TestGenerator(seed: 2)
        var worst = 0.0
        for _ in 0..<400_000 {
            let x = Double.random(in: -708...709, using: &generator)
            worst = max(worst, abs(exponential(x) / exp(x) - 1))
        }
        #expect(worst < 1e-15)
        #expect(exponential(0.0) == 1)
        #expect(exponential(1e6) == exponential(709.0))
        #expect(exponential(-1e6) == exponential(-708.0))
    }

    @Test func doubleLogarithmIsAccurateOverAllNormalNumbers() {
        var generator = TestGenerator(seed: 3)
        let least = Double.leastNormalMagnitude.bitPattern
        let range = least...Double.greatestFiniteMagnitude.bitPattern
        var worst = 0.0
        for _ in 0..<400_000 {
            let x = Double(bitPattern: UInt64.random(in: range, using: &generator))
            worst = max(worst, abs(logarithm(x) / log(x) - 1))
        }
        // A few units in the last place where the two terms have opposite signs.
        for _ in 0..<400_000 {
            let x = Double.random(in: 0.1...10, using: &generator)
            worst = max(worst, abs(logarithm(x) / log(x) - 1))
        }
        #expect(worst < 1e-15)
        #expect(logarithm(1.0) == 0)
    }
}
