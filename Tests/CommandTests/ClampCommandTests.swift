import Foundation
import ModelFiles
import RBMCore
import Storage
import TestSupport
import Testing

/// `wilson sample --clamp` as a user meets it.
@Suite(.launches, .serialized, .timeLimit(.minutes(15))) struct ClampCommandTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        let stack = smallStack()
        try Model(layers: stack.layers, imageShape: [2, 3]).file()
            .write(to: folder.file("stack.safetensors"))
        try Model(layers: [stack.layers[0]], imageShape: [2, 3]).file()
            .write(to: folder.file("machine.safetensors"))
        let half: [Float] = [1, 0, 1, .nan, .nan, .nan]
        try writeNPY(half, shape: [2, 3], to: folder.file("half.npy"))
        try writeNPY(
            half + [0, .nan, .nan, .nan, .nan, 0], shape: [2, 2, 3], to: folder.file("two.npy"))
    }

    private func sample(
        _ model: String, _ output: String, _ clamp: String, _ options: [String] = [],
        ranks: Int? = nil, expecting status: Int32 = 0, _ words: String...
    ) throws {
        let run = try Command.run(
            [
                "sample", folder.file(model), "--count", "21", "--sweeps", "20", "--output",
                folder.file(output), "--clamp", folder.file(clamp),
            ] + options, ranks: ranks)
        #expect(run.status == status, "\(run.words)")
        for word in words { #expect(run.words.contains(word), "\(run.words)") }
    }

    private func cases(_ output: String) throws -> [[UInt8]] {
        let file = try ArrayFile(path: folder.file(output))
        #expect(file.shape == [21, 2, 3] && file.elementType == .uint8)
        return try (0..<21).map { number in
            var row = [UInt8](repeating: 0, count: 6)
            var span = row.mutableSpan
            try file.copyBytes(case: number, into: &span)
            return row
        }
    }

    @Test(arguments: ["machine.safetensors", "stack.safetensors"])
    func heldUnitsStayAndTheRestIsDrawn(model: String) throws {
        try sample(model, "half-out.npy", "half.npy", [], expecting: 0, "clamped by")
        let half = try cases("half-out.npy")
        #expect(half.allSatisfy { Array($0[..<3]) == [1, 0, 1] })
        #expect(Set(half.map { Array($0[3...]) }).count > 1)
        try sample(model, "two-out.npy", "two.npy")
        for (number, units) in try cases("two-out.npy").enumerated() {
            // In turn.
            #expect(
                number % 2 == 0
                    ? Array(units[..<3]) == [1, 0, 1] : units[0] == 0 && units[5] == 0)
        }
        for ranks in [2, 3] {
            try sample(model, "ranks.npy", "two.npy", ranks: ranks)
            #expect(try folder.bytes("ranks.npy") == folder.bytes("two-out.npy"))
        }
    }

    @Test func chainsMayStartFromData() throws {
        let data = folder.file("data.npy")
        try writeNPY((0..<60).map { UInt8($0 % 7 & 1) }, shape: [10, 2, 3], to: data)
        for model in ["machine.safetensors", "stack.safetensors"] {
            try sample(model, "a.npy", "half.npy", ["--start", "data", "--data", data])
            #expect(try cases("a.npy").allSatisfy { Array($0[..<3]) == [1, 0, 1] })
        }
    }

    @Test func badClampsAreRefused() throws {
        try writeNPY([1, 0, 0.25, 1, 1, 1], shape: [2, 3], to: folder.file("value.npy"))
        try sample(
            "stack.safetensors", "a.npy", "value.npy", ranks: 2, expecting: 65, "0.25", "[0, 2]",
            "NaN")
        try writeNPY([1, 0, 0, 1, 1, 1] as [UInt8], shape: [3, 2], to: folder.file("shape.npy"))
        try sample(
            "machine.safetensors", "a.npy", "shape.npy", ranks: 2, expecting: 65, "[3, 2]",
            "[2, 3]")
        try sample("machine.safetensors", "a.npy", "none.npy", expecting: 65, "cannot be opened")
        try sample("machine.safetensors", "a.npy", "machine.safetensors", expecting: 65, "NPY")
        #expect(!FileManager.default.fileExists(atPath: folder.file("a.npy")))
    }
}
