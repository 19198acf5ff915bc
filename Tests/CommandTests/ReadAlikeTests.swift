import Foundation
import Storage
import TestSupport
import Testing

/// A file of 0 and 1 is bits, and a model reads other files as its own data were read.
@Suite(.launches, .timeLimit(.minutes(15))) struct ReadAlikeTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// 40 cases of 6 values: patterns of dark and bright, from `low` to `high`.
    private func write(_ name: String, low: UInt8, high: UInt8) throws {
        let bytes = (0..<240).map { i in
            let isBright = (i / 6 * 7 + i % 6 * 5) % 11 < 4
            return isBright ? high : low
        }
        try writeNPY(bytes, shape: [40, 6], to: folder.file(name))
    }

    /// Trains a small machine on a file, and returns its folder and the words of the run.
    private func train(_ data: String, _ settings: [String] = []) throws -> (String, String) {
        let output = folder.file("run-\(data)-\(settings.joined())")
        _ = try folder.write(
            """
            data: {train: \(folder.file(data)), held-out: 0}
            layers: [{hidden: 4}]
            training: {batch: 10, epochs: 2}
            """, to: "small.yaml")
        let run = try Command.run(
            ["train", folder.file("small.yaml"), "--output", output]
                + settings.flatMap { ["--set", $0] })
        #expect(run.status == 0, "\(run.words)")
        return (output, run.output + run.errors)
    }

    /// The values of the metrics of an evaluation.
    private func evaluate(_ run: String, _ data: String, _ options: [String] = []) throws -> String
    {
        let result = try Command.run(
            ["evaluate", run + "/model.safetensors", "--data", folder.file(data), "--json"]
                + options)
        #expect(result.status == 0, "\(result.words)")
        return result.output
    }

    @Test func bitsStayBitsUnderBinarize() throws {
        try write("bits.npy", low: 0, high: 1)
        let plain = try train("bits.npy")
        for binarize in ["threshold", "sample", "sample-once"] {
            let (run, words) = try train("bits.npy", ["data.binarize=\(binarize)"])
            #expect(words.contains("bits, which need no `binarize`"))
            #expect(try evaluate(run, "bits.npy") == evaluate(plain.0, "bits.npy"))
        }
    }

    @Test func fewShadesAreGreyWithAWarning() throws {
        try write("digits.npy", low: 0, high: 16)
        let (run, words) = try train("digits.npy")
        #expect(words.contains("16 as white"), "\(words)")
        #expect(words.contains("Are they counts or categories?"))
        let (_, quiet) = try train("digits.npy", ["data.maximum=16"])
        #expect(!quiet.contains("Are they counts"))
        // The model's white holds for a darker file too.
        try write("dark.npy", low: 0, high: 8)
        let remembered = try evaluate(run, "dark.npy")
        #expect(try remembered == evaluate(run, "dark.npy", ["--maximum", "16"]))
        #expect(try remembered != evaluate(run, "dark.npy", ["--maximum", "8"]))
    }

    @Test func aModelReadsAsItWasTrained() throws {
        try write("pictures.npy", low: 30, high: 200)
        let (run, _) = try train("pictures.npy", ["data.binarize=threshold"])
        let remembered = try evaluate(run, "pictures.npy")
        #expect(try remembered == evaluate(run, "pictures.npy", ["--binarize", "threshold"]))
        #expect(try remembered != evaluate(run, "pictures.npy", ["--values", "grey"]))
        let shown = try Command.run(
            ["evaluate", run + "/model.safetensors", "--data", folder.file("pictures.npy")])
        #expect(shown.output.contains("read as the training data"), "\(shown.words)")
        let inspected = try Command.run(["inspect", folder.file("pictures.npy")])
        #expect(inspected.output.contains("grey values in 127 steps"), "\(inspected.words)")
    }
}
