import Foundation
import Storage
import TestSupport
import Testing

/// Files that are right by their format, and whose contents nobody in good faith writes.
@Suite(.launches) struct StrangersFileTests {
    private let small: SmallRun

    init() throws { small = try SmallRun() }

    private func model(
        layers: Int = 1, units: Int = 4, value: Float = 0.5, metadata: [String: String] = [:]
    ) throws -> String {
        var tensors: [String: Tensor] = [:]
        var words: [String: String] = [:]
        for layer in 0..<layers {
            let weights = [Float](repeating: value, count: units * units)
            let biases = [Float](repeating: 0, count: units)
            tensors["layers.\(layer).weights"] = Tensor(floats: weights, shape: [units, units])
            tensors["layers.\(layer).visible_bias"] = Tensor(floats: biases, shape: [units])
            tensors["layers.\(layer).hidden_bias"] = Tensor(floats: biases, shape: [units])
            words["layers.\(layer).visible_units"] = "spin"
            words["layers.\(layer).hidden_units"] = "spin"
        }
        let file = SafetensorsFile(metadata: words.merging(metadata) { $1 }, tensors: tensors)
        return try small.write(file.encoded(), to: "model.safetensors")
    }

    @Test(arguments: [Float(1e6), 1e10, 1e20, 3e38]) func couplingsOfAbsurdWeights(value: Float)
        throws
    {
        let path = try model(value: value)
        let run = try Command.run(["rg", "couplings", path], seconds: 30)
        run.expectFault(65, "expected weights whose magnitudes add up to at most")
    }

    @Test func moreLayersThanRandomNumbersTell() throws {
        let path = try model(layers: 101)
        for words in [
            ["inspect", path],
            [
                "sample", path, "--count", "2", "--sweeps", "1", "--output",
                small.folder.file("o.npy"),
            ],
        ] {
            try Command.run(words, seconds: 30).expectFault(65, "more than 100 layers")
        }
        #expect(!small.has("o.npy"))
    }

    @Test func anImageOfManyDimensions() throws {
        let shape = Array(repeating: "1", count: 40_000).joined(separator: ",") + ",4"
        let path = try model(metadata: ["image_shape": shape])
        let run = try Command.run(
            [
                "sample", path, "--count", "2", "--sweeps", "1", "--output",
                small.folder.file("o.npy"),
            ],
            seconds: 30)
        run.expectFault(65, "its image_shape has 40001 dimensions; expected at most 32")
        #expect(run.errors.utf8.count < 1000)
    }

    @Test(arguments: [
        ["total_steps": "9223372036854775807"], ["total_steps": "1"],
        ["step": "9223372036854775807", "total_steps": "9223372036854775807"],
    ]) func stepsThatNoRunHasMade(metadata: [String: String]) throws {
        let run = try small.train(options: ["--stop-after-steps", "6"])
        try #require(run.status == 75, "\(run.words)")
        var file = try SafetensorsFile(
            path: small.folder.file("run/checkpoints/step-0000000006.safetensors"))
        for (key, value) in metadata { file.metadata[key] = value }
        let path = try small.write(file.encoded(), to: "absurd.safetensors")
        try small.train(options: ["--resume", path]).expectFault(65, "absurd.safetensors", "steps")
    }

    @Test func millionsOfKeysEndSoon() throws {
        var header = "{\"__metadata__\":{"
        for number in 0..<1_000_000 { header += "\"\(number)\":\"\"," }
        header += "\"end\":\"\"}}"
        let path = try small.write(
            Bytes.safetensors(header: header, data: []), to: "keys.safetensors")
        let began = ContinuousClock.now
        try Command.run(["inspect", path], seconds: 60).expectFault(65, "at most 131072 keys")
        #expect(.now - began < .seconds(20))
    }

    @Test func aConfigurationIsNoBook() throws {
        let path = try small.write(
            Array(String(repeating: "k: 1\n", count: 300_000).utf8), to: "long.yaml")
        try Command.run(["train", path, "--check"], seconds: 30)
            .expectFault(78, "has more than the 1048576 bytes")
    }

    @Test func wordsOfFilesDoNotReachTheTerminalRaw() throws {
        let evil = "\u{1B}]0;x\u{7}\u{9B}2J\u{202E}"
        let unit = try model(metadata: ["layers.0.visible_units": evil])
        let shape = try small.write(
            Bytes.npy("(4,)", "\u{1B}[2J", data: [1, 2, 3, 4]), to: "evil.npy")
        let stored = try small.write(
            Array(Data(contentsOf: URL(filePath: model(metadata: ["configuration": evil])))),
            to: "stored.safetensors")
        let odd = try small.write(
            Array(Data(contentsOf: URL(filePath: small.data))), to: "odd\u{1B}[2J.npy")
        for words in [
            ["inspect", unit], ["inspect", shape], ["inspect", stored, "--configuration"],
            ["inspect", stored, "--json"], ["inspect", odd], ["inspect", odd, "--json"],
            ["inspect", "missing\u{1B}[2J"],
        ] {
            let run = try Command.run(words, seconds: 30)
            let raw = (run.output + run.errors).unicodeScalars.filter {
                $0.value < 0x20 && $0 != "\n" || (0x7F..<0xA0).contains($0.value)
                    || $0.value == 0x202E
            }
            #expect(raw.isEmpty, "\(words): \(raw)")
            #expect(!run.output.isEmpty || !run.errors.isEmpty)
        }
    }

    /// A page of a map that no file stands behind any more is a signal.
    @Test(arguments: [nil, 2]) func dataCutShortWhileTheyAreRead(ranks: Int?) throws {
        try writeNPY(SmallRun.bits(cases: 9000, units: 9), shape: [9000, 3, 3], to: small.data)
        let output = small.folder.file("cut")
        let launcher = ranks.map { "mpirun -np \($0) " } ?? ""
        let run = try Program.start(
            [
                "bash", "-c",
                """
                \(launcher)\(Command.program) train \(small.configuration) --quiet \\
                    --output \(output) --set training.epochs=100000 & run=$!
                for i in $(seq 400); do [ -s \(output)/metrics.jsonl ] && break; sleep 0.05; done
                truncate -s 200 \(small.data)
                wait $run
                """,
            ], seconds: 60)
        #expect(run.status == 65, "\(run.words)")
        #expect(run.errors.contains("a data file was cut short"), "\(run.words)")
    }

    /// `ulimit -f` sends a signal that ends a program without a word; Open MPI's own files need 4 MB.
    @Test func aLimitOfFileSizesIsAnErrorOfWriting() throws {
        let run = try Program.start(
            [
                "bash", "-c",
                "ulimit -f 5000; exec \(Command.program) train \(small.configuration) --quiet "
                    + "--set layers.0.hidden=100000 --strict-checkpoints --output "
                    + small.folder.file("limited"),
            ], seconds: 30)
        #expect(run.status == 73, "\(run.words)")
        #expect(run.errors.contains("limited"), "\(run.words)")
        let left = small.names("limited").filter { $0.contains(".partial-") }
        #expect(left.isEmpty, "\(left)")
    }
}
