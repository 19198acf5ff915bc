/// Writes bytes as an NPY file of type uint8, version 1.0, in C order.
///
/// Throws `cannotWrite`.
/// - Parameter shape: the dimensions, slowest first.
/// - Precondition: the shape has as many elements as there are values.
public func writeNPY(_ values: [UInt8], shape: [Int], to path: String) throws(StorageError) {
    let header = npyHeader("|u1", shape: shape, count: values.count)
    try AtomicFile.write(to: path) { writer throws(StorageError) in
        try writer.write(header)
        try writer.write(values)
    }
}

/// Writes numbers as an NPY file of type float32, version 1.0, in C order.
///
/// Throws `cannotWrite`.
/// - Parameter shape: the dimensions, slowest first.
/// - Precondition: the shape has as many elements as there are values.
public func writeNPY(_ values: [Float], shape: [Int], to path: String) throws(StorageError) {
    let header = npyHeader("<f4", shape: shape, count: values.count)
    try AtomicFile.write(to: path) { writer throws(StorageError) in
        try writer.write(header)
        try unsafe writer.write(values.span.bytes)
    }
}

/// Writes numbers as an NPY file of type float64, version 1.0, in C order.
///
/// Throws `cannotWrite`.
/// - Parameter shape: the dimensions, slowest first.
/// - Precondition: the shape has as many elements as there are values.
public func writeNPY(_ values: [Double], shape: [Int], to path: String) throws(StorageError) {
    let header = npyHeader("<f8", shape: shape, count: values.count)
    try AtomicFile.write(to: path) { writer throws(StorageError) in
        try writer.write(header)
        try unsafe writer.write(values.span.bytes)
    }
}

/// An NPY file, version 1.0 in C order, that is written piece after piece and appears whole or not at
/// all: for arrays that need not fit into memory.
public struct NPYWriter: ~Copyable {
    private let file: AtomicFile.Writer
    /// Bytes that are still to come.
    private var missing: Int

    /// Begins an array of bytes, or of float32.
    ///
    /// Throws `cannotWrite`.
    /// - Parameter shape: the dimensions, slowest first.
    public init(
        _ type: ArrayFile.ElementType, shape: [Int], to path: String
    ) throws(StorageError) {
        precondition(type == .uint8 || type == .float32, "NPY of \(type) is not written")
        let count = shape.reduce(1, *)
        let file = try AtomicFile.Writer(path)
        try file.write(npyHeader(type == .uint8 ? "|u1" : "<f4", shape: shape, count: count))
        self.file = file
        missing = count * type.width
    }

    /// Adds the bytes of the next elements, in the memory's order.
    ///
    /// Throws `cannotWrite`.
    public mutating func write(_ bytes: [UInt8]) throws(StorageError) {
        precondition(bytes.count <= missing, "\(bytes.count) bytes where \(missing) are missing")
        try file.write(bytes)
        missing -= bytes.count
    }

    /// Gives the file its name.
    ///
    /// Throws `cannotWrite`.
    /// - Precondition: all elements are written.
    public consuming func finish() throws(StorageError) {
        precondition(missing == 0, "\(missing) bytes of the array are missing")
        try file.finish()
    }
}

/// Returns the header, padded so that the elements begin at a multiple of 64 bytes.
func npyHeader(_ type: String, shape: [Int], count: Int) -> [UInt8] {
    precondition(
        shape.allSatisfy { $0 >= 0 } && shape.reduce(1, *) == count,
        "\(count) values for the shape \(shape)")
    // A tuple of one element needs its comma.
    let tuple = shape.map(String.init).joined(separator: ", ") + (shape.count == 1 ? "," : "")
    var text = "{'descr': '\(type)', 'fortran_order': False, 'shape': (\(tuple)), }"
    let unpadded = 10 + text.utf8.count + 1
    text += String(repeating: " ", count: (64 - unpadded % 64) % 64) + "\n"
    let length = UInt16(text.utf8.count)
    return NPYHeader.magic + [1, 0, UInt8(length & 0xFF), UInt8(length >> 8)] + Array(text.utf8)
}
