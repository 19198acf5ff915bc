import Foundation
import Storage
import TestSupport
import Testing

@Suite(.launches) struct IsingCommandTests {
    /// The numbers of the JSON object on the last line of standard output.
    private func object(_ run: Command.Result) throws -> [String: Any] {
        let line = try #require(run.output.split(separator: "\n").last, "\(run.words)")
        let object = try JSONSerialization.jsonObject(with: Data(line.utf8))
        return try #require(object as? [String: Any], "\(run.words)")
    }

    private func exact(_ size: Int, _ coupling: String) throws -> [String: Any] {
        let run = try Command.run(
            ["ising", "exact", "--size", "\(size)", "--coupling", coupling, "--json"])
        #expect(run.status == 0, "\(run.words)")
        return try object(run)
    }

    /// Source: [Kaufman49]; and four spins summed by hand.
    @Test func exactValuesAreTheKnownOnes() throws {
        let torus = try exact(8, "critical")
        #expect(abs(try number(torus, "energy") + 1.49158911) < 5e-9)
        #expect(abs(try number(torus, "specific_heat") - 1.14555924) < 5e-9)
        let logZ = try number(torus, "log_z")
        #expect(abs(try number(torus, "free_energy") + logZ / 64) < 1e-12)
        let infinite = try #require(torus["infinite"] as? [String: Any])
        #expect(abs(try number(infinite, "energy") + 2.0.squareRoot()) < 1e-12)
        #expect(infinite["specific_heat"] is NSNull)

        // Each of the 2×2 torus' four bonds is counted twice: energies ±8 and 0 of 2, 2, 12 states.
        let coupling = 0.3
        let sum = 2 * exp(8 * coupling) + 2 * exp(-8 * coupling) + 12
        let four = try exact(2, "\(coupling)")
        #expect(abs(try number(four, "log_z") - log(sum)) < 1e-12)
        let energy = -16 * (exp(8 * coupling) - exp(-8 * coupling)) / sum / 4
        #expect(abs(try number(four, "energy") - energy) < 1e-12)

        // Turning one sublattice over maps K to −K.
        let negative = try exact(6, "-0.3")
        let positive = try exact(6, "0.3")
        #expect(abs(try number(negative, "log_z") - number(positive, "log_z")) < 1e-10)
        #expect(abs(try number(negative, "energy") + number(positive, "energy")) < 1e-10)
    }

    private func number(_ object: [String: Any], _ key: String) throws -> Double {
        try #require(object[key] as? Double, "\(key) in \(object)")
    }

    @Test func oneFileOnAnyNumberOfRanks() throws {
        let folder = try TemporaryFolder()
        var values: [[Double]] = []
        for ranks in [nil, 3] {
            let output = folder.file("\(ranks ?? 1).npy")
            let run = try Command.run(
                [
                    "ising", "--size", "6", "--coupling", "critical", "--samples", "2500",
                    "--output", output, "--seed", "7", "--json",
                ], ranks: ranks, seconds: 60)
            #expect(run.status == 0, "\(run.words)")
            let object = try object(run)
            #expect(
                Set(object.keys) == [
                    "energy", "energy_error", "abs_magnetization", "abs_magnetization_error",
                    "magnetization", "magnetization_error", "specific_heat", "specific_heat_error",
                    "autocorrelation_time", "flips_per_nanosecond",
                ])
            values.append(
                try ["energy", "energy_error", "abs_magnetization", "specific_heat"]
                    .map { try number(object, $0) })
        }
        #expect(values[0] == values[1])
        #expect(try folder.bytes("1.npy") == folder.bytes("3.npy"))
        let file = try ArrayFile(path: folder.file("1.npy"))
        #expect(file.shape == [2500, 6, 6])
        #expect(file.elementType == .uint8)
        #expect(try folder.bytes("1.npy").suffix(2500 * 36).allSatisfy { $0 <= 1 })

        // Within five standard errors of the exact energy.
        let energy = try number(exact(6, "critical"), "energy")
        #expect(abs(values[0][0] - energy) < 5 * values[0][1], "\(values[0]) and \(energy)")

        // Another seed, another file.
        let other = try Command.run(
            [
                "ising", "sample", "--size", "6", "--coupling", "critical", "--samples", "2500",
                "--output", folder.file("other.npy"), "--seed", "8",
            ])
        #expect(other.status == 0, "\(other.words)")
        #expect(try folder.bytes("other.npy") != folder.bytes("1.npy"))
    }

    /// Ranks without a share take part all the same.
    @Test func oneConfigurationOnMoreRanksThanThat() throws {
        let folder = try TemporaryFolder()
        for ranks in [nil, 2] {
            let run = try Command.run(
                [
                    "ising", "sample", "--size", "4", "--coupling=-0.2", "--samples", "1",
                    "--output", folder.file("\(ranks ?? 1).npy"), "--quiet",
                ], ranks: ranks,
                seconds: 60)
            #expect(run.status == 0, "\(run.words)")
            #expect(run.output.isEmpty, "\(run.words)")
        }
        #expect(try folder.bytes("1.npy") == folder.bytes("2.npy"))
        #expect(try ArrayFile(path: folder.file("1.npy")).shape == [1, 4, 4])
    }
}
