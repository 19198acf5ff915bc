import Foundation
import ModelFiles
import RBMCore
import Storage
import TestSupport
import Testing

/// `evaluate`, `transform` and `sample` find the same on every grid of ranks.
@Suite(.launches, .serialized, .timeLimit(.minutes(15))) struct GridMeasurementTests {
    private let folder: TemporaryFolder

    private static let grids = ["1x2", "2x2", "1x3"]

    init() throws {
        folder = try TemporaryFolder()
        // The top layer has too few units for three ranks, and is whole on each.
        let layers = [
            Self.layer(40, 200, .bernoulli, .bernoulli), Self.layer(200, 110, .bernoulli, .spin),
        ]
        try Model(layers: layers, imageShape: [5, 8]).file()
            .write(to: folder.file("stack.safetensors"))
        try Model(layers: [Self.layer(40, 200, .spin, .bernoulli)], imageShape: [5, 8]).file()
            .write(to: folder.file("spins.safetensors"))
        let grey = (0..<(61 * 40)).map { UInt8(truncatingIfNeeded: $0 * $0 / 7 + $0 % 40 * 5) }
        try writeNPY(grey, shape: [61, 5, 8], to: folder.file("grey.npy"))
    }

    private static func layer(
        _ visible: Int, _ hidden: Int, _ below: any UnitKind, _ above: any UnitKind
    ) -> RBM {
        var parameters = Parameters(visible: visible, hidden: hidden)
        for i in parameters.values.indices {
            parameters.values[i] = Float((i * 37 + i / 97 * 11) % 23) / 60 - 0.18
        }
        return RBM(visibleUnits: below, hiddenUnits: above, parameters: parameters)
    }

    private func run(
        _ words: [String], grid: String?, expecting status: Int32 = 0
    ) throws -> String {
        let ranks = grid.map { $0.split(separator: "x").map { Int($0)! }.reduce(1, *) }
        let found = try Command.run(
            words.map { $0.hasPrefix("@") ? folder.file(String($0.dropFirst())) : $0 }
                + (grid.map { ["--grid", $0] } ?? []), ranks: ranks)
        #expect(found.status == status, "\(words) \(grid ?? ""): \(found.words)")
        return status == 0 ? found.output : found.words
    }

    /// Expects the same words on every grid, and the same bytes in a file.
    private func expectAlike(_ words: [String], output: String? = nil) throws {
        let alone = try run(words, grid: nil)
        let bytes = try output.map { try folder.bytes($0) }
        for grid in Self.grids {
            #expect(try run(words, grid: grid) == alone, "\(words) \(grid)")
            #expect(try output.map { try folder.bytes($0) } == bytes, "\(words) \(grid)")
        }
    }

    @Test(arguments: [[], ["--binarize", "threshold"], ["--layer", "1"]])
    func casesAreMeasured(options: [String]) throws {
        try expectAlike(
            [
                "evaluate", "@stack.safetensors", "--data", "@grey.npy", "--json", "--per-case",
                "@scores.npy",
            ] + options, output: "scores.npy")
    }

    @Test func partitionFunctionsAreEstimated() throws {
        let annealing = [
            "--ais", "--temperatures", "60", "--chains", "11", "--json", "--binarize", "threshold",
        ]
        try expectAlike(["evaluate", "@stack.safetensors", "--data", "@grey.npy"] + annealing)
        try expectAlike(
            ["evaluate", "@spins.safetensors", "--data", "@grey.npy", "--ladder"] + annealing)
    }

    @Test(arguments: [[], ["--samples", "--seed", "3"], ["--layer", "0"]])
    func casesAreTransformed(options: [String]) throws {
        try expectAlike(
            ["transform", "@stack.safetensors", "--data", "@grey.npy", "--output", "@out.npy"]
                + options, output: "out.npy")
    }

    @Test(
        arguments: ["stack", "spins"],
        [
            [], ["--start", "data", "--data", "@grey.npy", "--binarize", "threshold", "--means"],
            ["--tempering"],
            ["--check-mixing", "--data", "@grey.npy", "--binarize", "threshold", "--json"],
        ])
    func casesAreSampled(model: String, options: [String]) throws {
        try expectAlike(
            [
                "sample", "@\(model).safetensors", "--count", "7", "--sweeps", "6", "--output",
                "@out.npy",
            ] + options, output: "out.npy")
    }

    /// A stack's held chains are drawn unit by unit, each rank after the one before.
    @Test(arguments: ["spins", "stack"]) func heldUnitsStayHeld(model: String) throws {
        let down: Float = model == "spins" ? -1 : 0
        let upper = (0..<20).map { $0 % 2 == 0 ? down : 1 }
        let half = upper + [Float](repeating: .nan, count: 20)
        try writeNPY(half, shape: [5, 8], to: folder.file("half.npy"))
        let words = [
            "sample", "@\(model).safetensors", "--count", "5", "--sweeps", "4", "--output",
            "@out.npy", "--clamp", "@half.npy",
        ]
        try expectAlike(words, output: "out.npy")
    }

    // MARK: Refusals

    @Test func whatCannotBeDividedIsNamed() throws {
        let evaluate = ["evaluate", "@stack.safetensors", "--data", "@grey.npy"]
        #expect(
            try run(evaluate + ["--grid", "2x2"], grid: nil, expecting: 64).contains("4 ranks"))
        #expect(
            try run(evaluate + ["--grid", "two"], grid: nil, expecting: 64)
                .contains("such as 2x4"))
    }

    @Test func damageIsFoundOnEveryRank() throws {
        let path = folder.file("stack.safetensors")
        var bytes = try folder.bytes("stack.safetensors")
        bytes[bytes.count - 5] ^= 1
        try AtomicFile.write([UInt8](bytes), to: path)
        let words = ["evaluate", "@stack.safetensors", "--data", "@grey.npy"]
        #expect(try run(words, grid: "1x2", expecting: 65).contains("checksum"))
        try AtomicFile.write(Array(bytes.prefix(100)), to: path)
        _ = try run(words, grid: "1x2", expecting: 65)
    }
}
