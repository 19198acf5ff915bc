extension ArrayFile {
    /// What a file stores for each element.
    public enum ElementType: String, Sendable, CaseIterable {
        case bool, uint8, int8, uint16, int16, uint32, int32, uint64, int64
        case float16, float32, float64

        /// Bytes of one element.
        var width: Int {
            switch self {
            case .bool, .uint8, .int8: 1
            case .uint16, .int16, .float16: 2
            case .uint32, .int32, .float32: 4
            case .uint64, .int64, .float64: 8
            }
        }

        /// Whether an element is one byte wide.
        public var isByte: Bool { width == 1 }

        /// Whether float32 does not hold all elements.
        public var exceedsFloat32: Bool { width == 8 || self == .int32 || self == .uint32 }

        /// Whether elements are floating-point numbers.
        public var isFloating: Bool {
            switch self {
            case .float16, .float32, .float64: true
            default: false
            }
        }
    }
}

extension RawSpan {
    /// Converts elements to float32, rounded to the nearest; `true` is 1.
    ///
    /// - Precondition: The bytes are exactly as many elements as `floats` has places.
    func convert(
        _ type: ArrayFile.ElementType, isBigEndian: Bool, into floats: inout MutableSpan<Float>
    ) {
        switch type {
        case .bool: fill(&floats, UInt8.self, false) { $0 == 0 ? 0 : 1 }
        case .uint8: fill(&floats, UInt8.self, false) { Float($0) }
        case .int8: fill(&floats, Int8.self, false) { Float($0) }
        case .uint16: fill(&floats, UInt16.self, isBigEndian) { Float($0) }
        case .int16: fill(&floats, Int16.self, isBigEndian) { Float($0) }
        case .uint32: fill(&floats, UInt32.self, isBigEndian) { Float($0) }
        case .int32: fill(&floats, Int32.self, isBigEndian) { Float($0) }
        case .uint64: fill(&floats, UInt64.self, isBigEndian) { Float($0) }
        case .int64: fill(&floats, Int64.self, isBigEndian) { Float($0) }
        case .float16: fill(&floats, UInt16.self, isBigEndian) { float32(ofHalf: $0) }
        case .float32: fill(&floats, UInt32.self, isBigEndian) { Float(bitPattern: $0) }
        case .float64:
            fill(&floats, UInt64.self, isBigEndian) { Float(Double(bitPattern: $0)) }
        }
    }

    /// Converts elements to double precision; `true` is 1.
    ///
    /// - Precondition: The bytes are exactly as many elements as `doubles` has places.
    func convert(
        _ type: ArrayFile.ElementType, isBigEndian: Bool, into doubles: inout MutableSpan<Double>
    ) {
        switch type {
        case .uint32: fill(&doubles, UInt32.self, isBigEndian) { Double($0) }
        case .int32: fill(&doubles, Int32.self, isBigEndian) { Double($0) }
        case .uint64: fill(&doubles, UInt64.self, isBigEndian) { Double($0) }
        case .int64: fill(&doubles, Int64.self, isBigEndian) { Double($0) }
        case .float64: fill(&doubles, UInt64.self, isBigEndian) { Double(bitPattern: $0) }
        case .bool, .uint8, .int8, .uint16, .int16, .float16, .float32:
            // Float32 holds these.
            var floats = [Float](repeating: 0, count: doubles.count)
            var span = floats.mutableSpan
            convert(type, isBigEndian: isBigEndian, into: &span)
            for i in doubles.indices { doubles[i] = Double(span[i]) }
        }
    }

    /// Reads numbers that may lie at any address, converts each, and fills the span.
    @inline(__always)
    private func fill<Number: FixedWidthInteger & BitwiseCopyable, Value>(
        _ floats: inout MutableSpan<Value>, _ type: Number.Type, _ isSwapped: Bool,
        _ value: (Number) -> Value
    ) {
        precondition(byteCount == floats.count * MemoryLayout<Number>.size, "\(byteCount) bytes")
        if isSwapped {
            for i in floats.indices { floats[i] = value(number(i, type).byteSwapped) }
        } else {
            for i in floats.indices { floats[i] = value(number(i, type)) }
        }
    }

    /// The number at a place; the caller has checked the bounds, since a check for each element
    /// would prevent vector code.
    @inline(__always)
    private func number<Number: FixedWidthInteger & BitwiseCopyable>(
        _ place: Int, _ type: Number.Type
    ) -> Number {
        unsafe unsafeLoadUnaligned(
            fromUncheckedByteOffset: place * MemoryLayout<Number>.size, as: Number.self)
    }
}

/// The value of a number of IEEE 754 binary16, which float32 holds exactly.
///
/// `Float16` does not exist on every platform of Swift.
private func float32(ofHalf bits: UInt16) -> Float {
    let sign: Float = bits >> 15 == 0 ? 1 : -1
    let exponent = Int(bits >> 10 & 31)
    let fraction = Float(bits & 1023) / 1024
    switch exponent {
    case 0: return sign * fraction * 0x1p-14
    case 31: return fraction == 0 ? sign * .infinity : .nan
    default: return sign * Float(sign: .plus, exponent: exponent - 15, significand: 1 + fraction)
    }
}
