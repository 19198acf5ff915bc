import Foundation
import Storage
import TestSupport
import Testing

/// `wilson evaluate --per-case`: what is measured of each case.
@Suite(.launches, .timeLimit(.minutes(15))) struct PerCaseTests {
    private let run: SmallRun

    init() throws { run = try SmallRun() }

    /// The rows of the file, and the report.
    private func evaluate(
        _ model: String, _ data: String, to name: String = "scores.npy", ranks: Int? = nil
    ) throws -> (rows: [[Double]], report: [String: Any]) {
        let result = try Command.run(
            [
                "evaluate", model, "--data", data, "--json", "--per-case", run.folder.file(name),
            ], ranks: ranks, seconds: 30)
        #expect(result.status == 0, "\(result.words)")
        let file = try ArrayFile(path: run.folder.file(name))
        #expect(file.elementType == .float64 && file.shape.count == 2)
        let rows = try (0..<file.cases).map { number in
            var row = [Double](repeating: 0, count: 3)
            var span = row.mutableSpan
            try file.copyDoubles(case: number, into: &span)
            return row
        }
        let object = try JSONSerialization.jsonObject(with: Data(result.output.utf8))
        return (rows, try #require(object as? [String: Any]))
    }

    private func mean(_ rows: [[Double]], _ column: Int) -> Double {
        rows.reduce(0) { $0 + $1[column] } / Double(rows.count)
    }

    @Test func theirMeansAreThoseOfTheReport() throws {
        let model = try run.model()
        let (rows, report) = try evaluate(model, run.data)
        #expect(rows.count == 40)
        for (column, key) in [
            "mean_free_energy", "pseudo_log_likelihood", "reconstruction_cross_entropy",
        ]
        .enumerated() {
            let value = try #require(report[key] as? Double, "\(report)")
            #expect(abs(mean(rows, column) - value) < 1e-6 * max(1, abs(value)), "\(key)")
        }
        #expect(Set(rows.map { $0[0] }).count > 10)
        let first = try readBytes(of: run.folder.file("scores.npy"))
        _ = try evaluate(model, run.data, to: "three.npy", ranks: 3)
        #expect(try readBytes(of: run.folder.file("three.npy")) == first)
        // Equal cases have equal scores.
        let twice = run.folder.file("twice.npy")
        let bits = SmallRun.bits(cases: 40, units: 9)
        try writeNPY(bits + bits, shape: [80, 3, 3], to: twice)
        #expect(try evaluate(model, twice).rows == rows + rows)
    }

    @Test func realUnitsHaveNoPseudoLikelihood() throws {
        let data = run.folder.file("real.npy")
        let values: [Float] = (0..<360).map { place in Float(place * 37 % 101) / 50 - 1 }
        try writeNPY(values, shape: [40, 9], to: data)
        let model = try run.model([
            "data.train=\(data)", "layers.0.visible-units=gaussian", "training.learning-rate=0.01",
        ])
        let (rows, report) = try evaluate(model, data)
        #expect(rows.allSatisfy { $0[1].isNaN && $0[0].isFinite })
        let energy = try #require(report["mean_free_energy"] as? Double)
        #expect(abs(mean(rows, 0) - energy) < 1e-6 * abs(energy))
    }

    @Test func aFileThatCannotBeWrittenIsSaidFirst() throws {
        try Command.run([
            "evaluate", run.folder.file("none.safetensors"), "--data", run.data, "--per-case",
            run.folder.file("no/scores.npy"),
        ]).expectFault(73, "no/scores.npy")
    }
}
