import RandomStreams

// Rows of Gaussian units among bytes: four bytes a unit, a float32 in the machine's order.

/// Copies real values out of bytes.
///
/// - Parameters:
///   - values: Of `bytes`, counted in values.
///   - result: Written from its start; longer ones keep what follows.
public func readReals(_ bytes: [UInt8], _ values: Range<Int>, into result: inout [Float]) {
    if result.count < values.count { result = Array(repeating: 0, count: values.count) }
    precondition(4 * values.upperBound <= bytes.count, "\(values) of \(bytes.count) bytes")
    let bytes = unsafe bytes.span.bytes
    var result = result.mutableSpan
    for i in 0..<values.count {
        // Any four bytes are a float32.
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

/// Draws Gaussian units: mean + deviation · a standard normal number.
///
/// - Parameters:
///   - means: Shape `[…, units]`, of which `rows` are drawn.
///   - deviations: Shape `[units]`.
///   - firstRow: The global number of the first row drawn, which names its random numbers.
///   - states: Bytes of real values, shape `[…, units]`, written from row `target` on.
func sampleNormal(
    _ means: [Float], deviations: [Float], rows: Range<Int>, stream: RandomStream, firstRow: Int,
    into states: inout [UInt8], at target: Int
) {
    let units = deviations.count
    var words = [UInt32](repeating: 0, count: units)
    var values = [Float](repeating: 0, count: units)
    for row in rows {
        var wordSpan = words.mutableSpan
        stream.fill(&wordSpan, row: firstRow + row - rows.lowerBound)
        let mean = means.span.extracting(rowRange(row, of: units))
        for i in 0..<units {
            let uniform = (Double(words[i]) + 0.5) * 0x1p-32
            values[i] = mean[i] + deviations[i] * Float(normalQuantile(uniform))
        }
        writeReals(values.span, into: &states, at: (target + row - rows.lowerBound) * units)
    }
}
