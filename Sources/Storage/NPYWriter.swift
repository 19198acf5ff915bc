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

/// Returns the header, padded so that the elements begin at a multiple of 64 bytes.
private func npyHeader(_ type: String, shape: [Int], count: Int) -> [UInt8] {
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
