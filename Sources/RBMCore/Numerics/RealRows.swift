// Rows of real values in buffers of bytes: a value is a float32 in the machine's byte order.

/// Copies real values out of bytes.
///
/// - Parameters:
///   - values: Which of the values in `bytes` are copied.
///   - result: Receives the values from its start on. A longer array keeps what follows them.
public func readReals(_ bytes: [UInt8], _ values: Range<Int>, into result: inout [Float]) {
    if result.count < values.count { result = Array(repeating: 0, count: values.count) }
    precondition(4 * values.upperBound <= bytes.count, "\(values) of \(bytes.count) bytes")
    let bytes = unsafe bytes.span.bytes
    var result = result.mutableSpan
    for i in 0..<values.count {
        // Any four bytes are a valid float32.
        result[i] = unsafe bytes.unsafeLoadUnaligned(
            fromUncheckedByteOffset: 4 &* (values.lowerBound &+ i), as: Float.self)
    }
}

/// Copies real values into bytes, the first one to the place of value `start`.
public func writeReals(_ values: Span<Float>, into bytes: inout [UInt8], at start: Int) {
    precondition(4 * (start + values.count) <= bytes.count, "value \(start) + \(values.count)")
    unsafe bytes.withUnsafeMutableBytes { bytes in
        for i in values.indices {
            // The range is checked above.
            unsafe bytes.storeBytes(of: values[i], toByteOffset: 4 &* (start &+ i), as: Float.self)
        }
    }
}

/// Copies a real value into bytes, to the place of value `number`.
func writeReal(_ value: Float, into bytes: inout MutableSpan<UInt8>, at number: Int) {
    precondition(4 * (number + 1) <= bytes.count, "value \(number) in \(bytes.count) bytes")
    unsafe bytes.withUnsafeMutableBytes { bytes in
        // The range is checked above.
        unsafe bytes.storeBytes(of: value, toByteOffset: 4 &* number, as: Float.self)
    }
}

/// Turns a row of stored states into the values of its units.
///
/// - Parameters:
///   - states: Shape `[…, units]` in the encoding.
///   - values: One element for each unit of the row.
public func readValues(
    of kind: any UnitKind, stored encoding: StateEncoding, _ states: Span<UInt8>, row: Int,
    into values: inout [Double]
) {
    let (scale, offset, maximum) = (kind.scale, kind.offset, Double(encoding.maximum))
    let range = rowRange(row, of: values.count)
    var span = values.mutableSpan
    guard encoding != .float32 else {
        for i in span.indices { span[i] = Double(real(range.lowerBound + i, in: states)) }
        return
    }
    let bytes = states.extracting(range)
    for i in span.indices { span[i] = scale * (Double(bytes[i]) / maximum) + offset }
}

/// Turns a row of stored states into levels: a grey byte x becomes x/127, a bit becomes 0 or 1, and
/// a real value stays as it is.
///
/// - Parameters: The same as those of `readValues`.
func readLevels(
    stored encoding: StateEncoding, _ states: Span<UInt8>, row: Int, count: Int,
    into levels: inout [Float]
) {
    if levels.count < count { levels = Array(repeating: 0, count: count) }
    let range = rowRange(row, of: count)
    var span = levels.mutableSpan
    guard encoding != .float32 else {
        for i in 0..<count { span[i] = real(range.lowerBound + i, in: states) }
        return
    }
    let factor = 1 / Float(encoding.maximum)
    let bytes = states.extracting(range)
    span.withRange(0..<count) { span in
        for i in span.indices { span[i] = Float(bytes[i]) * factor }
    }
}

/// Reads the real value with a number from the bytes of many.
@inline(__always)
func real(_ number: Int, in states: Span<UInt8>) -> Float {
    precondition(4 * (number + 1) <= states.count, "value \(number) of \(states.count) bytes")
    // Any four bytes are a valid float32.
    return unsafe states.bytes.unsafeLoadUnaligned(
        fromUncheckedByteOffset: 4 &* number, as: Float.self)
}
