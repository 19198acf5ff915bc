import Foundation
import TestSupport
import Testing

@testable import Storage

struct SafetensorsWriterTests {
    private let whole = SafetensorsFile(
        metadata: ["step": "3", "note": "ä\"b"],
        tensors: [
            "layers.0.weights": Tensor(floats: (0..<35).map { Float($0) }, shape: [7, 5]),
            "layers.0.hidden_bias": Tensor(floats: [1, 2, 3, 4, 5], shape: [5]),
            "layers.1.weights": Tensor(floats: (0..<10).map { Float(-$0) }, shape: [5, 2]),
            "z": Tensor(floats: [9], shape: [1]),
            "layers.0.chains": Tensor(bytes: [1, 0], shape: [2, 1]),
        ])
    private let divided = ["layers.1.weights", "layers.0.weights"]

    /// Begins the file with the tensors that come in pieces left out.
    private func writer(to path: String) throws -> SafetensorsWriter {
        var held = whole
        var shapes: [String: [Int]] = [:]
        for name in divided { shapes[name] = held.tensors.removeValue(forKey: name)?.shape }
        return try SafetensorsWriter(held, inPieces: shapes, to: path)
    }

    /// Writes the tensors that come in pieces of a number of bytes.
    private func write(_ count: Int, to writer: inout SafetensorsWriter) {
        for name in divided.sorted() {
            let bytes = whole.tensors[name]!.bytes
            for start in stride(from: 0, to: bytes.count, by: count) {
                writer.write(Array(bytes[start..<min(start + count, bytes.count)]))
            }
        }
    }

    @Test(arguments: [1, 20, 1000]) func theFileIsThatOfWholeTensors(count: Int) throws {
        let folder = try TemporaryFolder()
        var writer = try self.writer(to: folder.file("a"))
        write(count, to: &writer)
        try writer.finish()
        #expect(try [UInt8](folder.bytes("a")) == whole.encoded())
        #expect(try SafetensorsFile(path: folder.file("a")) == whole)
    }

    @Test func aFileThatIsNotFinishedLeavesTheOneBefore() throws {
        let folder = try TemporaryFolder()
        try AtomicFile.write("before", to: folder.file("a"))
        do {
            var writer = try self.writer(to: folder.file("a"))
            write(20, to: &writer)
        }
        #expect(try folder.bytes("a") == Data("before".utf8))
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.file("")) == ["a"])
    }

    @Test func aFolderThatIsNotThereIsTold() throws {
        let folder = try TemporaryFolder()
        #expect(throws: StorageError.self) { _ = try writer(to: folder.file("none/a")) }
    }
}
