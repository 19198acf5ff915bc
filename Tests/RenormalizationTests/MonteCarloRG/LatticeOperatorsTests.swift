import RandomStreams
import Renormalization
import Testing

struct LatticeOperatorsTests {
    /// Every sum by its definition, site by site with remainders.
    private func naive(_ spins: [UInt8], size: Int) -> [Int64] {
        func spin(_ x: Int, _ y: Int) -> Int64 {
            2 * Int64(spins[y % size * size + x % size]) - 1
        }
        var sums = [Int64](repeating: 0, count: 5)
        for y in 0..<size {
            for x in 0..<size {
                let (a, b, c, d) = (
                    spin(x, y), spin(x + 1, y), spin(x, y + 1), spin(x + 1, y + 1)
                )
                sums[0] += a * b + a * c
                // The other diagonal of the plaquette to the left.
                sums[1] += a * d + a * spin(x + size - 1, y + 1)
                sums[2] += a * b * c * d
                sums[3] += a
                sums[4] += a * b * c + a * b * d + a * c * d + b * c * d
            }
        }
        return sums
    }

    @Test(arguments: [2, 3, 4, 5, 16]) func sumsAreThoseOfTheDefinition(size: Int) {
        let stream = RandomStream(seed: 9, .benchmark)
        for row in 0..<20 {
            let spins = (0..<size * size).map { UInt8(stream.word(row: row, unit: $0) >> 31) }
            #expect(LatticeOperators.sums(spins, size: size) == naive(spins, size: size))
        }
    }

    @Test func evenSumsKeepAndOddSumsChangeTheirSignUnderReversal() {
        let stream = RandomStream(seed: 10, .benchmark)
        let spins = (0..<36).map { UInt8(stream.word(row: 0, unit: $0) >> 31) }
        let sums = LatticeOperators.sums(spins, size: 6)
        let reversed = LatticeOperators.sums(spins.map { 1 - $0 }, size: 6)
        #expect(reversed == Array(sums[..<3]) + sums[3...].map { -$0 })
    }
}
