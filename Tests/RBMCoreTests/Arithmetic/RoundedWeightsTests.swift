import Foundation
import Testing

@testable import RBMCore

@Suite struct RoundedWeightsTests {
    private func rounded(_ weights: [Float]) -> RoundedWeights {
        var result = RoundedWeights(count: weights.count)
        result.round(weights.span)
        return result
    }

    /// Whether W = (256·high + low)·scale to half a unit, and the scale is a power of two.
    private func isExact(_ weights: [Float]) -> Bool {
        let result = rounded(weights)
        let scale = Double(result.scale)
        return result.scale.significand == 1
            && weights.indices.allSatisfy { i in
                let integer = 256 * Int(result.high[i]) + Int(result.low[i])
                return abs(Double(weights[i]) - Double(integer) * scale) <= scale / 2
            }
    }

    @Test(arguments: [1e-15, 1e-6, 0.01, 1, 37, 1e8, 1e30])
    func everyWeightIsWithinHalfAUnit(deviation: Double) {
        var generator = TestGenerator(seed: 5)
        #expect(isExact((0..<2000).map { _ in Float(deviation * generator.normal()) }))
    }

    @Test func theScaleIsTheFinestThatHoldsTheLargestWeight() {
        for magnitude: Float in [1, 1.5, 1.9, 1.99, 0.3, 100] {
            let scale = rounded([magnitude, -0.1 * magnitude]).scale
            #expect(magnitude / scale <= 32_639)
            #expect(magnitude / (scale / 2) >= 32_638)
        }
    }

    /// Just below and above the largest integer of two bytes, 32 639, for both signs.
    @Test(arguments: [-60, -40, -3, 0, 5, 100])
    func neverOverflowsNearTheLargestInteger(exponent: Int) {
        // Multiples of 2⁻⁹ in units of the scale: every float next to the boundary.
        let power = pow(2, Double(exponent))
        let magnitudes = (-1200...1200).map {
            Float((32_639 + Double($0) / 512) * 0x1p-14 * power)
        }
        for magnitude in magnitudes + [Float(power), Float(power).nextDown] {
            let weights = [[magnitude, 0], [-magnitude, 0], [magnitude, -magnitude]]
            #expect(weights.allSatisfy(isExact), "largest weight \(magnitude)")
        }
    }

    @Test func zeroAndTinyWeights() {
        let zero = rounded([0, 0, -0.0])
        #expect(zero.high == [0, 0, 0] && zero.low == [0, 0, 0])
        #expect(zero.scale.isFinite && zero.scale > 0)
        #expect(isExact([.leastNonzeroMagnitude, 0]))
        #expect(isExact([0x1p-60, -0x1p-60]))
        #expect(isExact([Float(0x1p-60).nextDown, 0x1p-70]))
    }

    @Test func hugeWeights() {
        #expect(isExact([.greatestFiniteMagnitude, -.greatestFiniteMagnitude, 0x1p127, 1]))
    }

    @Test func theResultIsAFunctionOfTheWeightsAlone() {
        var generator = TestGenerator(seed: 6)
        let weights = (0..<100).map { _ in Float(generator.normal()) }
        var other = RoundedWeights(count: 100)
        let before = (0..<100).map { _ in Float(1e6 * generator.normal()) }
        other.round(before.span)
        other.round(weights.span)
        let fresh = rounded(weights)
        #expect(other.scale == fresh.scale)
        #expect(other.high == fresh.high && other.low == fresh.low)
    }

    @Test func infiniteWeightsDoNotTrap() {
        #expect(rounded([.infinity, 1, -.infinity, .nan]).scale > 0)
    }
}
