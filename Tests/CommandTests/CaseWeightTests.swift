import Foundation
import Storage
import TestSupport
import Testing

/// Weights count as repeated cases do.
@Suite(.launches, .timeLimit(.minutes(3))) struct CaseWeightTests {
    private let run: SmallRun

    init() throws { run = try SmallRun() }

    private func record(_ name: String) throws -> [String] {
        try GoldenRecord(ofRun: run.folder.file(name)).lines
    }

    private func train(_ settings: [String], to output: String, ranks: Int? = nil) throws {
        let result = try run.train(settings, output: output, ranks: ranks)
        #expect(result.status == 0, "\(result.words)")
    }

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
        try train([held, "data.weights=\(file)"], to: "weighted")
        try train([held, "data.weights=\(file)"], to: "ranks", ranks: 3)
        try train([held, "data.train=\(all)"], to: "repeated")
        #expect(try record("weighted") == record("repeated"))
        #expect(try record("weighted") == record("ranks"))
        try train([held], to: "equal")
        #expect(try record("weighted") != record("equal"))
    }

    /// In a held-out file and in what is measured.
    @Test func otherCasesAreWeightedToo() throws {
        let (file, all) = try writeCases()
        try train(["data.held-out=\(run.data)", "data.held-out-weights=\(file)"], to: "weighted")
        try train(["data.held-out=\(all)"], to: "repeated")
        #expect(try record("weighted") == record("repeated"))
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

    @Test func otherWeightsGiveTheSameBitsOnAnyRanksAndGoOn() throws {
        let file = run.folder.file("weights.csv")
        try (0..<40).map { "\(Double($0 % 7) / 3)" }.joined(separator: "\n")
            .write(toFile: file, atomically: true, encoding: .utf8)
        let weights = "data.weights=\(file)"
        try train([weights], to: "one")
        try train([weights], to: "three", ranks: 3)
        #expect(try record("one") == record("three"))
        let stopped = try run.train(
            [weights], output: "stopped", options: ["--stop-after-steps", "5"])
        #expect(stopped.status == 75, "\(stopped.words)")
        try train([weights], to: "stopped")
        #expect(try record("one") == record("stopped"))
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
