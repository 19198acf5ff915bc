import Foundation
import Storage
import TestSupport
import Testing

/// A training whose chains do not follow the model says so, also to people who asked for quiet.
@Suite(.launches, .timeLimit(.minutes(15))) struct WarningCommandTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        // Far in the ordered phase: a chain never turns its spins over.
        _ = try folder.write(
            """
            data: {ising: {size: 6, coupling: 1.0}}
            layers: [{visible-units: spin, hidden: 20, hidden-units: spin}]
            """, to: "ordered.yaml")
    }

    private func train(
        _ configuration: String = "ordered.yaml", _ settings: String..., ranks: Int? = nil
    ) throws -> (run: Command.Result, lastRecord: String, model: String) {
        let own = "own-\(UUID().uuidString)"
        let run = try Command.run(
            [
                "train", folder.file(configuration), "--output", folder.file(own), "--quiet",
                "--threads", "1",
            ] + settings.flatMap { ["--set", $0] }, ranks: ranks)
        #expect(run.status == 0, "\(run.words)")
        let records = String(
            decoding: try folder.bytes("\(own)/metrics.jsonl"), as: UTF8.self
        ).split(separator: "\n")
        return (
            run, String(try #require(records.last)), folder.file("\(own)/model.safetensors")
        )
    }

    /// The exact mean log-likelihood of the cases of a file.
    private func likelihood(of model: String, on cases: String) throws -> Double {
        let run = try Command.run(["evaluate", model, "--data", cases, "--json"])
        let found = try JSONSerialization.jsonObject(with: Data(run.output.utf8))
        return try #require((found as? [String: Any])?["log_likelihood"] as? Double)
    }

    @Test func chainsThatLeaveTheDataAreWarnedOf() throws {
        let (run, record, _) = try train("ordered.yaml", "training.global-flips=false")
        #expect(run.errors.contains("wilson: warning: chains-off-data: "), "\(run.words)")
        #expect(record.contains("\"chains-off-data\""), "\(record)")
    }

    /// Of this seed, half of the chains are up as half of the cases are, and the biases are far off.
    @Test func chainsThatMissAModeAreWarnedOf() throws {
        let (run, record, _) = try train(
            "ordered.yaml", "training.global-flips=false", "training.seed=2")
        #expect(run.errors.contains("wilson: warning: chains-miss-modes: "), "\(run.words)")
        #expect(record.contains("\"warnings\": [\"chains-miss-modes\"]"), "\(record)")
    }

    @Test func temperedChainsFollowTheModel() throws {
        let (run, record, _) = try train("ordered.yaml", "training.algorithm=pt")
        #expect(!run.errors.contains("warning"), "\(run.words)")
        #expect(record.contains("\"warnings\": []"), "\(record)")
    }

    /// Chains that may turn over as a whole learn both signs: the best possible is −0.81.
    @Test(arguments: [1, 2, 3]) func chainsThatTurnOverLearnBothSigns(seed: Int) throws {
        let (_, record, model) = try train("ordered.yaml", "training.seed=\(seed)")
        #expect(record.contains("\"warnings\": []"), "\(record)")
        let cases = folder.file("cases.npy")
        let drawn = try Command.run([
            "ising", "sample", "--size", "6", "--coupling", "1.0", "--samples", "5000", "--seed",
            "77", "--output", cases,
        ])
        #expect(drawn.status == 0, "\(drawn.words)")
        #expect(try likelihood(of: model, on: cases) > -1.11)
    }

    /// Two modes of bits, which no sweep joins once they are learned: after 300 steps the machine knows
    /// both, and after 1,000 one of them holds all but e⁻³⁰ of its probability.
    @Test func modesThatNoSweepJoinsAreWarnedOf() throws {
        let cases = (0..<1000).flatMap { [Float](repeating: $0 < 500 ? 0 : 1, count: 36) }
        try writeNPY(cases, shape: [1000, 36], to: folder.file("halves.npy"))
        _ = try folder.write(
            """
            data: {train: \(folder.file("halves.npy")), held-out: 0}
            layers: [{hidden: 8}]
            """, to: "halves.yaml")
        let (_, record, model) = try train("halves.yaml", "training.epochs=100")
        #expect(record.contains("\"chains-miss-modes\""), "\(record)")
        #expect(try likelihood(of: model, on: folder.file("halves.npy")) < -10)
        let (_, early, known) = try train("halves.yaml")
        #expect(early.contains("\"warnings\": [\"few-steps\"]"), "\(early)")
        #expect(try likelihood(of: known, on: folder.file("halves.npy")) > -4)
        // What is found does not depend on who looks.
        let (_, shared, _) = try train("halves.yaml", "training.epochs=100", ranks: 3)
        #expect(shared.contains("\"chains-miss-modes\""), "\(shared)")
    }

    // MARK: Learning and data

    /// Trains on cases of numbers for some steps; returns the names that the last record warns of, but
    /// for those of the chains and of the few steps.
    private func warnings(
        _ values: [Float], shape: [Int], layer: String = "hidden: 6", _ settings: [String] = [],
        ranks: Int? = nil
    ) throws -> String {
        try writeNPY(values, shape: shape, to: folder.file("cases.npy"))
        let configuration = try folder.write(
            """
            data: {train: \(folder.file("cases.npy")), held-out: 0.2}
            layers: [{\(layer)}]
            training: {batch: 20, chains: batch, epochs: 6}
            """, to: "cases.yaml")
        let own = "own-\(UUID().uuidString)"
        let run = try Command.run(
            [
                "train", configuration, "--output", folder.file(own), "--resume", "never",
                "--quiet", "--threads", "1",
            ] + settings.flatMap { ["--set", $0] }, ranks: ranks)
        #expect(run.status == 0, "\(run.words)")
        let text = String(decoding: try folder.bytes("\(own)/metrics.jsonl"), as: UTF8.self)
        let last = try #require(text.split(separator: "\n").last)
        let start = try #require(last.firstRange(of: "\"warnings\": [")).upperBound
        let names = last[start...].prefix { $0 != "]" }.split(separator: ",")
            .map { $0.filter { $0 != " " } }
        for name in names {
            let line = "wilson: warning: \(name.filter { $0 != "\"" }): "
            #expect(run.errors.contains(line), "\(run.words)")
        }
        // Chains of noise may be judged by chance, and all these trainings are short.
        return names.filter { !$0.contains("chains-") && !$0.contains("few-steps") }
            .joined(separator: ",")
    }

    /// Cases of bits with a probability of ½, but for the columns that have a value of their own.
    private func bits(_ cases: Int, _ columns: Int, constant: Int = 0) -> [Float] {
        var generator = TestGenerator(seed: 7)
        return (0..<cases).flatMap { _ in
            (0..<columns).map { $0 < constant ? 1 : generator.normal() < 0 ? 1 : 0 }
        }
    }

    @Test func goodDataAreQuiet() throws {
        #expect(try warnings(bits(200, 9), shape: [200, 9]) == "")
        // Pictures have edges that never vary.
        #expect(try warnings(bits(200, 9, constant: 4), shape: [200, 3, 3]) == "")
    }

    @Test func columnsThatNeverVaryAreWarnedOf() throws {
        let table = bits(2000, 9, constant: 1)
        for ranks in [nil, 2] {
            #expect(
                try warnings(table, shape: [2000, 9], ranks: ranks) == "\"columns-never-vary\"")
        }
        #expect(
            try warnings(bits(200, 9, constant: 5), shape: [200, 3, 3])
                == "\"columns-never-vary\"")
        // One case of two thousand is another.
        var once = table
        once[9 * 1234] = 0
        #expect(try warnings(once, shape: [2000, 9], ["data.held-out=0"], ranks: 2) == "")
    }

    @Test func equalCasesAreWarnedOf() throws {
        #expect(
            try warnings(bits(40, 9, constant: 9), shape: [40, 9]).contains("\"cases-all-equal\""))
    }

    @Test func unitVarianceOnWideOrNarrowDataIsWarnedOf() throws {
        var generator = TestGenerator(seed: 8)
        let values = (0..<200 * 4).map { _ in Float(generator.normal()) }
        let layer = "visible-units: gaussian, hidden: 3"
        let rate = ["training.learning-rate=0.0001"]
        let wide = values.map { 10 * $0 }
        let shape = [200, 4]
        let name = "\"data-off-unit-variance\""
        #expect(try warnings(values, shape: shape, layer: layer, rate) == "")
        #expect(try warnings(wide, shape: shape, layer: layer, rate).contains(name))
        #expect(
            try warnings(values.map { 0.1 * $0 }, shape: shape, layer: layer, rate).contains(name))
        #expect(
            try !warnings(wide, shape: shape, layer: layer, rate + ["data.standardize=true"])
                .contains(name))
        #expect(
            try !warnings(wide, shape: shape, layer: layer + ", visible-variance: learned", rate)
                .contains(name))
    }

    @Test func aRateThatKillsHiddenUnitsIsWarnedOf() throws {
        let settings = ["training.learning-rate=200", "training.schedule=constant"]
        #expect(
            try warnings(bits(200, 9), shape: [200, 9], settings).contains("\"dead-hidden-units\""))
    }

    @Test func earlyStopsThatChanceDecidesOrThatCannotActAreWarnedOf() throws {
        let cases = bits(200, 9)
        let late = try warnings(
            cases, shape: [200, 9], ["training.early-stop={gap: 50, patience: 7}"])
        #expect(late == "\"early-stop-cannot-act\"")
        let narrow = try warnings(
            cases, shape: [200, 9], ["training.early-stop={gap: 1e-6, patience: 6}"])
        #expect(narrow == "\"held-out-too-small\"")
        // A stop that acts, and a gap that the error of the held-out cases leaves to be seen.
        let fair = try warnings(
            cases, shape: [200, 9], ["training.early-stop={gap: 50, patience: 6}"])
        #expect(fair == "")
    }
}
