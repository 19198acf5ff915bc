import Testing

@testable import RandomStreams

@Suite struct RandomStreamTests {
    private func row(_ stream: RandomStream, units: Int, row: Int) -> [UInt32] {
        var words = [UInt32](repeating: 0, count: units)
        var span = words.mutableSpan
        stream.fill(&span, row: row)
        return words
    }

    @Test(arguments: [1, 15, 16, 17, 63, 64, 65, 128, 500, 784])
    func fillAgreesWithTheWordOfEachUnit(units: Int) {
        let stream = RandomStream(seed: 7, .hiddenState(layer: 1, step: 3, sweep: 2))
        #expect(
            row(stream, units: units, row: 9) == (0..<units).map { stream.word(row: 9, unit: $0) })
    }

    @Test func aUnitsWordDoesNotDependOnTheWidthOfTheRow() {
        let stream = RandomStream(seed: 7, .visibleState(layer: 0, step: 0, sweep: 0))
        #expect(row(stream, units: 70, row: 1) == Array(row(stream, units: 300, row: 1).prefix(70)))
    }

    @Test(arguments: [0, 64, 128, 448]) func aPartOfARowHasTheWordsOfTheWhole(first: Int) {
        let stream = RandomStream(seed: 7, .visibleState(layer: 0, step: 0, sweep: 0))
        let whole = row(stream, units: 700, row: 5)
        for units in [1, 63, 64, 65, 200] {
            var words = [UInt32](repeating: 0, count: units)
            var span = words.mutableSpan
            stream.fill(&span, row: 5, from: first)
            #expect(words == Array(whole[first..<(first + units)]))
        }
    }

    @Test func aRowIsFilledFromAWholeGroupOn() async {
        await #expect(processExitsWith: .failure) {
            var words = [UInt32](repeating: 0, count: 64)
            var span = words.mutableSpan
            RandomStream(seed: 7, .visibleState(layer: 0, step: 0, sweep: 0)).fill(
                &span, row: 0, from: 32)
        }
    }

    @Test func everyPartOfTheNameMatters() {
        func hidden(_ seed: UInt64, layer: Int = 0, step: Int = 0, sweep: Int = 0) -> RandomStream {
            RandomStream(seed: seed, .hiddenState(layer: layer, step: step, sweep: sweep))
        }
        let base = hidden(1)
        let others = [
            hidden(2), hidden(1 << 32 | 1), hidden(1, layer: 1), hidden(1, step: 1),
            hidden(1, sweep: 1),
            RandomStream(seed: 1, .visibleState(layer: 0, step: 0, sweep: 0)),
        ]
        for other in others {
            #expect(row(other, units: 64, row: 0) != row(base, units: 64, row: 0))
        }
        #expect(row(base, units: 64, row: 1) != row(base, units: 64, row: 0))
    }

    @Test func eventsAreCertainOrImpossibleWhereTheirProbabilitySaysSo() {
        for word in [0, 1, 0xFF, 0x100, .max / 2, .max - 1, .max] as [UInt32] {
            #expect(word.occurs(1) && !word.occurs(0))
        }
        // (u + ½)·2⁻²⁴ < ½ for the lower half of the words.
        #expect((0x7FFF_FFFF as UInt32).occurs(0.5) && !(0x8000_0000 as UInt32).occurs(0.5))
    }

    @Test func wordsAreUniform() {
        let words = row(RandomStream(seed: 3, .benchmark), units: 100_000, row: 0)
        let mean = words.reduce(0.0) { $0 + Double($1) * 0x1p-32 } / 100_000
        // Four standard errors of the mean of uniform numbers.
        #expect(abs(mean - 0.5) < 4 * 0.2887 / 316.2)
    }
}
