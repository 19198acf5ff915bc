import Analysis
import RandomStreams
import RealModule
import Testing

@Suite struct BennettRatioTests {
    /// Two normal densities of unit variance: Z₁ = e^{3} Z₀, and x = 3 + 2t − 2 with means 0 and 2.
    private func samples(_ count: Int, mean: Double, seed: UInt64) -> [Double] {
        let stream = RandomStream(seed: seed, .benchmark)
        return (0..<count).map { n in
            // Box and Muller.
            let a = (Double(stream.word(row: n, unit: 0)) + 0.5) * 0x1p-32
            let b = (Double(stream.word(row: n, unit: 1)) + 0.5) * 0x1p-32
            let t = mean + (-2 * Double.log(a)).squareRoot() * .cos(2 * .pi * b)
            return 3 + 2 * t - 2
        }
    }

    @Test(arguments: [(2000, 2000), (4000, 500), (500, 4000)])
    func meetsTheRatioOfTwoNormals(n0: Int, n1: Int) {
        var squares = 0.0
        for seed: UInt64 in 1...8 {
            let estimate = BennettRatio.estimate(
                first: samples(n0, mean: 0, seed: 2 * seed),
                second: samples(n1, mean: 2, seed: 2 * seed + 1))
            let deviation = (estimate.value - 3) / estimate.error
            #expect(abs(deviation) < 4)
            #expect(estimate.error < 0.1)
            squares += deviation * deviation
        }
        // χ² of eight, at 1 in 1000 on either side.
        #expect(squares < 26.1 && squares > 0.86)
    }

    @Test func equalDistributionsLeaveNoError() {
        let estimate = BennettRatio.estimate(first: [7, 7, 7], second: [7, 7])
        #expect(abs(estimate.value - 7) < 1e-12 && estimate.error < 1e-12)
    }

    /// Exchanging the distributions changes the sign.
    @Test func isAntisymmetric() {
        let first = samples(300, mean: 0, seed: 1)
        let second = samples(200, mean: 2, seed: 2)
        let there = BennettRatio.estimate(first: first, second: second)
        let back = BennettRatio.estimate(first: second.map { -$0 }, second: first.map { -$0 })
        #expect(abs(there.value + back.value) < 1e-12)
        #expect(abs(there.error - back.error) < 1e-12)
    }

    /// Blocks of copies tell no more than one of each.
    @Test func copiesInBlocksAddNothing() {
        let first = samples(300, mean: 0, seed: 3)
        let second = samples(300, mean: 2, seed: 4)
        let single = BennettRatio.estimate(first: first, second: second)
        let copied = BennettRatio.estimate(
            first: first.flatMap { [$0, $0, $0] }, second: second.flatMap { [$0, $0, $0] },
            blockLength: 3)
        #expect(abs(single.value - copied.value) < 1e-12)
        #expect(abs(single.error / copied.error - 1) < 1e-9)
    }
}
