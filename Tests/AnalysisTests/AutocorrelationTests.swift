import Analysis
import RandomStreams
import TestSupport
import Testing

@Suite struct AutocorrelationTests {
    /// Coins of which each copies the one before with probability ρ: ρ(t) = ρᵗ.
    private func coins(correlation: Float, length: Int, chains: Int) -> [Int] {
        var words = [UInt32](repeating: 0, count: length)
        var series = [Int](repeating: 0, count: length * chains)
        for chain in 0..<chains {
            var span = words.mutableSpan
            RandomStream(seed: 8, .benchmark).fill(&span, row: chain)
            var last = 0
            for time in 0..<length {
                // The lowest bit is not part of the number of the interval.
                if words[time].unitInterval >= correlation || time == 0 {
                    last = Int(words[time] & 1)
                }
                series[time * chains + chain] = last
            }
        }
        return series
    }

    @Test(arguments: [(Float(0), 0.5), (0.5, 1.5), (0.9, 9.5)], [1, 16])
    func timeOfCoins(coin: (correlation: Float, time: Double), chains: Int) throws {
        let series = coins(
            correlation: coin.correlation, length: 320_000 / chains, chains: chains)
        let time = try #require(Autocorrelation.integratedTime(of: series, chains: chains))
        #expect(abs(time / coin.time - 1) < 0.06)
    }

    @Test func alternatingAndConstantSeries() {
        #expect(Autocorrelation.integratedTime(of: (0..<1000).map { $0 % 2 }) == 0.5)
        #expect(Autocorrelation.integratedTime(of: Array(repeating: 7, count: 100)) == 0.5)
    }

    @Test func aSeriesThatIsTooShortHasNoTime() {
        #expect(Autocorrelation.integratedTime(of: []) == nil)
        #expect(Autocorrelation.integratedTime(of: [3]) == nil)
        #expect(Autocorrelation.integratedTime(of: Array(0..<8)) == nil)
    }
}
