/// An array of an NPZ archive.
public struct NamedArray: Sendable {
    let name: String
    let values: [Double]
    let shape: [Int]

    /// - Parameter shape: the dimensions, slowest first.
    /// - Precondition: the shape has as many elements as there are values.
    public init(_ name: String, _ values: [Double], shape: [Int]) {
        self.name = name
        self.values = values
        self.shape = shape
    }
}

/// Writes arrays of float64 as an NPZ archive, as `numpy.savez` does: members that are stored as they are.
///
/// The archive names no time, so that equal arrays make equal files.
///
/// Throws `cannotWrite`, also for an archive of 4 GiB or more, which needs another format.
public func writeNPZ(_ arrays: [NamedArray], to path: String) throws(StorageError) {
    let members = arrays.map { array -> [UInt8] in
        let bytes = unsafe [UInt8](array.values.span.bytes)
        return npyHeader("<f8", shape: array.shape, count: array.values.count) + bytes
    }
    guard members.reduce(0, { $0 + $1.count + 200 }) < Int(UInt32.max), arrays.count < 0xFFFF else {
        throw StorageError(
            .cannotWrite, path,
            "would be an archive of 4 GiB or more, which is not written; write NPY files.")
    }
    var pieces: [[UInt8]] = []
    var directory: [UInt8] = []
    var place = 0
    for (array, bytes) in zip(arrays, members) {
        let name = Array((array.name + ".npy").utf8)
        // Version 2.0, no flags, stored; 1 January 1980.
        let common =
            little(20, 2) + little(0, 2) + little(0, 2) + little(0, 2) + little(33, 2)
            + little(Int(crc32(bytes)), 4) + little(bytes.count, 4) + little(bytes.count, 4)
            + little(name.count, 2) + little(0, 2)
        directory +=
            [0x50, 0x4B, 1, 2] + little(20, 2) + common + little(0, 2) + little(0, 2)
            + little(0, 2) + little(0, 4) + little(place, 4) + name
        let header = [0x50, 0x4B, 3, 4] + common + name
        pieces += [header, bytes]
        place += header.count + bytes.count
    }
    let end =
        [0x50, 0x4B, 5, 6] + little(0, 2) + little(0, 2) + little(arrays.count, 2)
        + little(arrays.count, 2) + little(directory.count, 4) + little(place, 4) + little(0, 2)
    try AtomicFile.write(pieces: pieces + [directory, end], to: path)
}

private func little(_ number: Int, _ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
}
