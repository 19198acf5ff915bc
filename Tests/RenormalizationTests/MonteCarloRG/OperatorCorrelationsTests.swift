import Analysis
import RandomStreams
import Testing

@testable import Renormalization

struct OperatorCorrelationsTests {
    private static let configurations = 50

    /// Sums of three lattices of a configuration, small integers.
    private func sums(_ number: Int) -> [[Int64]] {
        let stream = RandomStream(seed: 1, .benchmark)
        return (0..<3).map { lattice in
            (0..<5).map {
                Int64(stream.word(row: number, unit: 5 * lattice + $0) % 17) - 8
            }
        }
    }

    private func correlations(_ numbers: Range<Int>) -> OperatorCorrelations {
        var result = OperatorCorrelations(
            lattices: 3, total: Self.configurations, runLength: 4)
        for number in numbers { result.add(sums(number), configuration: number) }
        return result
    }

    @Test func connectedCorrelationsAreCovariances() {
        let all = correlations(0..<Self.configurations)
        let row = (0..<all.columns).map { column in
            stride(from: column, to: all.values.count, by: all.columns).reduce(0) {
                $0 + Double(all.values[$1])
            }
        }
        let samples = (0..<Self.configurations).map(sums)
        func covariance(_ a: (Int, Int), _ b: (Int, Int)) -> Double {
            let x = samples.map { Double($0[a.0][a.1]) }
            let y = samples.map { Double($0[b.0][b.1]) }
            let n = Double(samples.count)
            let (mx, my) = (x.reduce(0, +) / n, y.reduce(0, +) / n)
            return zip(x, y).reduce(0) { $0 + ($1.0 - mx) * ($1.1 - my) } / n
        }
        for step in 0..<2 {
            for (symmetry, first, side) in [
                (LatticeOperators.Symmetry.even, 0, 3), (.odd, 3, 2),
            ] {
                let (coarse, mixed) = OperatorCorrelations.connected(
                    row, lattices: 3, step: step, symmetry: symmetry)
                #expect(coarse.rows == side && mixed.columns == side)
                for a in 0..<side {
                    for b in 0..<side {
                        let one = covariance((step + 1, first + a), (step + 1, first + b))
                        let two = covariance((step + 1, first + a), (step, first + b))
                        #expect(abs(coarse[a, b] - one) < 1e-11)
                        #expect(abs(mixed[a, b] - two) < 1e-11)
                    }
                }
            }
        }
    }

    @Test func partsAddExactly() {
        var sum = correlations(0..<13)
        sum.add(values: correlations(13..<14).values)
        sum.add(values: correlations(14..<50).values)
        #expect(sum.values == correlations(0..<50).values)
    }

    @Test func binsHoldWholeRunsAndStayFew() {
        let few = OperatorCorrelations(lattices: 2, total: 1000, runLength: 64)
        #expect(few.binLength == 64)
        let many = OperatorCorrelations(lattices: 2, total: 100_000, runLength: 16)
        #expect(many.binLength % 16 == 0)
        #expect(100_000 / many.binLength <= 256)
    }
}
