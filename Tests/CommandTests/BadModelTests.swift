import Foundation
import Storage
import TestSupport
import Testing

/// Models that cannot be used are refused by name with code 65.
@Suite(.launches) struct BadModelTests {
    static let kinds = [
        "layers.0.visible_units": "bernoulli", "layers.0.hidden_units": "bernoulli",
    ]

    /// A model of nine visible and four hidden units, as a program from elsewhere may write it.
    private static func file(
        weights: [Int] = [9, 4], visible: Int = 9, value: Float = 0.5,
        metadata: [String: String] = kinds
    ) -> [UInt8] {
        func tensor(_ shape: [Int]) -> Tensor {
            Tensor(
                floats: Array(repeating: value, count: shape.reduce(1, *)), shape: shape)
        }
        return SafetensorsFile(
            metadata: metadata,
            tensors: [
                "layers.0.weights": tensor(weights), "layers.0.visible_bias": tensor([visible]),
                "layers.0.hidden_bias": tensor([4]),
            ]
        ).encoded()
    }

    private static func with(_ key: String, _ value: String?) -> [String: String] {
        var metadata = kinds
        metadata[key] = value
        return metadata
    }

    /// The metadata of visible units of so many states.
    private static func categorical(
        _ states: String, _ more: [String: String] = [:]
    ) -> [String: String] {
        with("layers.0.visible_units", "categorical")
            .merging(["layers.0.visible_categories": states]) { $1 }.merging(more) { $1 }
    }

    private static let header = """
        {"layers.0.weights": {"dtype": "F32", "shape": [4294967296, 4294967296], \
        "data_offsets": [0, 8]}}
        """

    static let models: [BadFile] = [
        BadFile(name: "empty", bytes: [], words: ["has 0 bytes"]),
        BadFile(
            name: "text", bytes: Array("no model at all, but a text".utf8),
            words: ["no safetensors file"]),
        BadFile(name: "cut", bytes: file().dropLast(7), words: ["bytes of data"]),
        BadFile(name: "header", bytes: Array(file().prefix(40)), words: ["claims a header"]),
        BadFile(
            name: "claims", bytes: [0, 0, 0, 0, 0, 0, 0, 128] + file().dropFirst(8),
            words: ["claims a header"]),
        BadFile(
            name: "overflow",
            bytes: Bytes.safetensors(header: header, data: Array(repeating: 0, count: 8)),
            words: ["does not have a countable number"]),
        BadFile(
            name: "json", bytes: Bytes.safetensors(header: "{\"a\": [}", data: []),
            words: ["should have"]),
        BadFile(name: "nan", bytes: file(value: .nan), words: ["`layers.0`", "not a number"]),
        BadFile(
            name: "shape", bytes: file(weights: [4, 9]),
            words: ["[4, 9]", "9 visible and 4 hidden"]),
        BadFile(
            name: "none", bytes: Bytes.safetensors(header: "{}", data: []),
            words: ["layers.0.weights"]),
        BadFile(
            name: "unknown", bytes: file(metadata: with("layers.0.hidden_units", "softmax")),
            words: ["softmax", "spin"]),
        BadFile(
            name: "stateless", bytes: file(metadata: with("layers.0.visible_units", "categorical")),
            words: ["lack `layers.0.visible_categories`", "2 to 256"]),
        BadFile(
            name: "one state", bytes: file(metadata: categorical("1")),
            words: ["`layers.0.visible_categories` is `1`", "2 to 256"]),
        BadFile(
            name: "257 states", bytes: file(metadata: categorical("257")),
            words: ["`layers.0.visible_categories` is `257`", "2 to 256"]),
        BadFile(
            name: "no number of states", bytes: file(metadata: categorical("many")),
            words: ["`layers.0.visible_categories` is `many`", "2 to 256"]),
        BadFile(
            name: "half a unit", bytes: file(metadata: categorical("4")),
            words: ["`layers.0.visible_bias` has 9 values", "whole units of 4 states"]),
        BadFile(
            name: "image of columns",
            bytes: file(metadata: categorical("3", ["image_shape": "3,3"])),
            words: ["image_shape", "3,3", "3 visible units"]),
        BadFile(
            name: "states of other data",
            bytes: file(metadata: categorical("3", ["data.categories": "5"])),
            words: ["`data.categories` is `5`", "3 categorical (3 states)"]),
        BadFile(
            name: "kindless", bytes: file(metadata: with("layers.0.hidden_units", nil)),
            words: ["layers.0.hidden_units"]),
        BadFile(
            name: "image", bytes: file(metadata: with("image_shape", "4,4")),
            words: ["image_shape", "4,4"]),
        BadFile(
            name: "future", bytes: file(metadata: with("format", "wilson-9")),
            words: ["wilson-9", "wilson-1"]),
    ]

    @Test(arguments: models) func aBadModelIsRefused(model: BadFile) throws {
        let small = try SmallRun()
        let path = try small.write(model.bytes, to: "\(model.name).safetensors")
        try Command.run(["evaluate", path, "--data", small.data], seconds: 30)
            .expectFault(65, [path] + model.words)
        guard ["cut", "nan", "claims"].contains(model.name) else { return }
        let output = small.folder.file("a.npy")
        try Command.run(
            ["sample", path, "--count", "5", "--sweeps", "1", "--output", output], ranks: 2,
            seconds: 30
        ).expectFault(65, [path] + model.words)
        #expect(!small.has("a.npy"))
    }

    @Test func aModelFromElsewhereIsGood() throws {
        let small = try SmallRun()
        let path = try small.write(Self.file(), to: "good.safetensors")
        let run = try Command.run(["evaluate", path, "--data", small.data, "--json"], seconds: 30)
        #expect(run.status == 0, "\(run.words)")
        #expect(run.output.contains("\"exact\": true"), "\(run.output)")
    }

    @Test func aFlippedBitIsFound() throws {
        let small = try SmallRun()
        var bytes = try Data(contentsOf: URL(filePath: try small.model()))
        bytes[bytes.count - 10] ^= 8
        let path = try small.write(Array(bytes), to: "flipped.safetensors")
        for ranks in [nil, 2] {
            try Command.run(["evaluate", path, "--data", small.data], ranks: ranks, seconds: 30)
                .expectFault(65, path, "checksum")
        }
    }

    @Test func aModelMustFitTheData() throws {
        let small = try SmallRun()
        let path = try small.write(
            Self.file(weights: [12, 4], visible: 12), to: "wide.safetensors")
        let output = small.folder.file("a.npy")
        let sample = [
            "sample", path, "--count", "5", "--sweeps", "1", "--output", output, "--start", "data",
        ]
        for ranks in [nil, 2] {
            try Command.run(["evaluate", path, "--data", small.data], ranks: ranks, seconds: 30)
                .expectFault(65, small.data, "[3, 3]", "[12]")
            try Command.run(sample + ["--data", small.data], ranks: ranks, seconds: 30)
                .expectFault(65, small.data, "[3, 3]", "[12]")
        }
        #expect(!small.has("a.npy"))
        try Command.run(["evaluate", path, "--data", small.data, "--layer", "1"], seconds: 30)
            .expectFault(64, "--layer is 1")
    }
}
