import Foundation
import RandomStreams
import TestSupport
import Testing

@testable import RBMCore

@Suite struct RoundedWeightsTests {
    private func rounded(
        _ weights: [Float], _ format: WeightFormat = .bytePair
    ) -> RoundedWeights {
        let result = RoundedWeights(rows: 1, columns: weights.count, format: format)
        result.round(weights.span)
        return result
    }

    /// Whether W = integer·scale to half a unit, and the scale is a power of two.
    private func isExact(_ weights: [Float], _ format: WeightFormat = .bytePair) -> Bool {
        isExact(weights, rounded(weights, format))
    }

    private func isExact(_ weights: [Float], _ result: RoundedWeights) -> Bool {
        let scale = Double(result.scale)
        return result.scale.significand == 1
            && zip(weights, result.integers).allSatisfy { weight, integer in
                abs(Double(weight) - Double(integer) * scale) <= scale / 2
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
            #expect(weights.allSatisfy { isExact($0) }, "largest weight \(magnitude)")
        }
    }

    @Test func zeroAndTinyWeights() {
        let zero = rounded([0, 0, -0.0])
        #expect(zero.integers == [0, 0, 0])
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
        let other = RoundedWeights(rows: 1, columns: 100, format: .bytePair)
        let before = (0..<100).map { _ in Float(1e6 * generator.normal()) }
        other.round(before.span)
        other.round(weights.span)
        let fresh = rounded(weights)
        #expect(other.scale == fresh.scale)
        #expect(other.integers == fresh.integers)
    }

    @Test func infiniteWeightsDoNotTrap() {
        #expect(rounded([.infinity, 1, -.infinity, .nan]).scale > 0)
        #expect(rounded([.infinity, 1, -.infinity, .nan], .word).scale > 0)
        #expect(oneByte([.infinity, 1, -.infinity, .nan], columns: 2, step: 0).scale > 0)
    }

    // MARK: One byte, at random

    private func oneByte(_ weights: [Float], columns: Int, step: Int) -> RoundedWeights {
        let result = RoundedWeights(
            rows: weights.count / columns, columns: columns, format: .byte)
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

    /// Magnitudes between 127 and 128 units of the finer scale, which rounding up would wrap to −128,
    /// take the coarser one; also where the last weights had the finer.
    @Test(arguments: [-40, 0, 31])
    func oneByteDoesNotWrapBetween127And128Units(exponent: Int) {
        let unit = Float(pow(2, Double(exponent)))
        let columns = 64
        for sixteenth in 0..<16 {
            let magnitude = (127 + Float(sixteenth) / 16) * unit
            let weights = (0..<(3 * columns)).map { i -> Float in
                if i % 3 == 2 { return Float(i) / 8 * unit }
                return i % 3 == 0 ? magnitude : -magnitude
            }
            let below = weights.map { ($0 * 0.99) as Float }
            for step in 0..<8 {
                let rounding = WeightRounding(seed: 3, layer: 1)
                let result = oneByte(below, columns: columns, step: step)
                #expect(result.scale == unit)
                result.begin(at: rounding.stream(step: step + 1))
                for row in 0..<3 {
                    result.round(
                        row: row, weights.span.extracting(rowRange(row, of: columns)))
                }
                result.finish(weights.span)
                #expect(result.scale == 2 * unit)
                for (weight, byte) in zip(weights, result.low.elements) {
                    let exact = Double(weight / (2 * unit))
                    #expect(abs(exact - Double(byte)) < 1 + 1 / 256)
                }
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

    // MARK: Words

    /// Rows of all lengths about the widths of vectors.
    @Test func wordsOfRowsOfAnyLengthAreTheNearest() {
        var generator = TestGenerator(seed: 16)
        for columns in 1...90 {
            let weights = (0..<(3 * columns)).map { _ in Float(generator.normal()) }
            let result = RoundedWeights(rows: 3, columns: columns, format: .word)
            result.round(weights.span)
            #expect(Double(result.scale) == wordScale(weights, columns: columns))
            #expect(
                result.integers
                    == weights.map { Int(($0 / result.scale).rounded(.toNearestOrEven)) }
            )
        }
    }

    /// What the words of a matrix are to be, by its definition in words.
    private func wordScale(_ weights: [Float], columns: Int) -> Double {
        let rows = weights.count / columns
        let pair = RoundedWeights(rows: rows, columns: columns, format: .bytePair)
        pair.round(weights.span)
        let magnitudes = pair.integers.map(abs)
        let depth = RoundedWeights.depth
        var largest = 0
        for i in 0..<rows {
            for start in stride(from: 0, to: columns, by: depth) {
                let part = start..<min(start + depth, columns)
                largest = max(largest, part.reduce(0) { $0 + magnitudes[i * columns + $1] })
            }
        }
        for j in 0..<columns {
            for start in stride(from: 0, to: rows, by: depth) {
                let part = start..<min(start + depth, rows)
                largest = max(largest, part.reduce(0) { $0 + magnitudes[$1 * columns + j] })
            }
        }
        var coarser = 1
        while largest > coarser * (32_767 - depth) { coarser *= 2 }
        return Double(pair.scale) * Double(coarser)
    }

    /// The largest sum of magnitudes within a part of a row or a column.
    private func largestSum(_ integers: [Int], columns: Int) -> Int {
        let rows = integers.count / columns
        let depth = RoundedWeights.depth
        let ofRows = (0..<rows).flatMap { i in
            stride(from: 0, to: columns, by: depth).map { start in
                (start..<min(start + depth, columns)).reduce(0) {
                    $0 + abs(integers[i * columns + $1])
                }
            }
        }
        let ofColumns = (0..<columns).flatMap { j in
            stride(from: 0, to: rows, by: depth).map { start in
                (start..<min(start + depth, rows)).reduce(0) {
                    $0 + abs(integers[$1 * columns + j])
                }
            }
        }
        return max(ofRows.max()!, ofColumns.max()!)
    }

    /// Long rows and columns, even and heavy-tailed, of one sign and of both.
    @Test(
        arguments: [(1, 1), (3, 700), (700, 3), (479, 5), (5, 481), (961, 2)], [0, 1, 2])
    func noSumOfWordsLeaves16Bits(shape: (rows: Int, columns: Int), kind: Int) {
        var generator = TestGenerator(seed: UInt64(31 + kind))
        let weights = (0..<(shape.rows * shape.columns)).map { _ -> Float in
            let x = generator.normal()
            return Float(kind == 0 ? x : kind == 1 ? abs(x * x * x) : 0.73)
        }
        let result = RoundedWeights(rows: shape.rows, columns: shape.columns, format: .word)
        result.round(weights.span)
        #expect(largestSum(result.integers, columns: shape.columns) <= 32_767)
        #expect(Double(result.scale) == wordScale(weights, columns: shape.columns))
        #expect(isExact(weights, result))
    }

    /// Just above and below where the scale doubles: sums of equal weights, each rounded up.
    @Test func wordsKeepTheirBoundNextToIt() {
        for count in [1, 2, 3, 97, 480, 481, 960] {
            for distance in -40...40 {
                let sum = Double(32_767 - 480) + Double(distance) / 8
                let weights = (0..<count).map { _ in Float(sum / Double(min(count, 480)) + 0.49) }
                let result = rounded(weights, .word)
                #expect(largestSum(result.integers, columns: count) <= 32_767)
                #expect(isExact(weights, result))
            }
        }
    }

    /// Whole numbers of units of 2⁻¹⁴, the largest 2¹⁴, of the given sum over each block of 480.
    private func block(sum: Int, count: Int = 480) -> [Float] {
        let rest = sum - 16_384
        return (0..<count).map { i -> Float in
            guard i > 0 else { return 0x1p0 }
            // All but the last are odd.
            let share = rest / (count - 1) / 2 * 2 + 1
            let odd = i % 2 == 0 ? share : share - 2
            let before = (1..<(count - 1)).reduce(0) { $0 + ($1 % 2 == 0 ? share : share - 2) }
            return Float(i < count - 1 ? odd : rest - before) * 0x1p-14
        }
    }

    /// The sum of the magnitudes in an aligned block decides on the scale.
    ///
    /// 2¹⁵ − 1 − 480 stays, for rounding may add as much; one more takes the next scale. Along rows and
    /// columns, in each block.
    @Test(arguments: [0, 1, 2], [false, true])
    func theSumOfABlockDecidesOnTheScaleOfWords(place: Int, isColumn: Bool) {
        let most = 32_767 - 480
        for (factor, extra, coarser) in [(1, 0, 1), (1, 1, 2), (2, 0, 2), (2, 1, 4)] {
            let block = block(sum: factor * most + extra).enumerated().map {
                $0 % 2 == 0 ? $1 : -$1
            }
            var weights = [Float](repeating: 0, count: 3 * 480)
            for i in 0..<480 { weights[480 * place + i] = block[i] }
            let result = RoundedWeights(
                rows: isColumn ? weights.count : 1, columns: isColumn ? 1 : weights.count,
                format: .word)
            result.round(weights.span)
            #expect(result.scale == Float(coarser) * 0x1p-14, "\(factor)·\(most) + \(extra)")
            #expect(isExact(weights, result))
            let sum = result.integers.reduce(0) { $0 + abs($1) }
            #expect(sum <= 32_767)
            if coarser == 1 { #expect(sum == most) }
        }
        // As much again in the other blocks changes nothing: no sum goes over their borders.
        let full = (0..<3).flatMap { _ in block(sum: most) }
        let result = RoundedWeights(
            rows: isColumn ? full.count : 1, columns: isColumn ? 1 : full.count, format: .word)
        result.round(full.span)
        #expect(result.scale == 0x1p-14)
        // Two weights that fit on two sides of a border do not fit within a block.
        for (first, coarser) in [(479, 1), (480, 2)] {
            var pair = [Float](repeating: 0, count: 3 * 480)
            pair[first] = 1
            pair[first + 1] = 1
            let result = RoundedWeights(
                rows: isColumn ? pair.count : 1, columns: isColumn ? 1 : pair.count, format: .word)
            result.round(pair.span)
            #expect(result.scale == Float(coarser) * 0x1p-14)
        }
    }

    /// The largest sum that rounding leaves: every weight of a block is rounded up by half a unit.
    @Test func theLargestSumOfWordsIsBelowTheEdge() {
        let most = 2 * (32_767 - 480)
        // A little above odd numbers of fine units: up to the next whole number of coarse ones.
        let weights = (0..<480).map { i -> Float in
            let odd: Int = i == 0 ? 16_385 : i <= 479 - 167 ? 101 : 99
            return (Float(odd) + 0.25) * 0x1p-14
        }
        let fine = weights.reduce(0) { $0 + Int(($1 / 0x1p-14).rounded()) }
        #expect(fine <= most && fine > most - 400, "\(fine) of \(most)")
        let result = rounded(weights, .word)
        #expect(result.scale == 0x1p-13)
        let sum = result.integers.reduce(0, +)
        #expect(sum == (fine + 480) / 2 && sum <= 32_767)
        // The products of all ones are that sum, along rows and columns.
        for (visible, hidden) in [(1, 480), (480, 1)] {
            let layer = Layer(
                LayerSpec(
                    visible: visible, hidden: hidden, visibleUnits: .bernoulli,
                    hiddenUnits: .bernoulli, encoding: .bits),
                trained: .integer, seed: 1, layer: 0)
            layer.load(
                Parameters(
                    weights: weights, visibleBias: Array(repeating: 0, count: visible),
                    hiddenBias: Array(repeating: 0, count: hidden)))
            // So many rows that tables are made.
            let rows = 200
            var fields = [Float](repeating: .nan, count: rows)
            let ones = [UInt8](repeating: 1, count: rows * 480)
            if visible == 1 {
                layer.downward(ones, encoding: .bits, rows: 0..<rows, into: &fields)
            } else {
                layer.upward(ones, rows: 0..<rows, into: &fields)
            }
            #expect(fields.allSatisfy { $0 == Float(sum) * 0x1p-13 })
        }
    }

    @Test(arguments: [1e-30, 1e-15, 1e-3, 1, 1e8, 1e30])
    func wordsAreExactAtAllMagnitudes(deviation: Double) {
        var generator = TestGenerator(seed: 33)
        let weights = (0..<2000).map { _ in Float(deviation * generator.normal()) }
        #expect(isExact(weights, .word))
    }

    @Test func zeroWordsAreZero() {
        let zero = rounded([0, -0.0, 0], .word)
        #expect(zero.integers == [0, 0, 0])
        #expect(zero.scale.isFinite && zero.scale > 0)
    }

    @Test func splitWordsAreTheWords() {
        var generator = TestGenerator(seed: 34)
        let weights = (0..<(30 * 40)).map { _ in Float(generator.normal()) }
        let whole = RoundedWeights(rows: 30, columns: 40, format: .word, splitsWords: false)
        let split = RoundedWeights(rows: 30, columns: 40, format: .word, splitsWords: true)
        whole.round(weights.span)
        split.round(weights.span)
        #expect(whole.scale == split.scale && whole.words.elements == split.words.elements)
        #expect(whole.high.isEmpty && whole.low.isEmpty)
        let bytes = zip(split.high.elements, split.low.elements)
        #expect(bytes.map { 256 * Int($0) + Int($1) } == whole.integers)
    }

    // MARK: Row by row

    /// Rows are rounded at the last scale, and again where the new weights have another: the outcome
    /// is that of all at once, also when the scale crosses a power of two, up or down.
    @Test(arguments: WeightFormat.allCases, [1, 0.4, 2.5, 1e-9, 3e7] as [Float])
    func rowsMakeUpTheWhole(format: WeightFormat, factor: Float) {
        var generator = TestGenerator(seed: 11)
        let (rows, columns) = (9, 37)
        let rounding = WeightRounding(seed: 3, layer: 1)
        func stream(_ step: Int) -> RandomStream? {
            format == .byte ? rounding.stream(step: step) : nil
        }
        let before = (0..<(rows * columns)).map { _ in Float(generator.normal()) }
        let weights = before.map { factor * ($0 + 0.01 * Float(generator.normal())) }
        let byRows = RoundedWeights(rows: rows, columns: columns, format: format)
        byRows.round(before.span, at: stream(0))
        byRows.begin(at: stream(1))
        for row in (0..<rows).reversed() {
            byRows.round(row: row, weights.span.extracting(rowRange(row, of: columns)))
        }
        byRows.finish(weights.span)
        let whole = RoundedWeights(rows: rows, columns: columns, format: format)
        whole.round(weights.span, at: stream(1))
        #expect(byRows.scale == whole.scale)
        #expect(byRows.integers == whole.integers)
    }

    /// As many threads as there may be, and rows in panels: the sums of columns are the same.
    @Test func threadsAndPanelsChangeNothing() {
        let before = MatrixProducts.threads
        defer { MatrixProducts.setThreads(before) }
        var generator = TestGenerator(seed: 12)
        let (rows, columns) = (1000, 30)
        let weights = (0..<(rows * columns)).map { _ in Float(generator.normal()) }
        MatrixProducts.setThreads(1)
        let whole = RoundedWeights(rows: rows, columns: columns, format: .word)
        whole.round(weights.span)
        for threads in 1...3 {
            MatrixProducts.setThreads(threads)
            let other = RoundedWeights(rows: rows, columns: columns, format: .word)
            other.begin(at: nil)
            for panel in [0..<300, 300..<301, 301..<1000] {
                inParallel(over: panel.count, atLeast: 1) { part in
                    for row in part {
                        let row = panel.lowerBound + row
                        other.round(
                            row: row, weights.span.extracting(rowRange(row, of: columns)))
                    }
                }
            }
            other.finish(weights.span)
            #expect(other.scale == whole.scale && other.integers == whole.integers)
        }
    }
}
