import Foundation
import TestSupport
import Testing

/// The Ising model in a field and in one dimension, as a user solves and draws it.
@Suite(.launches, .timeLimit(.minutes(15))) struct IsingFieldCommandTests {
    private func object(_ arguments: [String], ranks: Int? = nil) throws -> [String: Any] {
        let run = try Command.run(arguments + ["--json"], ranks: ranks)
        #expect(run.status == 0, "\(run.words)")
        let last = run.output.split(separator: "\n").last.map(String.init) ?? ""
        let parsed = try JSONSerialization.jsonObject(with: Data(last.utf8))
        return try #require(parsed as? [String: Any])
    }

    private func number(_ object: [String: Any], _ key: String) throws -> Double {
        try #require(object[key] as? Double, "\(key) of \(object)")
    }

    @Test func exactResults() throws {
        let torus = try object(["ising", "exact", "--size", "40", "--coupling", "critical"])
        #expect(abs(try number(torus, "log_z") - 1488.1526002282) < 1e-9)
        let infinite = try #require(torus["infinite"] as? [String: Any])
        #expect(abs(try number(infinite, "energy") + 2.0.squareRoot()) < 1e-12)
        #expect(try number(infinite, "magnetization") == 0)
        let cold = try object(["ising", "exact", "--size", "8", "--coupling", "0.5"])
        let ordered = try #require(cold["infinite"] as? [String: Any])
        #expect(abs(try number(ordered, "magnetization") - 0.91131938) < 1e-8)

        // One spin in a field on each side of a chain of two: Z = 2e^K cosh 2h + 2e^{−K}.
        let chain = try object([
            "ising", "chain", "--size", "2", "--coupling", "-0.4", "--field", "0.3", "--open",
        ])
        let z = 2 * exp(-0.4) * cosh(0.6) + 2 * exp(0.4)
        #expect(abs(try number(chain, "log_z") - log(z)) < 1e-14)
        let slope = 4 * exp(-0.4) * sinh(0.6) / z
        #expect(abs(try number(chain, "magnetization") - slope / 2) < 1e-14)
    }

    @Test func aFieldIsDrawnAndSolved() throws {
        let lattice = ["--size", "4", "--coupling", "0.3", "--field", "0.1"]
        let exact = try object(["ising", "exact"] + lattice)
        let folder = try TemporaryFolder()
        var files: [Data] = []
        for ranks in [nil, 2] as [Int?] {
            let drawn = try object(
                ["ising", "sample", "--samples", "6400", "--output", folder.file("a.npy")]
                    + lattice, ranks: ranks)
            for key in ["energy", "magnetization", "abs_magnetization"] {
                let error = try number(drawn, "\(key)_error")
                #expect(abs(try number(drawn, key) - number(exact, key)) < 4 * error, "\(key)")
            }
            files.append(try folder.bytes("a.npy"))
        }
        #expect(files[0] == files[1])
    }

    @Test func chainsAreDrawnBesideTheExactResults() throws {
        let folder = try TemporaryFolder()
        var files: [Data] = []
        for ranks in [nil, 3] as [Int?] {
            let drawn = try object(
                [
                    "ising", "chain", "sample", "--size", "6", "--coupling", "1", "--samples",
                    "5000", "--output", folder.file("chain.npy"),
                ], ranks: ranks)
            for key in ["energy", "magnetization"] {
                let error = try number(drawn, "\(key)_error")
                let exact = try number(drawn, "\(key)_exact")
                #expect(abs(try number(drawn, key) - exact) < 4 * error, "\(key)")
            }
            files.append(try folder.bytes("chain.npy"))
        }
        #expect(files[0] == files[1])
        #expect(files[0].count == 128 + 5000 * 6)
    }

    @Test func badInputIsRefusedWithTheReason() throws {
        let folder = try TemporaryFolder()
        let sample = ["ising", "sample", "--samples", "10", "--output", folder.file("a.npy")]
        let refused: [([String], String)] = [
            (["ising", "exact", "--size", "6", "--coupling", "1", "--field", "1"], "2 to 5"),
            (["ising", "exact", "--size", "4", "--coupling", "1", "--field", "11"], "field 11"),
            (["ising", "exact", "--size", "4", "--coupling", "1", "--field", "nan"], "--field"),
            (["ising", "chain", "--size", "1", "--coupling", "1"], "at least 2"),
            (["ising", "chain", "--size", "0", "--coupling", "1", "--open"], "at least 1"),
            (sample + ["--size", "8", "--coupling", "-0.4", "--field", "0.1"], "antiferromagnet"),
            (
                sample + [
                    "--size", "8", "--coupling", "0.4", "--field", "0.1", "--method", "wolff",
                ],
                "metropolis"
            ),
            (
                [
                    "ising", "chain", "sample", "--size", "6", "--coupling", "1", "--samples", "0",
                    "--output", "a.npy",
                ], "--samples"
            ),
            (sample + ["--size", "8", "--coupling", "0.4", "--method", "heat"], "metropolis"),
        ]
        for (arguments, reason) in refused {
            let run = try Command.run(arguments)
            #expect(run.status == 64, "\(arguments): \(run.words)")
            #expect(run.errors.contains(reason), "\(arguments): \(run.words)")
        }
    }
}
