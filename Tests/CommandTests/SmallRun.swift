import Foundation
import Storage
import TestSupport
import Testing

/// A folder with good data and a good configuration, beside which a test puts what is bad.
struct SmallRun {
    let folder: TemporaryFolder

    /// 40 cases of 3×3 bits, and a run of 8 steps on them that leaves two checkpoints.
    init() throws {
        folder = try TemporaryFolder()
        try writeNPY(Self.bits(cases: 40, units: 9), shape: [40, 3, 3], to: data)
        _ = try folder.write(
            """
            data: {train: \(data), held-out: 0.1}
            layers: [{hidden: 4}]
            training: {batch: 10, chains: batch, epochs: 2, learning-rate: 0.1}
            monitor: {every: 1 epoch, cases: 20, pseudo-likelihood-cases: 5}
            """, to: "run.yaml")
    }

    var data: String { folder.file("cases.npy") }
    var configuration: String { folder.file("run.yaml") }

    /// Bits that look random, and are the same each time.
    static func bits(cases: Int, units: Int) -> [UInt8] {
        (0..<cases * units).map { UInt8(($0 * $0 / 7 + $0 / 5) % 3 == 0 ? 1 : 0) }
    }

    /// Writes a file; returns its path.
    func write(_ bytes: [UInt8], to name: String) throws -> String {
        try Data(bytes).write(to: URL(filePath: folder.file(name)))
        return folder.file(name)
    }

    /// Trains with settings such as `training.epochs=3` into a folder.
    func train(
        _ settings: [String] = [], output: String = "run", options: [String] = [],
        ranks: Int? = nil
    ) throws -> Command.Result {
        try Command.run(
            ["train", configuration, "--output", folder.file(output), "--quiet"]
                + settings.flatMap { ["--set", $0] } + options,
            ranks: ranks, seconds: 30)
    }

    /// Trains to the end, into a folder of the name.
    func succeed(_ settings: [String], to output: String, ranks: Int? = nil) throws {
        let run = try train(settings, output: output, ranks: ranks)
        #expect(run.status == 0, "\(run.words)")
    }

    /// What a run left, as lines that are equal for equal bytes.
    func record(_ output: String) throws -> [String] {
        try GoldenRecord(ofRun: folder.file(output)).lines
    }

    /// Trains a model as tests need one; returns its path.
    func model(_ settings: [String] = []) throws -> String {
        let run = try train(settings, output: "model")
        try #require(run.status == 0, "\(run.words)")
        return folder.file("model/model.safetensors")
    }

    /// Whether there is a file or folder of the name.
    func has(_ name: String) -> Bool { FileManager.default.fileExists(atPath: folder.file(name)) }

    /// The names of all files and folders within.
    func names(_ name: String) -> [String] {
        (try? FileManager.default.subpathsOfDirectory(atPath: folder.file(name)))?.sorted() ?? []
    }
}

extension Command.Result {
    /// Expects that the program ended by itself with a code, and told why in one message.
    func expectFault(
        _ status: Int32, _ words: String..., sourceLocation: SourceLocation = #_sourceLocation
    ) {
        expectFault(status, words, sourceLocation: sourceLocation)
    }

    /// Expects that the program ended by itself with a code, and told why in one message.
    func expectFault(
        _ status: Int32, _ wanted: [String], sourceLocation: SourceLocation = #_sourceLocation
    ) {
        #expect(self.status == status, "\(words)", sourceLocation: sourceLocation)
        // "Error:" are the words of the argument parser.
        let messages = (errors + output).components(separatedBy: "rror: ").count - 1
        #expect(messages == 1, "\(words)", sourceLocation: sourceLocation)
        for word in wanted {
            #expect(
                errors.contains(word), "no `\(word)` in\n\(words)", sourceLocation: sourceLocation)
        }
    }
}

/// Bytes of files, right and wrong ones.
enum Bytes {
    /// An NPY file whose header says what it likes.
    static func npy(_ shape: String, _ type: String = "|u1", data: [UInt8]) -> [UInt8] {
        var text = "{'descr': '\(type)', 'fortran_order': False, 'shape': \(shape), }"
        text += String(repeating: " ", count: 127 - 10 - text.utf8.count) + "\n"
        return [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(text.utf8.count), 0] + Array(text.utf8)
            + data
    }

    /// The bytes of float32 numbers.
    static func floats(_ values: [Float]) -> [UInt8] {
        values.flatMap { value in (0..<4).map { UInt8(value.bitPattern >> (8 * $0) & 255) } }
    }

    /// An IDX file.
    static func idx(_ shape: [UInt32], type: UInt8 = 8, data: [UInt8]) -> [UInt8] {
        [0, 0, type, UInt8(shape.count)] + shape.flatMap(bigEndian) + data
    }

    /// A gzip file of one block that is not compressed.
    static func gzip(_ data: [UInt8]) -> [UInt8] {
        precondition(data.count < 1 << 16, "\(data.count) bytes do not fit into one block")
        let count = UInt16(data.count)
        let counts = [count, ~count].flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] }
        let end = [crc32(data), UInt32(data.count)].flatMap { bigEndian($0).reversed() }
        return [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255, 1] + counts + data + end
    }

    /// A safetensors file whose header says what it likes.
    static func safetensors(header: String, data: [UInt8]) -> [UInt8] {
        let count = UInt32(header.utf8.count)
        return bigEndian(count).reversed() + [0, 0, 0, 0] + Array(header.utf8) + data
    }

    private static func bigEndian(_ value: UInt32) -> [UInt8] {
        [24, 16, 8, 0].map { UInt8(value >> $0 & 255) }
    }
}
