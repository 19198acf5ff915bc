import RBMCore
import Testing
@testable import StepBenchmark

struct StepBenchmarkMemoryTests {
    @Test("The estimate holds the matrices and one rank's rows, and does not overflow")
    func estimate() throws {
        let one = try bench(visible: 4096, hidden: 4096, batch: 512)
        // Parameters, statistics and the two bare matrices at the least.
        #expect(one.bytes(ranks: 1) > 4 * 4 * 4096 * 4096)
        #expect(one.bytes(ranks: 1) < 1e9)
        #expect(one.bytes(ranks: 2) < one.bytes(ranks: 1))

        let integer = try bench(visible: 4096, hidden: 4096, batch: 512, arithmetic: .integer)
        #expect(integer.bytes(ranks: 1) > one.bytes(ranks: 1))

        // Ranks that divide the hidden units hold a part of every matrix.
        let divided = try bench(
            visible: 4096, hidden: 4096, batch: 512, arithmetic: .integer, grid: (1, 4))
        let matrices = 34.0 * 4096 * 4096
        let saved = integer.bytes(ranks: 1) - divided.bytes(ranks: 4)
        #expect(saved > 0.75 * matrices && saved < matrices)

        let huge = 1 << 31 - 1
        let monster = try bench(visible: huge, hidden: huge, batch: huge)
        #expect(monster.bytes(ranks: 1) > 9e19)
        #expect(monster.bytes(ranks: 1).isFinite)
    }
}
