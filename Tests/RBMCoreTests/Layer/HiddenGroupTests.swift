import Foundation
import RandomStreams
import TestSupport
import Testing

@testable import RBMCore

/// Processes that hold the slices of a layer, as threads of one.
final class ThreadTeam: @unchecked Sendable {
    let slices: [Range<Int>]
    private let condition = NSCondition()
    private var waiting = 0
    private var round = 0
    private var sums: [[Int32]]
    private var bytes: [[UInt8]]

    init(_ slices: [Range<Int>]) {
        self.slices = slices
        sums = slices.map { _ in [] }
        bytes = slices.map { _ in [] }
    }

    func meet() {
        condition.withLock {
            let own = round
            waiting += 1
            if waiting == slices.count {
                (waiting, round) = (0, round + 1)
                condition.broadcast()
            }
            while round == own { condition.wait() }
        }
    }

    func put(_ own: [Int32], at place: Int) -> [[Int32]] {
        condition.withLock { sums[place] = own }
        meet()
        let all = condition.withLock { sums }
        meet()
        return all
    }

    func put(_ own: [UInt8], at place: Int) -> [[UInt8]] {
        condition.withLock { bytes[place] = own }
        meet()
        let all = condition.withLock { bytes }
        meet()
        return all
    }

    /// Runs a body for each member, all at once, and returns what they return.
    func run<Result: Sendable>(_ body: @escaping @Sendable (Member) -> Result) -> [Result] {
        let results = Results<Result>(slices.count)
        let threads = slices.indices.map { place in
            Thread { results.set(place, body(Member(self, place))) }
        }
        for thread in threads {
            thread.stackSize = 8 << 20
            thread.start()
        }
        return results.wait()
    }

    final class Member: HiddenGroup {
        let team: ThreadTeam
        let place: Int
        var slices: [Range<Int>] { team.slices }

        init(_ team: ThreadTeam, _ place: Int) {
            self.team = team
            self.place = place
        }

        func addUp(_ values: inout [Int32], _ ranges: [Range<Int>]) {
            let all = team.put(values, at: place)
            for i in ranges[place] { values[i] = all.reduce(0) { $0 &+ $1[i] } }
        }

        func addUp(
            _ values: inout [Int32], _ ranges: [Range<Int>],
            writtenBy write: (inout MutableSpan<Int16>) -> Void
        ) {
            var own = [Int16](repeating: .min, count: ranges[ranges.count - 1].upperBound)
            var span = own.mutableSpan
            write(&span)
            for i in own.indices { values[i] = Int32(own[i]) }
            addUp(&values, ranges)
        }

        func bringTogether(_ bytes: inout [UInt8], _ ranges: [Range<Int>]) {
            let all = team.put(bytes, at: place)
            for (other, range) in ranges.enumerated() {
                bytes.replaceSubrange(range, with: all[other][range])
            }
        }
    }

    private final class Results<Result: Sendable>: @unchecked Sendable {
        private let condition = NSCondition()
        private var values: [Result?]

        init(_ count: Int) { values = Array(repeating: nil, count: count) }

        func set(_ place: Int, _ value: Result) {
            condition.withLock {
                values[place] = value
                condition.broadcast()
            }
        }

        func wait() -> [Result] {
            condition.withLock {
                while values.contains(where: { $0 == nil }) { condition.wait() }
                return values.map { $0! }
            }
        }
    }
}

@Suite struct HiddenGroupTests {
    @Test func slicesAreJoinedToTheWhole() {
        let team = ThreadTeam(HiddenSlice.parts(of: 150, among: 3))
        let whole = Parameters(
            weights: (0..<750).map(Float.init), visibleBias: [1, 2, 3, 4, 5],
            hiddenBias: (0..<150).map { Float($0) / 2 })
        let joined = team.run { member in
            member.join(
                whole.cut(to: HiddenSlice(member.slices[member.place], of: 150)))
        }
        #expect(joined == [whole, whole, whole])
        #expect(team.run { $0.agrees(true) } == [true, true, true])
        #expect(team.run { $0.agrees($0.place != 1) } == [false, false, false])
    }

    /// More rows than a block has, and a number of weights that is no multiple of 32.
    @Test func normsOfBlocksHaveTheBitsOfTheWhole() {
        let (visible, hidden) = (2 * HiddenSlice.rowsOfBlock(total: 30_001) + 5, 30_001)
        var whole = Parameters(visible: visible, hidden: hidden)
        for i in 0..<whole.weightCount { whole.values[i] = Float(i % 1_009) / 512 - 0.7 }
        let slices = HiddenSlice.parts(of: hidden, among: 2)
        let parts = slices.map { whole.cut(to: HiddenSlice($0, of: hidden)) }
        let team = ThreadTeam(slices)
        let norms = team.run { $0.weightNorm(parts[$0.place]) }
        #expect(norms == [whole.weightNorm, whole.weightNorm])
        #expect(norms[0] != parts[0].weightNorm)

        let changes = whole.weights
        let squares = stride(from: 0, to: changes.count, by: hidden).map {
            squaredChange(changes.span.extracting($0..<($0 + hidden)))
        }.reduce(0, +)
        let found = team.run { member in
            Optimizer.Change.weightSquares(
                of: parts[member.place].values[..<(visible * slices[member.place].count)],
                rows: visible, over: member)
        }
        #expect(found == [squares, squares])
    }

    @Test func firstWeightsOfASliceAreThoseOfTheWhole() {
        func drawn(_ slice: HiddenSlice?) -> Parameters {
            Parameters(
                initialWeights: 0.3, visible: 40, hidden: 200, visibleUnits: .bernoulli,
                logOddsOf: (0..<40).map { Double($0 + 1) / 50 }, seed: 5, layer: 1, slice: slice)
        }
        let whole = drawn(nil)
        for part in HiddenSlice.parts(of: 200, among: 3) {
            let slice = HiddenSlice(part, of: 200)
            #expect(drawn(slice) == whole.cut(to: slice))
        }
    }

    /// Hidden units with wide weights too, whose differences of logarithms are added.
    @Test(arguments: UnitKinds.binary.indices, [Float(0.2), 12])
    func flipsMadeTogetherAreThoseOfTheWhole(kind: Int, deviation: Float) {
        // The last of three processes has no visible units.
        let (visible, hidden, cases) = (100, 200, 7)
        var generator = TestGenerator(seed: 19)
        let kind = UnitKinds.binary[kind]
        let parameters = Parameters(
            weights: (0..<(visible * hidden)).map { _ in deviation * Float(generator.normal()) },
            visibleBias: (0..<visible).map { _ in Float(generator.normal()) },
            hiddenBias: (0..<hidden).map { _ in Float(generator.normal()) })
        let states = generator.bytes(cases * visible, .bits)

        @Sendable func measured(
            _ slice: HiddenSlice, _ group: (any HiddenGroup)?
        ) -> FixedPointSum {
            let rbm = RBM(
                visibleUnits: kind, hiddenUnits: kind, parameters: parameters.cut(to: slice))
            let machine: any Machine = group.map { DividedRBM(own: rbm, group: $0) } ?? rbm
            let evaluator = LayerEvaluator(machine, encoding: .bits, arithmetic: .integer)
            var sum = FixedPointSum()
            PseudoLikelihood(machine)
                .add(of: states, cases: cases, evaluator: evaluator, to: &sum)
            return sum
        }
        let whole = measured(HiddenSlice(whole: hidden), nil)
        let team = ThreadTeam(HiddenSlice.parts(of: hidden, among: 3))
        let together = team.run { measured(HiddenSlice(team.slices[$0.place], of: hidden), $0) }
        #expect(together == [whole, whole, whole])
    }

    /// Fields upward and downward, of states and of means, with what follows from them.
    @Test(arguments: UnitKinds.binary.indices, [StateEncoding.bits, .levels])
    func casesMeasuredTogetherAreThoseOfTheWhole(kind: Int, encoding: StateEncoding) {
        let (visible, hidden, cases) = (150, 300, 9)
        var generator = TestGenerator(seed: 17)
        let kind = UnitKinds.binary[kind]
        let parameters = Parameters(
            weights: (0..<(visible * hidden)).map { _ in Float(generator.normal()) / 4 },
            visibleBias: (0..<visible).map { _ in Float(generator.normal()) },
            hiddenBias: (0..<hidden).map { _ in Float(generator.normal()) })
        let states = generator.bytes(cases * visible, encoding)

        @Sendable func measured(
            _ slice: HiddenSlice, _ group: (any HiddenGroup)?
        ) -> (sums: CaseMeasures, means: [UInt8]) {
            let rbm = RBM(
                visibleUnits: kind, hiddenUnits: kind, parameters: parameters.cut(to: slice))
            let machine: any Machine = group.map { DividedRBM(own: rbm, group: $0) } ?? rbm
            let evaluator = LayerEvaluator(machine, encoding: encoding, arithmetic: .integer)
            var sums = CaseMeasures(hidden: hidden)
            evaluator.addFreeEnergies(of: states, cases: cases, to: &sums)
            evaluator.addCrossEntropies(of: states, cases: cases, to: &sums)
            return (sums, evaluator.hiddenMeans(of: states, cases: cases))
        }
        let whole = measured(HiddenSlice(whole: hidden), nil)
        let team = ThreadTeam(HiddenSlice.parts(of: hidden, among: 3))
        let together = team.run { measured(HiddenSlice(team.slices[$0.place], of: hidden), $0) }
        #expect(together.map(\.sums) == [whole.sums, whole.sums, whole.sums])
        #expect(together.map(\.means) == [whole.means, whole.means, whole.means])
    }

    /// Weights of a row for which sums of words over 480 successive columns of a slice leave 16 bits, beside
    /// those for which they do not.
    @Test(arguments: [true, false], ArithmeticKind.allCases.filter { $0 != .float32 })
    func statesDrawnTogetherAreThoseOfTheWhole(isLarge: Bool, arithmetic: ArithmeticKind) {
        let (visible, hidden, rows) = (140, 800, 14)
        let spec = LayerSpec(
            visible: visible, hidden: hidden, visibleUnits: Bernoulli(),
            hiddenUnits: Spin(), encoding: .bits)
        var generator = TestGenerator(seed: 8)
        // The second slice begins with column 448: its first run has columns of two blocks.
        let weights = (0..<(visible * hidden)).map { index -> Float in
            let column = index % hidden
            let isBusy = isLarge ? 448..<512 ~= column : true
            return isBusy ? Float.random(in: 0.9...1, using: &generator) : 0
        }
        let parameters = Parameters(
            weights: weights,
            visibleBias: (0..<visible).map { _ in Float(generator.normal()) },
            hiddenBias: [Float](repeating: 0, count: hidden))
        let states = generator.bytes(rows * hidden, .bits)

        @Sendable func drawn(_ slice: HiddenSlice, _ group: (any HiddenGroup)?) -> [UInt8] {
            let layer = Layer(
                LayerSpec(spec, slice: slice), trained: arithmetic, seed: 1, layer: 0,
                group: group)
            layer.load(parameters.cut(to: slice), step: 3)
            var result = [UInt8](repeating: 7, count: rows * visible)
            layer.drawVisible(
                given: slice.cut(states[...]), rows: 0..<rows,
                stream: RandomStream(seed: 3, .benchmark), firstRow: 0, into: &result, at: 0)
            return result
        }
        let whole = drawn(HiddenSlice(whole: hidden), nil)
        let team = ThreadTeam(HiddenSlice.parts(of: hidden, among: 2))
        let together = team.run { drawn(HiddenSlice(team.slices[$0.place], of: hidden), $0) }
        #expect(together == [whole, whole])
    }

    /// The scale of words is that of the whole, and where runs of a slice leave 16 bits bytes stand ready.
    @Test func bytesStandReadyWhereWordsAreNotSafe() {
        let (rows, columns) = (3, 800)
        // Σ|w| is 0.9 in the block before column 480 and in that behind it, and 1.8 in a run over both.
        let weights = (0..<(rows * columns)).map { index -> Float in
            let column = index % columns
            return 448..<480 ~= column ? 0.9 / 32 : 480..<512 ~= column ? 0.9 / 32 : 0
        }
        @Sendable func rounded(
            _ slice: HiddenSlice, _ group: (any HiddenGroup)?
        ) -> (scale: Float, needsBytes: Bool) {
            let result = RoundedWeights(
                rows: rows, slice: slice, of: group, format: .word, splitsWords: false)
            result.round(slice.cut(weights[...]).span)
            return (result.scale, result.bytesAlongRows != nil)
        }
        let whole = rounded(HiddenSlice(whole: columns), nil)
        let team = ThreadTeam(HiddenSlice.parts(of: columns, among: 2))
        #expect(team.slices[1].lowerBound == 448)
        let parts = team.run { rounded(HiddenSlice(team.slices[$0.place], of: columns), $0) }
        #expect(parts.map(\.scale) == [whole.scale, whole.scale])
        #expect(!whole.needsBytes && !parts[0].needsBytes && parts[1].needsBytes)
    }
}
