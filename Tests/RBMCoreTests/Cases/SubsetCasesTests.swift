import RBMCore
import Testing

/// Cases that hold their own numbers, in two bytes of 7 bits.
private final class NumberedCases: CaseSource {
    let count: Int
    var visible: Int { 2 }
    var encoding: StateEncoding { .levels }

    init(count: Int) { self.count = count }

    func load(_ cases: [Int], draw: Int, into result: inout [UInt8]) throws {
        for (row, number) in cases.enumerated() {
            result[2 * row] = UInt8(number % 128)
            result[2 * row + 1] = UInt8(number / 128)
        }
    }
}

@Suite struct SubsetCasesTests {
    /// The numbers of all cases of a part.
    private func numbers(_ cases: (any CaseSource)?) throws -> [Int] {
        guard let cases else { return [] }
        var bytes = [UInt8](repeating: 0, count: 2 * cases.count)
        try cases.load(Array(0..<cases.count), draw: 0, into: &bytes)
        return (0..<cases.count).map { Int(bytes[2 * $0]) + 128 * Int(bytes[2 * $0 + 1]) }
    }

    @Test(arguments: [1, 2, 3, 7, 64, 65, 257, 1000, 4099], [0, 0.001, 0.1, 0.25, 0.5, 0.999, 1])
    func bothPartsTogetherAreAllCasesEachOnce(count: Int, fraction: Double) throws {
        // Both parts at the largest fraction: one case is left to learn.
        let fraction = min(fraction, 1 - 0.5 / Double(count))
        let held = Int((fraction * Double(count)).rounded(.down))
        for seed in 0..<20 as Range<UInt64> {
            let parts = SubsetCases.divide(
                NumberedCases(count: count), heldOut: fraction, seed: seed)
            #expect((parts.heldOut?.count ?? 0) == held && parts.training.count == count - held)
            let all = try numbers(parts.training) + numbers(parts.heldOut)
            #expect(all.sorted() == Array(0..<count), "seed \(seed)")
            let known = SubsetCases.numbers(of: count, heldOut: fraction, seed: seed)
            #expect(all == known.training + known.heldOut, "seed \(seed)")
        }
    }

    /// Every case is held out as often as the fraction says, and the seed decides.
    @Test func theSeedChoosesTheCases() throws {
        var counts = [Int](repeating: 0, count: 40)
        var choices: Set<[Int]> = []
        let seeds = 2000
        for seed in 0..<seeds {
            let parts = SubsetCases.divide(
                NumberedCases(count: 40), heldOut: 0.25, seed: UInt64(seed))
            let held = try numbers(parts.heldOut)
            choices.insert(held)
            for number in held { counts[number] += 1 }
        }
        #expect(choices.count == seeds)
        // A binomial number of deviation 19.4.
        #expect(counts.allSatisfy { abs($0 - seeds / 4) < 85 })
    }
}
