import Foundation
import TestSupport
import Testing

@Suite(.launches) struct RGTensorCommandTests {
    private func json(_ arguments: [String], ranks: Int? = nil) throws -> [String: Any] {
        let run = try Command.run(["rg", "tensor", "--json"] + arguments, ranks: ranks)
        #expect(run.status == 0, "\(run.words)")
        let line = try #require(run.output.split(separator: "\n").last)
        return try #require(
            JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any], "\(run.words)")
    }

    /// Method, χ, the largest relative error.
    @Test(
        arguments: [("trg", 16, 6e-6), ("btrg", 16, 4e-7), ("hotrg", 8, 2e-5)]
            as [(String, Int, Double)])
    func theCriticalPointBesideOnsager(method: String, bondDimension: Int, bound: Double) throws {
        let report = try json(
            ["--method", method, "--bond-dimension", "\(bondDimension)", "--coupling", "critical"])
        let energy = try #require(report["free_energy"] as? Double)
        let exact = try #require(report["exact"] as? Double)
        let error = try #require(report["relative_error"] as? Double)
        #expect(abs(exact + 0.929695398341610) < 1e-14)
        #expect(abs(error - abs(energy / exact - 1)) < 1e-15)
        #expect(error < bound && error > bound / 4)
        let charge = try #require(report["central_charge"] as? Double)
        let sigma = try #require(report["x_sigma"] as? Double)
        let epsilon = try #require(report["x_epsilon"] as? Double)
        #expect(abs(charge - 0.5) < 0.01 && abs(sigma - 0.125) < 1e-3 && abs(epsilon - 1) < 0.11)
        // ½ and ⅛, and what the 16×16 torus adds.
        #expect(abs(try #require(report["exact_central_charge"] as? Double) - 0.501421) < 1e-6)
        #expect(abs(try #require(report["exact_x_sigma"] as? Double) - 0.125203) < 1e-6)
        #expect(abs(try #require(report["exact_x_epsilon"] as? Double) - 0.996803) < 1e-6)
        #expect(report["exact_lattice"] as? String == "infinite")
        let levels = try #require(report["levels"] as? [[String: Any]])
        #expect(levels.compactMap { $0["size"] as? Int } == [2, 4, 8, 16, 32, 64])
        #expect(levels[3]["x_sigma"] as? Double == sigma)
        #expect(levels[5]["central_charge"] is NSNull)
    }

    @Test func elsewhereThePhaseAndNoCriticalData() throws {
        for (coupling, phase) in [("0.4", 1.0), ("0.5", 2)] {
            let report = try json(
                ["--method", "trg", "--bond-dimension", "8", "--coupling", coupling])
            for key in ["central_charge", "x_sigma", "x_epsilon"] {
                #expect(report[key] is NSNull, "\(key)")
            }
            let found = try #require(report["phase_number"] as? Double)
            #expect(abs(found - phase) < 1e-2)
        }
        let words = try Command.run(
            ["rg", "tensor", "--method", "trg", "--bond-dimension", "4", "--coupling", "0.4"])
        #expect(words.status == 0 && words.output.contains("the critical coupling only"))
    }

    @Test func fewStepsAreASmallTorus() throws {
        let report = try json([
            "--method", "hotrg", "--bond-dimension", "16", "--coupling", "critical", "--steps", "4",
        ])
        // ln Z(4×4) = 15.521915458755.
        let energy = try #require(report["free_energy"] as? Double)
        #expect(abs(energy + 15.521915458755 / 16) < 1e-12)
        #expect(try #require(report["relative_error"] as? Double) < 1e-11)
        // No torus of 16×16 on the way.
        #expect(report["x_sigma"] is NSNull && report["central_charge"] is NSNull)
        let odd = try json([
            "--method", "trg", "--bond-dimension", "2", "--coupling", "1", "--steps", "1",
        ])
        #expect(abs(try #require(odd["exact"] as? Double) + 2.0) < 0.01)
    }

    @Test func rankZeroAloneSpeaks() throws {
        let arguments = ["--method", "trg", "--bond-dimension", "4", "--coupling", "critical"]
        let run = try Command.run(["rg", "tensor"] + arguments, ranks: 2)
        #expect(run.status == 0, "\(run.words)")
        #expect(run.output.components(separatedBy: "relative error").count == 2, "\(run.words)")
        let alone = try json(arguments)
        let together = try json(arguments + ["--threads", "1"], ranks: 3)
        #expect(alone["free_energy"] as? Double == together["free_energy"] as? Double)
    }

    @Test(
        arguments: [
            (["trg", "1", "critical"], "bond dimension 1: expected 2 to 200"),
            (["trg", "0", "critical"], "bond dimension 0: expected 2 to 200"),
            (["hotrg", "100000000", "critical"], "bond dimension 100000000: expected 2 to 200"),
            (["hotrg", "-4", "critical"], "bond-dimension"),
            (["hotrg", "200", "critical"], "expected at most"),
            (["trg", "8", "-0.3"], "K = 0.3"),
            (["trg", "8", "0"], "coupling 0.0: expected a positive number"),
            (["trg", "8", "nan"], "`nan` is no coupling"),
            (["trg", "8", "1e9"], "coupling 1000000000.0"),
            (["trg", "8", "warm"], "`warm` is no coupling"),
            (["tnr", "8", "critical"], "tnr"),
            (["trg", "8", "critical", "--steps", "0"], "0 steps: expected 1 to 200"),
            (["trg", "8", "critical", "--steps", "1000"], "1000 steps: expected 1 to 200"),
            (["trg", "8", "critical", "--threads", "0"], "--threads is 0"),
        ] as [([String], String)])
    func refusesWithTheReason(words: [String], reason: String) throws {
        let run = try Command.run(
            [
                "rg", "tensor", "--method", words[0], "--bond-dimension", words[1], "--coupling",
                words[2],
            ] + words[3...])
        #expect(run.status == 64, "\(run.words)")
        #expect(run.errors.contains(reason) && run.output.isEmpty, "\(run.words)")
    }
}
