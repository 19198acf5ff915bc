import RBMCore
import Testing
@testable import StepBenchmark

struct StepBenchmarkTests {
    @Test("3 + 2k products of 2·V·H·B operations each, B the global batch")
    func operations() throws {
        let benchmark = try bench(visible: 784, hidden: 512, batch: 100)
        #expect(benchmark.products == 5)
        #expect(benchmark.operations(rows: 100) == 401_408_000)
        let five = try bench(visible: 3, hidden: 5, batch: 7, sweeps: 5)
        #expect(five.products == 13)
        #expect(five.operations(rows: 7) == Double(2 * 3 * 5 * 7 * 13))
    }

    @Test("Small layers take 100 steps, large ones fewer, but never fewer than 10")
    func defaultSteps() throws {
        #expect(try bench(visible: 784, hidden: 512, batch: 100).steps == 100)
        #expect(try bench(visible: 4096, hidden: 4096, batch: 512).steps == 11)
        #expect(try bench(visible: 20000, hidden: 20000, batch: 512).steps == 10)
        #expect(try bench(visible: 4096, hidden: 4096, batch: 512, steps: 3).steps == 3)
    }

    @Test(
        "Sizes below 1, and beyond what the counters hold, are refused by name",
        arguments: [
            (0, 1, 1, 1, 1, "--visible is 0; expected 1 to 2147483647 units"),
            (1, -5, 1, 1, 1, "--hidden is -5; expected 1 to 2147483647 units"),
            (1, 1, 1 << 31, 1, 1, "--batch is 2147483648; expected 1 to 2147483647 cases"),
            (1, 1, 1, 65_536, 1, "--sweeps is 65536; expected 1 to 65535 sweeps"),
            (1, 1, 1, 1, 0, "--steps is 0; expected 1 to 1000000 steps"),
            (.max, 1, 1, 1, 1, "--visible is 9223372036854775807; expected 1 to 2147483647 units"),
        ])
    func refusals(
        visible: Int, hidden: Int, batch: Int, sweeps: Int, steps: Int, message: String
    ) {
        let refusal = #expect(throws: StepBenchmarkRefusal.self) {
            try bench(
                visible: visible, hidden: hidden, batch: batch, sweeps: sweeps,
                arithmetic: .float32, steps: steps)
        }
        #expect(refusal?.description == message)
    }

    @Test("Integers refuse sums that could leave 32 bits, and float32 takes them")
    func integerBounds() throws {
        let refusal = #expect(throws: StepBenchmarkRefusal.self) {
            try bench(visible: 8, hidden: 200_000, batch: 1, arithmetic: .integer)
        }
        #expect(refusal?.description.contains("200000") == true)
        let taken = try bench(visible: 8, hidden: 200_000, batch: 1, arithmetic: .float32)
        #expect(taken.hidden == 200_000)
    }
}

/// A benchmark whose other options do not matter.
func bench(
    visible: Int, hidden: Int, batch: Int, sweeps: Int = 1,
    algorithm: NegativePhaseKind = .contrastiveDivergence,
    arithmetic: ArithmeticKind = .float32, steps: Int? = nil,
    grid: (data: Int, hidden: Int)? = nil
) throws -> StepBenchmark {
    try StepBenchmark(
        visible: visible, hidden: hidden, batch: batch, units: .bernoulli, algorithm: algorithm,
        sweeps: sweeps, arithmetic: arithmetic, steps: steps, grid: grid)
}
