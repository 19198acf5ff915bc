import RandomStreams
import TestSupport
import Testing

@testable import RBMCore

@Suite struct HiddenSliceTests {
    @Test(arguments: [1, 63, 64, 65, 500, 1100], [1, 2, 3, 7])
    func partsAreAllColumnsInWholeGroups(total: Int, count: Int) {
        let parts = HiddenSlice.parts(of: total, among: count)
        #expect(parts.count == count)
        #expect(parts.flatMap(Array.init) == Array(0..<total))
        for part in parts.dropLast() where part.upperBound < total {
            #expect(part.upperBound % 64 == 0)
        }
        #expect(parts.count { !$0.isEmpty } == min(count, HiddenSlice.most(of: total)))
        let groups = parts.map { ($0.count + 63) / 64 }
        #expect(groups.max()! - groups.min()! <= 1)
    }

    /// 63 columns of 21 units of three, 64 units of them, and units of more columns than a group.
    @Test(arguments: [(63, 3), (600, 3), (640, 10), (1280, 256)], [1, 2, 3, 7])
    func partsHoldWholeUnits(columns: (total: Int, ofUnit: Int), count: Int) {
        let (total, unit) = columns
        let parts = HiddenSlice.parts(of: total, among: count, unit: unit)
        #expect(parts.count == count)
        #expect(parts.flatMap(Array.init) == Array(0..<total))
        for part in parts where part.upperBound < total {
            #expect(part.upperBound % unit == 0 && part.upperBound % 64 == 0)
        }
        let most = HiddenSlice.most(of: total, unit: unit)
        #expect(parts.count { !$0.isEmpty } == min(count, most))
    }

    /// Slices of units with an even number of columns may begin within a group of random words.
    @Test(arguments: [6, 10]) func slicesOfCategoriesDrawWhatTheWholeDraws(states: Int) {
        var generator = TestGenerator(seed: 6)
        let (rows, units) = (3, 150)
        let total = units * states
        let levels = (0..<(rows * total)).map { _ in Float.random(in: 0...1, using: &generator) }
        func drawn(_ slice: HiddenSlice) -> [UInt8] {
            let count = slice.columns.count
            var bytes = [UInt8](repeating: 9, count: rows * count)
            sample(
                Categorical(states: states), slice.cut(levels[...]), rows: 0..<rows,
                columns: count, bytes: count, one: 1, stream: RandomStream(seed: 3, .benchmark),
                firstRow: 6, into: &bytes, at: 0, slice: slice, unit: states)
            return bytes
        }
        let whole = drawn(HiddenSlice(whole: total))
        var starts: Set<Int> = []
        for count in [2, 3, 9] {
            for part in HiddenSlice.parts(of: total, among: count, unit: states) {
                let slice = HiddenSlice(part, of: total)
                #expect(drawn(slice) == slice.cut(whole[...]))
                starts.insert(part.lowerBound / states)
            }
        }
        #expect(starts.contains { $0 % 64 != 0 })
    }

    /// Each slice rounds means, draws states and masks as the whole layer does.
    @Test(arguments: [127, 128, 500, 517]) func slicesDrawWhatTheWholeDraws(total: Int) {
        var generator = TestGenerator(seed: 4)
        let rows = 3
        let share = StepShare(positive: 0..<2, of: 2, negative: 4..<5, of: 7)
        let means = (0..<(rows * total)).map { _ in Float.random(in: 0...1, using: &generator) }
        let rounding = PhaseRounding(seed: 21, layer: 0, step: 0)
        func all(_ slice: HiddenSlice) -> (bytes: [Int8], states: [UInt8], masked: [Float]) {
            let (own, count) = (slice.cut(means[...]), slice.columns.count)
            var bytes = [Int8](repeating: 0, count: rows * count)
            roundMeans(
                of: Bernoulli(), hidden: count, slice: slice, probabilities: own,
                rows: share, rounding: rounding, into: &bytes)
            var states = [UInt8](repeating: 9, count: rows * count)
            sample(
                Bernoulli(), own, rows: 0..<rows, columns: count, bytes: count, one: 1,
                stream: RandomStream(seed: 3, .benchmark), firstRow: 6, into: &states, at: 0,
                slice: slice)
            var masks = DropoutMasks(
                keepProbability: 0.6, seed: 5, layer: 0, hidden: slice, rows: rows)
            masks.draw(step: 2, share)
            var masked = own
            masks.apply(to: &masked, rows: 0..<rows)
            return (bytes, states, masked)
        }
        let whole = all(HiddenSlice(whole: total))
        for count in [2, 3, 12] {
            for part in HiddenSlice.parts(of: total, among: count) {
                let slice = HiddenSlice(part, of: total)
                let own = all(slice)
                #expect(own.bytes == slice.cut(whole.bytes[...]))
                #expect(own.states == slice.cut(whole.states[...]))
                #expect(own.masked == slice.cut(whole.masked[...]))
            }
        }
    }

    @Test func aTreeGivesTheColumnsOfItsSlice() throws {
        var tree = StateTree(prefix: "layers.0.")
        let values = (0..<390).map(Float.init)
        tree.set(.floats(values[...], shape: [3, 130]), "means", perHidden: true)
        tree.set(.bytes([UInt8](repeating: 1, count: 260), shape: [2, 130]), "chains")
        tree.slice = HiddenSlice(64..<130, of: 130)
        #expect(try tree.floats("means", shape: [3, 66], perHidden: true)?[66] == 194)
        #expect(try tree.bytes("chains", columns: 66, perHidden: true)?.values.count == 132)
        #expect(throws: StateFault.self) { try tree.floats("means", shape: [3, 66]) }
        #expect(tree.hiddenTensors == ["means": 1])
    }

    /// Rows of several states, each with all hidden columns.
    @Test func aTreeGivesTheColumnsOfItsSliceInEachPartOfARow() throws {
        var tree = StateTree(prefix: "layers.0.")
        let bytes = (0..<(2 * 3 * 130)).map { UInt8($0 % 251) }
        tree.set(.bytes(bytes, shape: [2, 390]), "states", perHidden: true, times: 3)
        let slice = HiddenSlice(64..<130, of: 130)
        tree.slice = slice
        let found = try tree.bytes("states", columns: 198, perHidden: true, times: 3)
        #expect(found?.rows == 2)
        #expect(found?.values == slice.cut(bytes[...]))
        #expect(tree.hiddenTensors == ["states": 3])
    }
}
