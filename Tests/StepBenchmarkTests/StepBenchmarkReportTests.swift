import Foundation
import RBMCore
import Reports
import Testing
@testable import StepBenchmark

struct StepBenchmarkReportTests {
    /// 784×512 at batch 100 in 4 ms, where oneDNN does the products in 3 ms.
    private func report(
        _ arithmetic: ArithmeticKind = .float32, oneDNN: Double = 133.8, openBLAS: Double = 90,
        processorShare: Double = 1
    ) throws -> StepBenchmarkReport {
        let measures = StepBenchmarkMeasures(
            step: 0.004, fastestStep: 0.0039, slowestStep: 0.005,
            phases: [0.00004, 0.0024, 0.0004, 0.0008, 0, 0.00036],
            processorShare: processorShare, memory: 3_211_264,
            limits: StepBenchmarkLimitTimes(
                oneDNN: ProductTimes(products: 0.0018, statistics: 0.0012),
                openBLAS: ProductTimes(products: 0.003, statistics: 0.0015),
                bytes: ProductTimes(products: 0.0012, statistics: 0.0004), visibleWords: 0.0002,
                hiddenWords: 0.0001, update: 0.00009))
        return StepBenchmarkReport(
            try bench(visible: 784, hidden: 512, batch: 100, arithmetic: arithmetic),
            measures, libraryRates: [.oneDNN: oneDNN, .openBLAS: openBLAS], ranks: 2, threads: 3,
            kernels: StepBenchmarkReport.Kernels(
                products: .wide, statistics: .avx512, reason: "the fastest",
                oneDNN: "2.6.3, AVX2", openBLAS: "Haswell"))
    }

    @Test("Rates follow from the median step")
    func rates() throws {
        let report = try report()
        #expect(report.millisecondsPerStep == 4)
        #expect(abs(report.samplesPerSecond - 25_000) < 1e-6)
        #expect(abs(report.gflops - 100.352) < 1e-9)
        #expect(abs(report.ratioToRoofline - 100.352 / 133.8) < 1e-12)
    }

    @Test("The roofline is the faster library's, and so are the limits of float32")
    func roofline() throws {
        let first = try report(oneDNN: 133.8, openBLAS: 90)
        #expect(first.rooflineLibrary == .oneDNN && first.rooflineGflops == 133.8)
        #expect(first.limit(of: .statistics) == 0.0012)
        let second = try report(oneDNN: 80, openBLAS: 90)
        #expect(second.rooflineLibrary == .openBLAS && second.rooflineGflops == 90)
        #expect(second.limit(of: .products) == 0.003 + 0.0002)
        #expect(second.limit(of: .sampling) == 0.0001)
        let integer = try report(.integer)
        #expect(integer.rooflineGflops == 133.8)
        #expect(integer.limit(of: .products) == 0.0012 + 0.0002)
    }

    @Test("Shares add up to 1; phases without a limit have no distance to it")
    func shares() throws {
        let report = try report()
        #expect(abs(report.phases.reduce(0) { $0 + $1.share } - 1) < 1e-12)
        #expect(report.phases.map(\.phase) == StepBenchmarkWatch.phases)
        #expect(abs(report.phases[1].share - 0.6) < 1e-12)
        #expect(report.limitRatios.map(\.phase) == [.products, .sampling, .statistics, .update])
        #expect(abs(report.limitRatios[3].ratio - 0.25) < 1e-12)
    }

    @Test("The comparison of parameters counts once in 1,000 steps")
    func comparisonOfParameters() throws {
        var report = try report()
        #expect(report.comparisonShare == nil)
        report.comparison = 0.002
        #expect(abs((report.comparisonShare ?? 0) - 0.0005) < 1e-12)
        let object = try #require(
            try JSONSerialization.jsonObject(with: Data(jsonText(report).utf8)) as? [String: Any])
        #expect(object["comparison_milliseconds"] as? Double == 2)
        #expect(object["comparison_share"] as? Double == 0.0005)
        #expect("\(report.table.lines)".contains("0.050 % of them"))
    }

    @Test("The JSON object has the keys of the contract, on one line")
    func json() throws {
        let text = jsonText(try report(.integer))
        #expect(!text.contains("\n"))
        let object = try #require(
            try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
        let contract: Set = [
            "milliseconds_per_step", "samples_per_second", "gflops", "roofline_gflops", "phases",
            "arithmetic", "ranks", "grid", "threads", "ratio_to_roofline", "memory_of_weights",
        ]
        #expect(contract.isSubset(of: object.keys))
        #expect(object["milliseconds_per_step"] as? Double == 4)
        #expect(object["roofline_gflops"] as? Double == 133.8)
        #expect(object["arithmetic"] as? String == "integer")
        #expect(object["memory_of_weights"] as? Double == 2)
        #expect(object["ranks"] as? Int == 2)
        #expect(object["grid"] as? String == "2x1")
        #expect(object["threads"] as? Int == 3)
        #expect(
            object["kernels"] as? [String: String] == [
                "products": "wide", "statistics": "avx512",
            ])
        let phases = try #require(object["phases"] as? [String: Double])
        #expect(
            Set(phases.keys) == [
                "data", "products", "sampling", "statistics", "reduction", "update",
            ])
        #expect(abs(phases.values.reduce(0, +) - 1) < 1e-5)
    }

    @Test("What is not a number is null in JSON")
    func notFinite() throws {
        let text = jsonText(try report(oneDNN: .nan, openBLAS: .nan))
        #expect(text.contains("\"roofline_gflops\": null"))
    }

    @Test("The table names every phase, and warns of a machine that is not idle")
    func table() throws {
        let lines = try report().table.lines
        for phase in StepBenchmarkWatch.phases {
            #expect(lines.contains { $0.hasPrefix("\(phase) ") })
        }
        #expect(lines.allSatisfy { $0.count <= 100 })
        #expect(!lines.contains { $0.contains("Other programs") })
        let disturbed = try report(processorShare: 0.5).table.lines
        #expect(disturbed.contains { $0.contains("Other programs") && $0.contains("50.0 %") })
    }

    @Test("The table says by which kernels the products were made, and why")
    func kernels() throws {
        let lines = try report(.integer).table.lines
        #expect(
            lines.contains("kernel of the products: wide, of the statistics avx512 (the fastest)"))
    }

    @Test("A comparison has a row and a value under each key for every kernel")
    func comparison() throws {
        let comparison = KernelComparison([try report(.integer), try report(.integer)])
        let lines = comparison.table.lines
        #expect(lines.filter { $0.hasPrefix("wide ") }.count == 2)
        #expect(
            lines.contains { $0.contains("4.000") && $0.contains("2.400") && $0.contains("0.750") })
        let object = try #require(
            try JSONSerialization.jsonObject(with: Data(jsonText(comparison).utf8))
                as? [String: [String: Double]])
        #expect(object["milliseconds_per_step"]?["wide"] == 4)
        #expect(object["statistics_milliseconds"]?["wide"] == 0.8)
        #expect(object.keys.contains("ratio_to_roofline"))
        #expect(object.keys.contains("products_milliseconds"))
    }

    @Test("Measures survive the row of numbers that ranks add up")
    func row() throws {
        let measures = try report().measures
        #expect(StepBenchmarkMeasures(values: measures.values) == measures)
    }
}
