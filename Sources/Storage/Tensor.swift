/// An array of numbers as safetensors stores it: little-endian, row-major, slowest dimension first.
public struct Tensor: Sendable, Equatable {
    /// The element types of the format; the raw value is the name in the file.
    public enum ElementType: String, Sendable, CaseIterable {
        case bool = "BOOL"
        case u8 = "U8"
        case i8 = "I8"
        case u16 = "U16"
        case i16 = "I16"
        case u32 = "U32"
        case i32 = "I32"
        case u64 = "U64"
        case i64 = "I64"
        case f16 = "F16"
        case bf16 = "BF16"
        case f32 = "F32"
        case f64 = "F64"
        case c64 = "C64"
        case f8e4m3 = "F8_E4M3"
        case f8e5m2 = "F8_E5M2"
        case f8e8m0 = "F8_E8M0"
        case f8e4m3fnuz = "F8_E4M3FNUZ"
        case f8e5m2fnuz = "F8_E5M2FNUZ"
        case f6e2m3 = "F6_E2M3"
        case f6e3m2 = "F6_E3M2"
        case f4 = "F4"

        /// The bits of one element.
        ///
        /// A whole tensor fills whole bytes.
        public var bits: Int {
            switch self {
            case .f4: 4
            case .f6e2m3, .f6e3m2: 6
            case .bool, .u8, .i8, .f8e4m3, .f8e5m2, .f8e8m0, .f8e4m3fnuz, .f8e5m2fnuz: 8
            case .u16, .i16, .f16, .bf16: 16
            case .u32, .i32, .f32: 32
            case .u64, .i64, .f64, .c64: 64
            }
        }

        /// The bytes of all elements of a shape; nil if they are too many to count, or not whole
        /// bytes.
        func byteCount(shape: [Int]) -> Int? {
            var count = 1
            // Zeros are looked for first, so that the order of the dimensions does not decide what
            // overflows.
            for size in shape.contains(0) ? [0] : shape {
                let (product, overflows) = count.multipliedReportingOverflow(by: size)
                if overflows { return nil }
                count = product
            }
            let (total, overflows) = count.multipliedReportingOverflow(by: bits)
            return overflows || total % 8 != 0 ? nil : total / 8
        }
    }

    /// What the elements are.
    public let elementType: ElementType
    /// The dimensions, slowest first; empty for a single number.
    public let shape: [Int]
    /// The elements, little-endian and row-major.
    public let bytes: [UInt8]

    /// Creates a tensor of any type from its bytes.
    ///
    /// - Precondition: `bytes` is as long as type and shape require.
    public init(elementType: ElementType, shape: [Int], bytes: [UInt8]) {
        precondition(
            shape.allSatisfy { $0 >= 0 } && elementType.byteCount(shape: shape) == bytes.count,
            "\(bytes.count) bytes for \(elementType.rawValue) of shape \(shape)")
        self.elementType = elementType
        self.shape = shape
        self.bytes = bytes
    }

    /// Creates a tensor of F32.
    ///
    /// - Precondition: the shape has as many elements as there are numbers.
    public init(floats: [Float], shape: [Int]) {
        self.init(
            elementType: .f32, shape: shape, bytes: unsafe [UInt8](floats.span.bytes))
    }

    /// Creates a tensor of U8.
    ///
    /// - Precondition: the shape has as many elements as there are bytes.
    public init(bytes: [UInt8], shape: [Int]) {
        self.init(elementType: .u8, shape: shape, bytes: bytes)
    }

    /// Returns the elements of a tensor of F32; nil for any other type.
    public func floats() -> [Float]? {
        guard elementType == .f32 else { return nil }
        return unsafe [Float](unsafeUninitializedCapacity: bytes.count / 4) { buffer, count in
            unsafe UnsafeMutableRawBufferPointer(buffer).copyBytes(from: bytes)
            count = bytes.count / 4
        }
    }
}
