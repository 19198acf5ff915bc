import Foundation
import Storage
import TestSupport
import Testing

/// Weights count as repeated cases do.
@Suite(.launches, .timeLimit(.minutes(15))) struct CaseWeightTests {
    private let run: SmallRun

    init() throws { run = try SmallRun() }

    /// Writes weights of 0 to 3 for the cases of the run, and these cases as often as they weigh.
    private func writeCases() throws -> (weights: String, repeated: String) {
        let bits = SmallRun.bits(cases: 40, units: 9)
        let weights = (0..<40).map { UInt8($0 % 4) }
        let repeated = weights.enumerated().flatMap { number, weight in
            (0..<weight).flatMap { _ in bits[(9 * number)..<(9 * number + 9)] }
        }
        let (file, all) = (run.folder.file("weights.npy"), run.folder.file("repeated.npy"))
        try writeNPY(weights, shape: [40], to: file)
        try writeNPY(repeated, shape: [60, 3, 3], to: all)
        return (file, all)
    }

    @Test func wholeWeightsAreRepeatedCases() throws {
        let (file, all) = try writeCases()
        let held = "data.held-out=\(run.data)"
        try run.succeed([held, "data.weights=\(file)"], to: "weighted")
        try run.succeed([held, "data.weights=\(file)"], to: "ranks", ranks: 3)
        try run.succeed([held, "data.train=\(all)"], to: "repeated")
        #expect(try run.record("weighted") == run.record("repeated"))
        #expect(try run.record("weighted") == run.record("ranks"))
        try run.succeed([held], to: "equal")
        #expect(try run.record("weighted") != run.record("equal"))
    }

    /// In a held-out file and in what is measured.
    @Test func otherCasesAreWeightedToo() throws {
        let (file, all) = try writeCases()
        try run.succeed(
            ["data.held-out=\(run.data)", "data.held-out-weights=\(file)"], to: "weighted")
        try run.succeed(["data.held-out=\(all)"], to: "repeated")
        #expect(try run.record("weighted") == run.record("repeated"))
        func measured(_ data: String, _ more: [String] = [], ranks: Int? = nil) throws -> String {
            let result = try Command.run(
                [
                    "evaluate", run.folder.file("weighted/model.safetensors"), "--data", data,
                    "--json",
                ] + more, ranks: ranks, seconds: 30)
            #expect(result.status == 0, "\(result.words)")
            return result.output
        }
        let found = try measured(run.data, ["--weights", file])
        #expect(try found == measured(all))
        #expect(try found == measured(run.data, ["--weights", file], ranks: 3))
        #expect(try found != measured(run.data))
        try Command.run([
            "evaluate", run.folder.file("weighted/model.safetensors"), "--data", all, "--weights",
            file,
        ]).expectFault(65, "weights.npy", "[40]", "60 cases of", "repeated.npy")
    }

    /// Numbers with fractions weigh what is measured of each case exactly; only their ratios count.
    @Test func measuredMeansAreThoseOfTheWeights() throws {
        let model = try run.model()
        let weights = (0..<40).map { Double($0 % 7) / 3 + 0.1 }
        func write(_ name: String, times factor: Double) throws -> String {
            _ = try run.folder.write(
                weights.map { "\($0 * factor)" }.joined(separator: "\n"), to: name)
            return run.folder.file(name)
        }
        func measure(_ more: [String], ranks: Int? = nil) throws -> String {
            let result = try Command.run(
                ["evaluate", model, "--data", run.data, "--json"] + more, ranks: ranks, seconds: 30)
            #expect(result.status == 0, "\(result.words)")
            return result.output
        }
        let each = run.folder.file("each.npy")
        _ = try measure(["--per-case", each])
        let once = try write("once.csv", times: 1)
        let found = try measure(["--weights", once])
        #expect(try found == measure(["--weights", once], ranks: 3))
        let object = try JSONSerialization.jsonObject(with: Data(found.utf8))
        let report = try #require(object as? [String: Any])
        let scores = try ArrayFile(path: each)
        var sums = [0.0, 0, 0]
        var row = [Double](repeating: 0, count: 3)
        for (number, weight) in weights.enumerated() {
            var span = row.mutableSpan
            try scores.copyDoubles(case: number, into: &span)
            for i in sums.indices { sums[i] += weight * row[i] / weights.reduce(0, +) }
        }
        let keys = [
            "mean_free_energy", "pseudo_log_likelihood", "reconstruction_cross_entropy",
        ]
        for (key, sum) in zip(keys, sums) {
            // Each case is rounded to 2⁻²⁴.
            #expect(abs(try #require(report[key] as? Double) - sum) < 1e-6, "\(key)")
        }
        #expect(report["cases"] as? Int == 40)
        let twice = try measure(["--weights", write("twice.csv", times: 2)])
        #expect(twice == found)
    }

    /// The draws for a case are its own, so that the bounds of both halves have the mean of the whole.
    @Test func boundsOfStacksAreWeighted() throws {
        try run.succeed(["layers=[{hidden: 5}, {hidden: 3}]", "training.epochs=20"], to: "stack")
        func bound(_ weight: ((Int) -> Double)? = nil) throws -> Double {
            let file = run.folder.file("halves.csv")
            _ = try run.folder.write(
                (0..<40).map { "\(weight?($0) ?? 1)" }.joined(separator: "\n"), to: "halves.csv")
            let result = try Command.run(
                [
                    "evaluate", run.folder.file("stack/model.safetensors"), "--data", run.data,
                    "--json",
                ] + (weight == nil ? [] : ["--weights", file]), seconds: 30)
            let object = try JSONSerialization.jsonObject(with: Data(result.output.utf8))
            let report = try #require(object as? [String: Any])
            let layers = try #require(report["per_layer"] as? [[String: Any]])
            return try #require(layers[1]["bound"] as? Double)
        }
        let (first, second) = (
            try bound { $0 < 20 ? 0.5 : 0 }, try bound { $0 < 20 ? 0 : 0.5 }
        )
        #expect(abs(first - second) > 0.01)
        #expect(try abs((first + second) / 2 - bound()) < 1e-6)
    }

    /// The first model, which hangs on no draw, has the same means over cases that weigh quarters of whole
    /// numbers and over cases that are repeated.
    ///
    /// Each case is rounded to 2⁻²⁴, and each activity to 2⁻¹⁶.
    @Test(arguments: [nil, 3]) func recordsAreExactInWeightsWithFractions(ranks: Int?) throws {
        func file(_ name: String, _ weight: (Int) -> Double) throws -> String {
            let text = (0..<40).map { "\(weight($0))" }.joined(separator: "\n")
            _ = try run.folder.write(text, to: name)
            return run.folder.file(name)
        }
        func records(_ output: String, times factor: Double) throws -> [[String: Any]] {
            let weights = try file("\(output).csv") { factor * Double($0 % 4) }
            let others = try file("\(output)-held-out.csv") { factor * Double($0 * 3 % 4) }
            try run.succeed(
                [
                    "data.weights=\(weights)", "data.held-out=\(run.data)",
                    "data.held-out-weights=\(others)", "monitor.cases=1000",
                    "monitor.pseudo-likelihood-cases=1000", "layers.0.initial-weights=0.5",
                    "layers.0.initial-visible-bias=zero",
                ], to: output, ranks: ranks)
            return try String(
                decoding: run.folder.bytes("\(output)/metrics.jsonl"), as: UTF8.self
            ).split(separator: "\n").map { line in
                let object = try JSONSerialization.jsonObject(with: Data(line.utf8))
                return try #require(object as? [String: Any])
            }
        }
        let (quarters, whole) = try (
            records("quarters", times: 0.25), records("whole", times: 1)
        )
        for key in [
            "free_energy_train", "free_energy_held_out", "pseudo_log_likelihood_held_out",
            "reconstruction_cross_entropy", "mean_hidden_activity",
        ] {
            let found = try #require(quarters[0][key] as? Double)
            let exact = try #require(whole[0][key] as? Double)
            #expect(abs(found - exact) < (key == "mean_hidden_activity" ? 2e-5 : 2e-7), "\(key)")
        }
        let gap = try #require(quarters[0]["free_energy_gap"] as? Double)
        #expect(abs(gap) > 0.01, "both sets have nearly one mean, so that little was tested")
        // And the last record is what is measured of the model.
        let measured = try Command.run(
            [
                "evaluate", run.folder.file("quarters/model.safetensors"), "--data", run.data,
                "--weights", run.folder.file("quarters-held-out.csv"), "--json",
            ], seconds: 30)
        let object = try JSONSerialization.jsonObject(with: Data(measured.output.utf8))
        let report = try #require(object as? [String: Any], "\(measured.words)")
        let last = try #require(quarters.last)
        for (key, other, error) in [
            ("free_energy_held_out", "mean_free_energy", 1e-3),
            ("pseudo_log_likelihood_held_out", "pseudo_log_likelihood", 1e-6),
        ] {
            let found = try #require(last[key] as? Double)
            #expect(abs(try #require(report[other] as? Double) - found) < error, "\(key)")
        }
    }

    @Test func otherWeightsGiveTheSameBitsOnAnyRanksAndGoOn() throws {
        let file = run.folder.file("weights.csv")
        try (0..<40).map { "\(Double($0 % 7) / 3)" }.joined(separator: "\n")
            .write(toFile: file, atomically: true, encoding: .utf8)
        let weights = "data.weights=\(file)"
        try run.succeed([weights], to: "one")
        try run.succeed([weights], to: "three", ranks: 3)
        #expect(try run.record("one") == run.record("three"))
        let stopped = try run.train(
            [weights], output: "stopped", options: ["--stop-after-steps", "5"])
        #expect(stopped.status == 75, "\(stopped.words)")
        try run.succeed([weights], to: "stopped")
        #expect(try run.record("one") == run.record("stopped"))
    }

    @Test func wrongWeightsAreNamed() throws {
        let file = run.folder.file("weights.npy")
        try writeNPY([Float](repeating: 1, count: 39), shape: [39], to: file)
        try run.train(["data.weights=\(file)"]).expectFault(65, "weights.npy", "[39]", "40 cases")
        var values = [Float](repeating: 1, count: 40)
        values[7] = -1
        try writeNPY(values, shape: [40], to: file)
        try run.train(["data.weights=\(file)"]).expectFault(65, "weight 7 is -1.0")
        try writeNPY([Float](repeating: 0, count: 40), shape: [40], to: file)
        try run.train(["data.weights=\(file)"]).expectFault(65, "sum of weights of 0.0")
    }
}
