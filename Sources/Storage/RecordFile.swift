import Synchronization
import SystemPackage

/// A file that grows by whole records, each with its length and two checksums, as TensorBoard reads it.
///
/// A record is its length in 8 bytes, their masked CRC-32C in 4, its bytes, and theirs in 4; all numbers
/// are little-endian. Source: [TensorBoard]. Safe to use from several threads of one process.
public final class RecordFile: Sendable {
    /// The file's name.
    public let path: String

    private let file: Mutex<Descriptor>

    /// Creates the file, or opens one to add to its end.
    ///
    /// Throws `cannotWrite`.
    public init(path: String) throws(StorageError) {
        self.path = path
        file = Mutex(try Descriptor.appending(path))
    }

    /// Adds a record and hands it to the operating system, so that it outlives this process.
    ///
    /// Throws `cannotWrite`; the file is then as it was before.
    public func append(_ record: [UInt8]) throws(StorageError) {
        let bytes = Self.framed(record)
        try file.withLock { descriptor throws(StorageError) in
            let size = try descriptor.size(.cannotWrite)
            do throws(StorageError) {
                try unsafe descriptor.write(bytes.span.bytes)
            } catch {
                // No reader goes past half a record.
                try? descriptor.file.resize(to: Int64(size))
                throw error
            }
        }
    }

    /// Returns a record with its length and its checksums.
    static func framed(_ record: [UInt8]) -> [UInt8] {
        let length = littleEndian(UInt64(record.count))
        return length + littleEndian(maskedCRC32C(length)) + record
            + littleEndian(maskedCRC32C(record))
    }

    private static func littleEndian<Number: FixedWidthInteger>(_ number: Number) -> [UInt8] {
        (0..<Number.bitWidth / 8).map { UInt8(truncatingIfNeeded: number >> ($0 * 8)) }
    }
}
