import Foundation
import Storage
import TestSupport
import Testing

/// `wilson rg mcrg`: the same exponents on any number of ranks, and refusals with their reasons.
@Suite(.launches, .serialized, .timeLimit(.minutes(15))) struct RGMonteCarloCommandTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// A model whose hidden units look at the 2×2 blocks of an 8×8 lattice, one each.
    ///
    /// - Parameter doubled: A unit that looks where another does; nil for none.
    private func writeModel(to name: String, weight: Float, doubled: Int? = nil) throws -> String {
        var weights = [Float](repeating: 0, count: 64 * 16)
        for unit in 0..<16 {
            // In an order of their own, some of them upside down.
            let block = (unit == doubled ? unit - 1 : unit) * 11 % 16
            for site in 0..<4 {
                let place = (2 * (block / 4) + site / 2) * 8 + 2 * (block % 4) + site % 2
                weights[place * 16 + unit] = unit % 3 == 0 ? -weight : weight
            }
        }
        let file = SafetensorsFile(
            metadata: [
                "layers.0.visible_units": "spin", "layers.0.hidden_units": "spin",
                "image_shape": "8,8",
            ],
            tensors: [
                "layers.0.weights": Tensor(floats: weights, shape: [64, 16]),
                "layers.0.visible_bias": Tensor(
                    floats: Array(repeating: 0, count: 64), shape: [64]),
                "layers.0.hidden_bias": Tensor(
                    floats: Array(repeating: 0, count: 16), shape: [16]),
            ])
        try file.write(to: folder.file(name))
        return folder.file(name)
    }

    private func object(_ result: Command.Result) throws -> [String: Any] {
        let line = try #require(result.output.split(separator: "\n").last)
        return try #require(
            try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
    }

    private func step(_ object: [String: Any], _ list: String = "steps") throws -> [String: Any] {
        try #require((object[list] as? [[String: Any]])?.first)
    }

    @Test func anyNumberOfRanksMeasuresTheSame() throws {
        let arguments = [
            "rg", "mcrg", "--size", "16", "--coupling", "critical", "--samples", "1300", "--json",
        ]
        let alone = try Command.run(arguments)
        #expect(alone.status == 0, "\(alone.words)")
        let together = try Command.run(arguments, ranks: 3)
        #expect(together.status == 0, "\(together.words)")
        #expect(alone.output == together.output)
        let first = try step(try object(alone))
        let exponent = try #require(first["y_h"] as? Double)
        #expect(abs(exponent - 1.875) < 0.05)
    }

    @Test func hiddenMajoritiesHaveTheExponentsOfMajorities() throws {
        // Strong weights: each hidden unit is the majority of its block, a random sign at ties.
        let path = try writeModel(to: "blocks.safetensors", weight: 20)
        let picture = folder.file("placement.png")
        let arguments = ["rg", "mcrg", "--model", path, "--samples", "20000", "--json"]
        let result = try Command.run(arguments + ["--picture", picture])
        #expect(result.status == 0, "\(result.words)")
        #expect(FileManager.default.fileExists(atPath: picture))
        let measured = try object(result)
        let (hidden, majority) = (try step(measured), try step(measured, "majority"))
        for key in ["y_t", "y_h"] {
            let (a, b) = (
                try #require(hidden[key] as? Double), try #require(majority[key] as? Double)
            )
            let error = try #require(hidden[key + "_error"] as? Double)
            #expect(error > 0 && error < 0.05)
            // The configurations are the same, only ties fall differently.
            #expect(abs(a - b) < 4 * error, "\(key): \(a) and \(b)")
        }
        let together = try Command.run(arguments, ranks: 2)
        #expect(together.output == result.output, "\(together.words)")
    }

    @Test func unitsThatAreNoLatticeAreRefusedWithAPicture() throws {
        let path = try writeModel(to: "doubled.safetensors", weight: 1, doubled: 5)
        let result = try Command.run(["rg", "mcrg", "--model", path], ranks: 2)
        #expect(result.status == 65, "\(result.words)")
        let picture = folder.file("doubled-receptive-fields.png")
        #expect(result.errors.contains("hidden units 4, 5"))
        #expect(result.errors.contains(picture))
        #expect(result.output.isEmpty)
        let bytes = try folder.bytes("doubled-receptive-fields.png")
        #expect(bytes.starts(with: [0x89, 0x50, 0x4E, 0x47]))
    }

    @Test func latticesThatCannotBeBlockedAreRefused() throws {
        for (size, reason) in [
            ("9", "even"), ("6", "at least 4×4"), ("-8", "size"), ("4096", "1024"),
        ] {
            let result = try Command.run(["rg", "mcrg", "--size=\(size)", "--coupling", "critical"])
            #expect(result.status == 64, "\(result.words)")
            #expect(result.errors.contains(reason), "\(result.words)")
        }
    }

    @Test func couplingsAndOptionsThatMeanNothingAreRefused() throws {
        let negative = try Command.run(["rg", "mcrg", "--size", "16", "--coupling", "-0.4"])
        #expect(negative.status == 64)
        #expect(negative.errors.contains("ferromagnet"), "\(negative.words)")
        let frozen = try Command.run([
            "rg", "mcrg", "--size", "8", "--coupling", "8", "--samples", "100",
        ])
        #expect(frozen.status == 64)
        #expect(frozen.errors.contains("fluctuate"), "\(frozen.words)")
        #expect(try Command.run(["rg", "mcrg"]).status == 64)
        #expect(try Command.run(["rg", "mcrg", "--size", "8", "--samples", "0"]).status == 64)
        let other = try writeModel(to: "blocks.safetensors", weight: 1)
        let size = try Command.run(["rg", "mcrg", "--model", other, "--size", "16"])
        #expect(size.status == 64)
        #expect(size.errors.contains("8×8"), "\(size.words)")
    }
}
