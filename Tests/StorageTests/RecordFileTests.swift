import TestSupport
import Testing
@testable import Storage

@Suite struct RecordFileTests {
    /// The first record of an event file as TensorFlow writes it, with its length and checksums.
    @Test func aRecordHasItsLengthAndItsChecksums() {
        let record = [UInt8]("abc".utf8)
        let length: [UInt8] = [3, 0, 0, 0, 0, 0, 0, 0]
        func bytes(_ value: UInt32) -> [UInt8] { (0..<4).map { UInt8(value >> (8 * $0) & 255) } }
        #expect(
            RecordFile.framed(record)
                == length + bytes(maskedCRC32C(length)) + record + bytes(maskedCRC32C(record)))
        #expect(RecordFile.framed([]).count == 16)
    }

    @Test func recordsAreAdded() throws {
        try withTemporaryFolder { folder in
            let path = folder + "/records"
            try RecordFile(path: path).append([1, 2])
            let file = try RecordFile(path: path)
            try file.append([])
            try file.append([3])
            #expect(
                try readBytes(of: path)
                    == [[1, 2], [], [3]].flatMap { RecordFile.framed($0) })
        }
    }

    @Test func aFolderThatIsNotThereIsNamed() throws {
        try withTemporaryFolder { folder in
            _ = #expect {
                try RecordFile(path: folder + "/none/records")
            } throws: { error in
                (error as? StorageError)?.kind == .cannotWrite
                    && "\(error)".contains("none/records")
            }
        }
    }
}
