import Analysis
import RandomStreams
import RealModule
import TestSupport
import Testing

@Suite struct LadderRatioTests {
    /// Normal densities of unit variance with means 0, 1, 2, 3 and ln Z rising by 0.5: of neighbours
    /// m and m + 1, ln p*(m+1)/p*(m) is 0.5 + t − m − ½.
    private func lane(seed: UInt64, states: Int) -> [LadderRatio.Pair] {
        let stream = RandomStream(seed: seed, .benchmark)
        func draw(_ level: Int, _ n: Int) -> Double {
            let a = (Double(stream.word(row: 4 * n + level, unit: 0)) + 0.5) * 0x1p-32
            let b = (Double(stream.word(row: 4 * n + level, unit: 1)) + 0.5) * 0x1p-32
            return Double(level) + (-2 * Double.log(a)).squareRoot() * .cos(2 * .pi * b)
        }
        return (0..<3).map { m in
            var pair = LadderRatio.Pair()
            for n in 0..<states {
                pair.lower.append(draw(m, n) - Double(m))
                pair.upper.append(draw(m + 1, n) - Double(m))
            }
            return pair
        }
    }

    @Test(.statistical) func meetsTheSumAndItsErrorCovers() {
        var squares = 0.0
        for run: UInt64 in 0..<40 {
            let found = LadderRatio.estimate(
                lanes: (0..<10).map { lane(seed: 100 * run + $0, states: 30) })
            let deviation = (found.value - 1.5) / found.error
            #expect(abs(deviation) < 5 && found.error < 0.2)
            squares += deviation * deviation
        }
        // χ² of 40 with errors from ten lanes, at 1 in 1000 on either side.
        #expect(squares > 15 && squares < 90, "\(squares)")
    }

    @Test func oneLaneHasNoError() {
        let found = LadderRatio.estimate(lanes: [lane(seed: 1, states: 50)])
        #expect(abs(found.value - 1.5) < 1 && found.error.isNaN)
    }
}
