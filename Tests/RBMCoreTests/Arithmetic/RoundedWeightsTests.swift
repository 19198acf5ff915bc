import Foundation
import RandomStreams
import TestSupport
import Testing

@testable import RBMCore

@Suite struct RoundedWeightsTests {
    private func rounded(_ weights: [Float]) -> RoundedWeights {
        let result = RoundedWeights(rows: 1, columns: weights.count, bytes: .two)
        result.round(weights.span)
        return result
    }

    /// Whether W = (256·high + low)·scale to half a unit, and the scale is a power of two.
    private func isExact(_ weights: [Float]) -> Bool {
        let result = rounded(weights)
        let scale = Double(result.scale)
        let (high, low) = (result.high.elements, result.low.elements)
        return result.scale.significand == 1
            && weights.indices.allSatisfy { i in
                let integer = 256 * Int(high[i]) + Int(low[i])
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
        #expect(zero.high.elements == [0, 0, 0] && zero.low.elements == [0, 0, 0])
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
        let other = RoundedWeights(rows: 1, columns: 100, bytes: .two)
        let before = (0..<100).map { _ in Float(1e6 * generator.normal()) }
        other.round(before.span)
        other.round(weights.span)
        let fresh = rounded(weights)
        #expect(other.scale == fresh.scale)
        #expect(
            other.high.elements == fresh.high.elements && other.low.elements == fresh.low.elements)
    }

    @Test func infiniteWeightsDoNotTrap() {
        #expect(rounded([.infinity, 1, -.infinity, .nan]).scale > 0)
        #expect(oneByte([.infinity, 1, -.infinity, .nan], columns: 2, step: 0).scale > 0)
    }

    // MARK: One byte, at random

    private func oneByte(_ weights: [Float], columns: Int, step: Int) -> RoundedWeights {
        let result = RoundedWeights(
            rows: weights.count / columns, columns: columns, bytes: .one)
        result.round(weights.span, at: WeightRounding(seed: 3, layer: 1).stream(step: step))
        return result
    }

    @Test(arguments: [1, 2, 3, 4, 5, 63, 64, 65, 130])
    func oneByteIsOneOfTheTwoNearestIntegers(columns: Int) {
        var generator = TestGenerator(seed: 8)
        let weights = (0..<(7 * columns)).map { _ in Float(generator.normal()) }
        let result = oneByte(weights, columns: columns, step: 4)
        #expect(result.high.isEmpty && result.scale.significand == 1)
        let magnitude = weights.map(\.magnitude).max()!
        #expect(magnitude / result.scale <= 127 && magnitude / (result.scale / 2) > 126)
        for (weight, byte) in zip(weights, result.low.elements) {
            #expect(abs(Double(weight) / Double(result.scale) - Double(byte)) < 1 + 1 / 256)
        }
    }

    /// The mean over steps is the weight: to 2⁻⁹ of an integer and 5 standard errors.
    @Test func oneByteIsUnbiased() {
        var generator = TestGenerator(seed: 9)
        let weights = (0..<60).map { _ in Float(generator.normal()) } + [0, 1e-9, -1e-9, 3.1]
        let steps = 4000
        var sums = [Int](repeating: 0, count: weights.count)
        var scale: Float = 0
        for step in 0..<steps {
            let result = oneByte(weights, columns: 16, step: step)
            scale = result.scale
            for (i, byte) in result.low.elements.enumerated() { sums[i] += Int(byte) }
        }
        for (weight, sum) in zip(weights, sums) {
            let exact = Double(weight) / Double(scale)
            let part = exact - exact.rounded(.down)
            let error = 5 * (part * (1 - part) / Double(steps)).squareRoot() + 1 / 256
            #expect(abs(Double(sum) / Double(steps) - exact) < error, "weight \(weight)")
        }
        #expect(sums[60] == 0)
    }

    @Test func oneByteNeverOverflows() {
        for magnitude: Float in [127, 127.01, 126.99, Float(127).nextDown, 128, 64, 1e-15, 1e30] {
            for step in 0..<64 {
                let result = oneByte([magnitude, -magnitude, 0], columns: 3, step: step)
                let low = result.low.elements
                #expect(low[0] > 60 && low[1] < -60 && low[2] == 0)
            }
        }
    }

    @Test func everyStepRoundsAnewAndAlwaysTheSameWay() {
        var generator = TestGenerator(seed: 10)
        let weights = (0..<200).map { _ in Float(generator.normal()) }
        let first = oneByte(weights, columns: 20, step: 7)
        #expect(oneByte(weights, columns: 20, step: 7).low.elements == first.low.elements)
        #expect(oneByte(weights, columns: 20, step: 8).low.elements != first.low.elements)
    }

    // MARK: Row by row

    /// Rows are rounded at the last scale, and again where the new weights have another: the outcome
    /// is that of all at once, also when the scale crosses a power of two, up or down.
    @Test(arguments: [RoundedWeights.ByteCount.two, .one], [1, 0.4, 2.5, 1e-9, 3e7] as [Float])
    func rowsMakeUpTheWhole(bytes: RoundedWeights.ByteCount, factor: Float) {
        var generator = TestGenerator(seed: 11)
        let (rows, columns) = (9, 37)
        let rounding = WeightRounding(seed: 3, layer: 1)
        func stream(_ step: Int) -> RandomStream? {
            bytes == .one ? rounding.stream(step: step) : nil
        }
        let before = (0..<(rows * columns)).map { _ in Float(generator.normal()) }
        let weights = before.map { factor * ($0 + 0.01 * Float(generator.normal())) }
        let byRows = RoundedWeights(rows: rows, columns: columns, bytes: bytes)
        byRows.round(before.span, at: stream(0))
        byRows.begin(at: stream(1))
        for row in (0..<rows).reversed() {
            byRows.round(row: row, weights.span.extracting(rowRange(row, of: columns)))
        }
        byRows.finish(weights.span)
        let whole = RoundedWeights(rows: rows, columns: columns, bytes: bytes)
        whole.round(weights.span, at: stream(1))
        #expect(byRows.scale == whole.scale)
        #expect(byRows.high.elements == whole.high.elements)
        #expect(byRows.low.elements == whole.low.elements)
    }
}
