import Testing

@testable import RandomStreams

@Suite struct DrawRecorderTests {
    private func fill(_ seed: UInt64, _ purpose: Purpose, row: Int, units: Int, from: Int = 0) {
        var words = [UInt32](repeating: 0, count: units)
        var span = words.mutableSpan
        RandomStream(seed: seed, purpose).fill(&span, row: row, from: from)
    }

    @Test func aRecordingHoldsTheDrawsOfItsSeed() {
        fill(701, .benchmark, row: 0, units: 3)
        let draws = DrawRecorder.record(seed: 701) {
            fill(701, .dropout(layer: 1, step: 2), row: 5, units: 70, from: 64)
            fill(702, .benchmark, row: 0, units: 3)
            _ = RandomStream(seed: 701, .isingChain).word(row: 4, unit: 9)
            RandomStream(seed: 701, .benchmark).forEachPart(ofRow: 7, units: 64..<400) { _, _ in }
        }
        fill(701, .benchmark, row: 0, units: 3)
        #expect(
            draws == [
                RecordedDraw(
                    purpose: Purpose.dropout(layer: 1, step: 2).words, row: 5, units: 64..<134),
                RecordedDraw(purpose: Purpose.isingChain.words, row: 4, units: 9..<10),
                RecordedDraw(purpose: Purpose.benchmark.words, row: 7, units: 64..<320),
                RecordedDraw(purpose: Purpose.benchmark.words, row: 7, units: 320..<400),
            ])
        #expect(DrawRecorder.repeated(draws) == [])
    }

    @Test func whatIsDrawnTwiceIsFound() {
        let draws = DrawRecorder.record(seed: 703) {
            fill(703, .benchmark, row: 0, units: 100)
            fill(703, .benchmark, row: 1, units: 100)
            fill(703, .isingChain, row: 0, units: 100)
            fill(703, .benchmark, row: 0, units: 30, from: 128)
            fill(703, .benchmark, row: 0, units: 1, from: 64)
        }
        #expect(DrawRecorder.repeated(draws) == [draws[4]])
    }
}
