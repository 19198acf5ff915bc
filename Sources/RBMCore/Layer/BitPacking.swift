/// Where the bits of a matrix lie whose columns processes divide: share after share, row after row.
///
/// Each row of a share begins with a byte of its own.
struct BitPacking {
    /// The bytes of each share.
    let ranges: [Range<Int>]
    /// The bytes of a row of each share.
    private let strides: [Int]

    init(rows: Int, shares: [Range<Int>]) {
        strides = shares.map { ($0.count + 7) / 8 }
        var start = 0
        ranges = strides.map { stride in
            defer { start += rows * stride }
            return start..<(start + rows * stride)
        }
    }

    /// The bytes of all shares.
    var bytes: Int { ranges.last?.upperBound ?? 0 }

    /// The bytes of some columns of a row.
    ///
    /// - Parameter columns: Within the share; the first is a multiple of 8.
    func range(ofRow row: Int, _ columns: Range<Int>, of share: Int) -> Range<Int> {
        let first = ranges[share].lowerBound + row * strides[share]
        return (first + columns.lowerBound / 8)..<(first + (columns.upperBound + 7) / 8)
    }
}

/// Packs states of two levels, of which the lower is 0, into bits: the first into the lowest bit of the
/// first byte.
func packBits(_ states: Span<UInt8>, into bits: inout MutableSpan<UInt8>) {
    precondition(bits.count == (states.count + 7) / 8, "\(states.count) states in \(bits.count)")
    unsafe states.withUnsafeBytes { states in
        for i in 0..<(states.count / 8) {
            let eight = unsafe states.loadUnaligned(fromByteOffset: 8 &* i, as: UInt64.self)
            // The lowest bit of each byte says whether the byte is not 0: a level is at most 127.
            let ones = (eight &+ 0x7F7F_7F7F_7F7F_7F7F) >> 7 & 0x0101_0101_0101_0101
            bits[i] = UInt8(truncatingIfNeeded: (ones &* 0x0102_0408_1020_4080) >> 56)
        }
        let rest = states.count / 8 * 8..<states.count
        guard !rest.isEmpty else { return }
        var last: UInt8 = 0
        for i in rest where unsafe states[i] != 0 { last |= 1 << UInt8(i - rest.lowerBound) }
        bits[bits.count - 1] = last
    }
}

/// Unpacks bits to states: 0, or `one` where the bit is set.
func unpackBits(_ bits: Span<UInt8>, one: UInt8, into states: inout MutableSpan<UInt8>) {
    let count = states.count
    precondition(bits.count == (count + 7) / 8, "\(count) states in \(bits.count)")
    unsafe states.withUnsafeMutableBytes { states in
        for i in 0..<(count / 8) {
            // Each byte keeps one of the eight bits.
            let kept = UInt64(bits[i]) &* 0x0101_0101_0101_0101 & 0x8040_2010_0804_0201
            let ones = (kept &+ 0x7F7F_7F7F_7F7F_7F7F) >> 7 & 0x0101_0101_0101_0101
            unsafe states.storeBytes(
                of: ones &* UInt64(one), toByteOffset: 8 &* i, as: UInt64.self)
        }
        for i in (count / 8 * 8)..<count {
            unsafe states[i] = bits[i / 8] >> UInt8(i % 8) & 1 == 1 ? one : 0
        }
    }
}
