import Foundation
import TestSupport
import Testing

@testable import FlowMaps

@Suite struct HopfieldMemoryTests {
    private func random(_ units: Int, _ count: Int, bias: Double = 0, trial: Int = 0)
        -> HopfieldPatterns
    {
        .random(units: units, count: count, bias: bias, seed: 11, load: 0, trial: trial)
    }

    /// The weights as a matrix, from the definition.
    private func weights(_ patterns: HopfieldPatterns) -> [[Double]] {
        let rows = (0..<patterns.count).map { patterns[$0].map { Double($0) } }
        return (0..<patterns.units).map { i in
            (0..<patterns.units).map { j in
                i == j ? 0 : rows.reduce(0) { $0 + $1[i] * $1[j] } / Double(patterns.units)
            }
        }
    }

    @Test(arguments: [(5, 1), (12, 4), (9, 20)])
    func energyAndFieldsOfHebbsRule(units: Int, count: Int) throws {
        let patterns = random(units, count)
        let memory = try #require(HopfieldMemory(patterns, rule: .hebb))
        let weights = weights(patterns)
        for trial in 1..<20 {
            let state = random(units, 1, trial: trial)[0]
            let fields = weights.map { row in
                zip(row, state).reduce(0) { $0 + $1.0 * Double($1.1) }
            }
            let energy = -0.5 * zip(fields, state).reduce(0) { $0 + $1.0 * Double($1.1) }
            #expect(abs(memory.energy(of: state) - energy / Double(units)) < 1e-12)
            let opposed = zip(fields, state).count { $0 * Double($1) < -1e-9 }
            #expect(memory.unstableUnits(of: state) == opposed)
        }
    }

    /// No recall raises the energy, and what is fixed has no unit that its field opposes.
    @Test(arguments: HopfieldMemory.Rule.allCases)
    func energyNeverRises(rule: HopfieldMemory.Rule) throws {
        for trial in 0..<10 {
            let patterns = random(60, 12, trial: trial)
            let memory = try #require(HopfieldMemory(patterns, rule: rule))
            let start = random(60, 1, trial: 100 + trial)[0]
            var last = memory.energy(of: start)
            for sweeps in 1...20 {
                let recall = memory.recall(from: start, seed: 1, trial: trial, sweeps: sweeps)
                #expect(recall.energy <= last + 1e-12)
                #expect(abs(recall.energy - memory.energy(of: recall.state)) < 1e-12)
                last = recall.energy
                guard recall.isFixed else { continue }
                #expect(memory.unstableUnits(of: recall.state) == 0)
                break
            }
            #expect(memory.recall(from: start, seed: 1, trial: trial).isFixed)
        }
    }

    /// One pattern of six is completed from one that is turned at a tenth of its units.
    @Test(arguments: HopfieldMemory.Rule.allCases)
    func completes(rule: HopfieldMemory.Rule) throws {
        let patterns = random(200, 6)
        let memory = try #require(HopfieldMemory(patterns, rule: rule))
        for number in 0..<6 {
            var cue = patterns[number]
            for unit in stride(from: number, to: 200, by: 10) { cue[unit] = -cue[unit] }
            let recall = memory.recall(from: cue, seed: 1, trial: number)
            #expect(recall.isFixed)
            #expect(
                RecalledState(recall.state, among: patterns)
                    == .pattern(number, isReversed: false))
            let reverse = memory.recall(from: cue.map { -$0 }, seed: 1, trial: number)
            #expect(
                RecalledState(reverse.state, among: patterns)
                    == .pattern(number, isReversed: true))
        }
    }

    /// Patterns that resemble each other stay fixed under the projection rule, not under Hebb's.
    @Test func projectionStoresCorrelatedPatterns() throws {
        let patterns = random(100, 30, bias: 0.6)
        let projection = try #require(HopfieldMemory(patterns, rule: .projection))
        let hebb = try #require(HopfieldMemory(patterns, rule: .hebb))
        for number in 0..<30 {
            #expect(projection.unstableUnits(of: patterns[number]) == 0)
            #expect(abs(projection.energy(of: patterns[number]) + 0.5 * (1 - 0.3)) < 1e-9)
        }
        #expect((0..<30).contains { hebb.unstableUnits(of: patterns[$0]) > 5 })
    }

    @Test func projectionRefusesDependentPatterns() {
        let one = random(50, 1)[0]
        let twice = HopfieldPatterns(units: 50, count: 2, spins: one + one.map { -$0 })
        #expect(HopfieldMemory(twice, rule: .projection) == nil)
        #expect(HopfieldMemory(twice, rule: .hebb) != nil)
    }

    /// The majority of three patterns is a fixed point with an overlap of ½ with each, and an energy of
    /// −0.375 a unit, of which sampling leaves a few percent.
    @Test func mixtureOfThree() throws {
        let patterns = random(4000, 3)
        let memory = try #require(HopfieldMemory(patterns, rule: .hebb))
        let majority = (0..<4000).map { unit in
            (0..<3).reduce(0) { $0 + patterns[$1][unit] } > 0 ? Int8(1) : -1
        }
        let recall = memory.recall(from: majority, seed: 1, trial: 0)
        for overlap in patterns.overlaps(with: recall.state) {
            #expect(abs(Double(overlap) / 4000 - 0.5) < 0.05)
        }
        #expect(abs(recall.energy + 0.375) < 0.01)
        #expect(RecalledState(recall.state, among: patterns) == .mixture([0, 1, 2]))
    }

    @Test func whatResemblesNothingIsGlassy() {
        let patterns = random(300, 5)
        #expect(RecalledState(random(300, 1, trial: 9)[0], among: patterns) == .glassy)
        let pair = HopfieldPatterns(
            units: 4, count: 2, spins: [1, 1, 1, 1, 1, -1, 1, -1])
        #expect(RecalledState([1, 1, -1, -1], among: pair) == .glassy)
    }

    /// Patterns that are like each other: their majority is like all of them, and is told from them.
    @Test func mixturesOfCorrelatedPatternsAreToldFromPatterns() {
        var words = TestGenerator(seed: 61)
        let base = (0..<300).map { _ in Int8(Bool.random(using: &words) ? 1 : -1) }
        // Each differs from the base in twelve units of its own.
        let three = (0..<3).map { number in
            base.enumerated().map { $0.offset / 12 == number ? -$0.element : $0.element }
        }
        let patterns = HopfieldPatterns(units: 300, count: 3, spins: three.flatMap { $0 })
        #expect(RecalledState(base, among: patterns) == .mixture([0, 1, 2]))
        for number in 0..<3 {
            let found = RecalledState(three[number], among: patterns)
            #expect(found == .pattern(number, isReversed: false))
            let reversed = RecalledState(three[number].map { -$0 }, among: patterns)
            #expect(reversed == .pattern(number, isReversed: true))
        }
    }
}
