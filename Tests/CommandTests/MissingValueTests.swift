import Foundation
import Storage
import TestSupport
import Testing

/// Trainings on cases of which some values are missing.
@Suite(.launches, .timeLimit(.minutes(15))) struct MissingValueTests {
    private let run: SmallRun

    init() throws { run = try SmallRun() }

    /// The 40 cases of 9 bits as numbers, every fifth of which is missing.
    private var numbers: [Float] {
        SmallRun.bits(cases: 40, units: 9).enumerated().map { place, bit in
            place % 5 == 3 ? .nan : Float(bit)
        }
    }

    private func lacking(_ name: String = "lacking.npy", _ values: [Float]? = nil) throws -> String
    {
        try writeNPY(values ?? numbers, shape: [40, 3, 3], to: run.folder.file(name))
        return "data.train=\(run.folder.file(name))"
    }

    @Test(arguments: [
        ["training.algorithm=pcd"],
        ["training.algorithm=cd", "training.chains=auto"],
        ["training.algorithm=pt", "training.tempering.levels=3"],
        ["layers=[{hidden: 6}, {hidden: 3}]"],
        ["layers.0.visible-units=spin", "arithmetic=integer-one-byte"],
        // So long that trial steps would look for a grid, and enough hidden units to divide.
        ["layers.0.hidden=130", "training.epochs=80", "monitor.every=100 steps"],
    ])
    func theBitsAreTheSameOnAnyRanksAndAfterAStop(_ settings: [String]) throws {
        let all = try settings + [lacking(), "data.missing=sample"]
        try run.succeed(all, to: "one")
        try run.succeed(all, to: "three", ranks: 3)
        #expect(try run.record("one") == run.record("three"))
        try run.succeed(all + ["grid=1x2"], to: "divided", ranks: 2)
        #expect(try run.record("one") == run.record("divided"))
        let stopped = try run.train(all, output: "stopped", options: ["--stop-after-steps", "5"])
        #expect(stopped.status == 75, "\(stopped.words)")
        try run.succeed(all, to: "stopped")
        #expect(try run.record("one") == run.record("stopped"))
    }

    /// A text with holes holds the same cases as an array with NaN.
    @Test func textsAndArraysAgree() throws {
        let words = ["", "NA", "nan", "?", "null"]
        let text = (0..<40).map { row in
            (0..<9).map { column in
                let value = numbers[9 * row + column]
                return value.isNaN ? words[(row + column) % 5] : "\(Int(value))"
            }.joined(separator: ",")
        }
        _ = try run.folder.write(text.joined(separator: "\n"), to: "cases.csv")
        let flat = run.folder.file("flat.npy")
        try writeNPY(numbers, shape: [40, 9], to: flat)
        try run.succeed(["data.train=\(flat)", "data.missing=sample"], to: "array")
        try run.succeed(
            ["data.train=\(run.folder.file("cases.csv"))", "data.missing=sample"], to: "text")
        func model(_ name: String) throws -> [Tensor] {
            let file = try SafetensorsFile(path: run.folder.file("\(name)/model.safetensors"))
            return file.tensors.keys.sorted().compactMap { file.tensors[$0] }
        }
        #expect(try model("array") == model("text"))
    }

    /// Where nothing is missing the model is the one of `refuse`; a held-out file may lack values too.
    @Test func wholeCasesTrainAsBefore() throws {
        let whole = try lacking("whole.npy", numbers.map { $0.isNaN ? 1 : $0 })
        try run.succeed([whole], to: "refuse")
        try run.succeed([whole, "data.missing=sample"], to: "sample")
        let (refused, sampled) = (try metrics("refuse"), try metrics("sample"))
        #expect(refused == sampled)
        _ = try lacking()
        try run.succeed(
            [whole, "data.missing=sample", "data.held-out=\(run.folder.file("lacking.npy"))"],
            to: "held")
        #expect(try metrics("held").count == refused.count)
    }

    /// The free energies of the records.
    private func metrics(_ name: String) throws -> [Double] {
        let text = try String(
            contentsOfFile: run.folder.file("\(name)/metrics.jsonl"), encoding: .utf8)
        return try text.split(separator: "\n").map { line in
            let object = try JSONSerialization.jsonObject(with: Data(line.utf8))
            let record = try #require(object as? [String: Any])
            return try #require(record["free_energy_train"] as? Double)
        }
    }

    @Test func realTablesWithHolesAreStandardizedByWhatIsThere() throws {
        let rows = (0..<40).map { row in
            row % 4 == 1 ? "100,,\(row)" : "\(90 + row % 21),\(Double(row) / 7),"
        }
        _ = try run.folder.write(
            "size,weight,age\n" + rows.joined(separator: "\n"), to: "table.csv")
        try run.succeed(
            [
                "data.train=\(run.folder.file("table.csv"))", "data.missing=sample",
                "data.standardize=true", "layers.0.visible-units=gaussian",
                "training.learning-rate=0.01",
            ], to: "table")
        let model = try SafetensorsFile(path: run.folder.file("table/model.safetensors"))
        let means = try #require(model.tensors["data.mean"])
        #expect(means.shape == [3])
        #expect(try metrics("table").allSatisfy { $0.isFinite })
    }

    @Test func missingValuesAreRefusedUnlessTheyAreWanted() throws {
        try run.train([lacking()]).expectFault(65, "case 0 holds", "data.missing: sample")
        _ = try run.folder.write("a,b\n1,0\n0,\n", to: "holes.csv")
        try run.train(["data.train=\(run.folder.file("holes.csv"))"]).expectFault(
            65, "line 3, column 2 (b) has no value", "data.missing: sample")
        let none = try lacking("none.npy", [Float](repeating: .nan, count: 360))
        try run.train([none, "data.missing=sample"]).expectFault(65, "no value that is not missing")
        let infinite = try lacking("infinite.npy", numbers.map { $0 == 1 ? .infinity : $0 })
        try run.train([infinite, "data.missing=sample"]).expectFault(65, "infinite")
    }
}
