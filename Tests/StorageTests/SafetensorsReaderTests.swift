import Foundation
import TestSupport
import Testing

@testable import Storage

/// A safetensors file that is read piece by piece.
@Suite struct SafetensorsReaderTests {
    private let folder: TemporaryFolder
    private let path: String
    private let file: SafetensorsFile

    init() throws {
        folder = try TemporaryFolder()
        path = folder.file("a.safetensors")
        file = SafetensorsFile(
            metadata: ["key": "text"],
            tensors: [
                "weights": Tensor(floats: (0..<300).map(Float.init), shape: [20, 15]),
                "none": Tensor(floats: [], shape: [0]),
                "states": Tensor(bytes: (0..<77).map { UInt8($0) }, shape: [77]),
            ])
        try file.write(to: path)
    }

    /// All tensors, in pieces of a number of bytes that does not divide them.
    private func read(_ path: String) throws -> [String: [UInt8]] {
        var reader = try SafetensorsReader(path)
        var found: [String: [UInt8]] = [:]
        for tensor in reader.outline.tensors {
            var bytes: [UInt8] = []
            repeat {
                bytes += try reader.read(min(50, tensor.count - bytes.count))
            } while bytes.count < tensor.count
            found[tensor.name] = bytes
        }
        return found
    }

    @Test func piecesMakeTheTensors() throws {
        #expect(try read(path) == file.tensors.mapValues(\.bytes))
    }

    @Test func theOutlineIsThatOfTheHeader() throws {
        let reader = try SafetensorsReader(path)
        let other = try SafetensorsOutline(
            header: reader.headerText, dataCount: reader.dataCount, name: "b")
        for outline in [reader.outline, other] {
            #expect(outline.metadata == file.metadata)
            #expect(outline.tensors.map(\.name) == ["none", "weights", "states"])
            #expect(outline.tensors.map(\.shape) == [[0], [20, 15], [77]])
            #expect(outline.tensors.map(\.count) == [0, 1200, 77])
        }
    }

    @Test func damageIsFoundWithTheLastPiece() throws {
        var bytes = try folder.bytes("a.safetensors")
        bytes[bytes.count - 1] ^= 1
        let damaged = folder.file("b.safetensors")
        try AtomicFile.write([UInt8](bytes), to: damaged)
        #expect {
            try read(damaged)
        } throws: {
            "\($0)".contains("tensor 'states' has checksum")
        }
        try AtomicFile.write(Array(bytes.dropLast()), to: damaged)
        #expect(throws: StorageError.self) { _ = try SafetensorsReader(damaged) }
    }
}
