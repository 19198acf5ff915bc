import RBMCore
import Testing
@testable import StepBenchmark

/// That the bare products are those of a step: the same by both libraries, and right.
struct StepBenchmarkProductsTests {
    @Test(
        "Both libraries fill the step's matrices with the products of naive loops",
        arguments: FloatLibrary.allCases)
    func floats(library: FloatLibrary) throws {
        let (visible, hidden, rows) = (13, 7, 5)
        let benchmark = try bench(visible: visible, hidden: hidden, batch: rows, sweeps: 2)
        var products = FloatRoofline(benchmark, rows: rows)
        _ = products.run(library)
        for row in 0..<(2 * rows) {
            for j in 0..<hidden {
                let sum = (0..<visible).reduce(Float(0)) {
                    $0 + products.visible[row * visible + $1] * products.weights[$1 * hidden + j]
                }
                let found = products.upward[row / rows][row % rows * hidden + j]
                #expect(abs(found - sum) < 1e-5)
            }
        }
        for row in 0..<rows {
            for i in 0..<visible {
                let sum = (0..<hidden).reduce(Float(0)) {
                    $0 + products.hiddenStates[row * hidden + $1]
                        * products.weights[i * hidden + $1]
                }
                #expect(abs(products.downward[row * visible + i] - sum) < 1e-5)
            }
        }
        for i in 0..<visible {
            for j in 0..<hidden {
                let sum = (0..<(2 * rows)).reduce(Float(0)) {
                    $0 + products.visible[$1 * visible + i] * products.means[$1 * hidden + j]
                }
                #expect(abs(products.statistics[i * hidden + j] - sum) < 1e-5)
            }
        }
    }

    @Test("A rank without rows makes no products")
    func empty() throws {
        let benchmark = try bench(visible: 13, hidden: 7, batch: 1)
        var floats = FloatRoofline(benchmark, rows: 0)
        #expect(floats.run(.openBLAS) == ProductTimes(products: 0, statistics: 0))
        var bytes = IntegerRoofline(benchmark, rows: 0)
        #expect(bytes.run() == ProductTimes(products: 0, statistics: 0))
    }

    @Test("Limits are measured for what an arithmetic does, and in integers the 8-bit products too")
    func limits() throws {
        for arithmetic in ArithmeticKind.allCases {
            let benchmark = try bench(visible: 64, hidden: 48, batch: 10, arithmetic: arithmetic)
            let limits = StepBenchmarkLimits(benchmark, rows: 10)
            limits.measure(repetitions: 3)
            let medians = limits.medians
            #expect(medians.oneDNN.products > 0 && medians.oneDNN.statistics > 0)
            #expect(medians.openBLAS.products > 0 && medians.openBLAS.statistics > 0)
            #expect((medians.bytes.total > 0) == (arithmetic != .float32))
            #expect(medians.visibleWords > 0 && medians.hiddenWords > 0 && medians.update > 0)
        }
    }
}
