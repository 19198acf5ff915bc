import Foundation
import Storage
import TestSupport
import Testing

/// Expects a storage error whose description has the file's name first and then all the words.
func expectStorageError(
    _ kind: StorageError.Kind, _ words: String..., file: String? = nil,
    sourceLocation: SourceLocation = #_sourceLocation, _ body: () throws -> Void
) {
    do {
        try body()
        Issue.record("no error; expected one with \(words)", sourceLocation: sourceLocation)
    } catch let error as StorageError {
        #expect(error.kind == kind, "\(error)", sourceLocation: sourceLocation)
        #expect(
            error.description.hasPrefix("\(error.file): "), sourceLocation: sourceLocation)
        if let file { #expect(error.file == file, sourceLocation: sourceLocation) }
        for word in words {
            #expect(
                error.description.contains(word), "\(error.description)",
                sourceLocation: sourceLocation)
        }
    } catch {
        Issue.record("\(error) is no StorageError", sourceLocation: sourceLocation)
    }
}

func bigEndian(_ number: some FixedWidthInteger) -> [UInt8] {
    let width = type(of: number).bitWidth
    return stride(from: width - 8, through: 0, by: -8).map {
        UInt8(truncatingIfNeeded: number >> $0)
    }
}

func littleEndian(_ number: some FixedWidthInteger) -> [UInt8] {
    bigEndian(number).reversed()
}

/// A gzip file of stored blocks, which needs no compressor.
func gzip(_ bytes: [UInt8]) -> [UInt8] {
    var result: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255]
    var rest = bytes[...]
    repeat {
        let block = rest.prefix(65_535)
        rest = rest.dropFirst(block.count)
        let count = UInt16(block.count)
        result += [rest.isEmpty ? 1 : 0] + littleEndian(count) + littleEndian(~count) + block
    } while !rest.isEmpty
    return result + littleEndian(crc32(bytes))
        + littleEndian(UInt32(truncatingIfNeeded: bytes.count))
}
