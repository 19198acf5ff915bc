public import RBMCore
import RandomStreams
public import Storage

/// How the values of a data file become visible bytes.
public enum CaseValues: Sendable, Equatable {
    /// 0 or 1 as they are; −1 and +1 become 0 and 1.
    case bits
    /// Grey values as bytes 0…127; `white` is the value that becomes 127.
    case grey(white: Float)
    /// 1 for values of at least one half of white.
    case threshold(white: Float)
    /// 1 with the grey value over white as its probability, drawn again for each draw.
    case sampled(white: Float)
    /// Bits drawn like that, but only once: those of the monitor's fixed draw.
    case sampledOnce(white: Float)
    /// Real numbers: those of the file divided by the divisor, which is 255 for grey bytes.
    case real(divisor: Float)
    /// States 0…q−1 of categorical units of q states: q bytes each, of which that of the state is 1.
    case categories(Int)

    /// How many bytes of a case stand for one value, without what real numbers take each.
    var columns: Int { if case .categories(let states) = self { states } else { 1 } }

    var isSampled: Bool {
        switch self {
        case .sampled, .sampledOnce: true
        case .bits, .grey, .threshold, .real, .categories: false
        }
    }

    var isSampledOnce: Bool { if case .sampledOnce = self { true } else { false } }
}

/// The cases of a file, each fetched when it is asked for, so that the file may be larger than memory.
public final class FileCases: DoubleCases {
    public var count: Int { file.cases }
    public var visible: Int { file.caseElements * values.columns }
    public var encoding: StateEncoding {
        switch values {
        case .grey: .levels
        case .real: .float32
        case .bits, .threshold, .sampled, .sampledOnce, .categories: .bits
        }
    }

    /// The shape of one case.
    public var caseShape: [Int] { file.caseShape.isEmpty ? [1] : file.caseShape }

    private let file: ArrayFile
    private let values: CaseValues
    private let seed: UInt64
    private let lacksValues: Bool

    /// Takes over an open file whose values are known to fit.
    ///
    /// - Parameter lacksValues: Whether values that are not numbers are missing, and their units get
    ///   the mark of `UnobservedUnits`.
    public init(_ file: ArrayFile, values: CaseValues, seed: UInt64, lacksValues: Bool = false) {
        self.file = file
        self.values = values
        self.seed = seed
        self.lacksValues = lacksValues
    }

    public func load(_ cases: [Int], draw: Int, into result: inout [UInt8]) throws {
        if case .real(let divisor) = values {
            return try loadReals(cases, over: divisor, into: &result)
        }
        if case .categories(let states) = values {
            return try loadStates(cases, of: states, into: &result)
        }
        let visible = visible
        let stream = RandomStream(
            seed: seed, .binarization(draw: values.isSampledOnce ? 0 : draw))
        var words = [UInt32](repeating: 0, count: values.isSampled ? visible : 0)
        var floats = [Float](repeating: 0, count: file.elementType.isByte ? 0 : visible)
        var result = result.mutableSpan
        for (row, number) in cases.enumerated() {
            if values.isSampled {
                var span = words.mutableSpan
                stream.fill(&span, row: number)
            }
            var part = result._mutatingExtracting((row * visible)..<((row + 1) * visible))
            if file.elementType.isByte {
                try file.copyBytes(case: number, into: &part)
                convert(&part, words.span)
            } else {
                var span = floats.mutableSpan
                try file.copyFloats(case: number, into: &span)
                guard lacksValues else {
                    convert(floats.span, into: &part, words.span)
                    continue
                }
                let missing = floats.indices.filter { floats[$0].isNaN }
                for i in missing { floats[i] = 0 }
                convert(floats.span, into: &part, words.span)
                for i in missing { part[i] = UnobservedUnits.mark }
            }
        }
    }

    private func loadReals(_ cases: [Int], over divisor: Float, into result: inout [UInt8]) throws {
        var floats = [Float](repeating: 0, count: visible)
        for (row, number) in cases.enumerated() {
            var span = floats.mutableSpan
            try file.copyFloats(case: number, into: &span)
            if divisor != 1 { for i in floats.indices { floats[i] /= divisor } }
            writeReals(floats.span, into: &result, at: row * visible)
        }
    }

    public var exceedsFloat32: Bool {
        guard case .real = values else { return false }
        return file.elementType.exceedsFloat32
    }

    /// - Precondition: The values are read as real numbers.
    public func loadDoubles(_ cases: [Int], draw: Int, into result: inout [Double]) throws {
        guard case .real(let divisor) = values else {
            preconditionFailure("\(values) are no real numbers")
        }
        var row = [Double](repeating: 0, count: visible)
        result.removeAll(keepingCapacity: true)
        for number in cases {
            var span = row.mutableSpan
            try file.copyDoubles(case: number, into: &span)
            result += divisor == 1 ? row : row.map { $0 / Double(divisor) }
        }
    }

    /// Loads whole numbers below `states`, each as a row of bytes with one 1.
    private func loadStates(_ cases: [Int], of states: Int, into result: inout [UInt8]) throws {
        var floats = [Float](repeating: 0, count: file.caseElements)
        for (row, number) in cases.enumerated() {
            var span = floats.mutableSpan
            try file.copyFloats(case: number, into: &span)
            for i in (row * visible)..<((row + 1) * visible) { result[i] = 0 }
            // The file was found to hold no other numbers; one that has changed since must not lead
            // to bytes of another unit.
            for (unit, value) in floats.enumerated() {
                let start = row * visible + unit * states
                if lacksValues, value.isNaN {
                    for column in start..<(start + states) {
                        result[column] = UnobservedUnits.mark
                    }
                    continue
                }
                guard let state = Int(exactly: value), (0..<states).contains(state) else {
                    throw dataFault(
                        file.path, "case \(number) has changed since the file was opened")
                }
                result[start + state] = 1
            }
        }
    }

    /// Turns raw bytes into visible bytes, in place.
    private func convert(_ bytes: inout MutableSpan<UInt8>, _ words: Span<UInt32>) {
        switch values {
        // The byte of −1 is 255.
        case .bits:
            for i in bytes.indices { bytes[i] = oneIfNegative(Int32(bytes[i] ^ 1) &- 1) }
        case .threshold(let white):
            let half = Int32((white / 2).rounded(.up))
            for i in bytes.indices { bytes[i] = oneIfNegative(half &- 1 &- Int32(bytes[i])) }
        case .grey(let white):
            guard let whole = Int32(exactly: white) else {
                for i in bytes.indices { bytes[i] = level(Float(bytes[i]) / white) }
                return
            }
            for i in bytes.indices {
                bytes[i] = UInt8(truncatingIfNeeded: (Int32(bytes[i]) * 127 + whole / 2) / whole)
            }
        case .sampled(let white), .sampledOnce(let white):
            for i in bytes.indices {
                bytes[i] = words[i].occurs(Float(bytes[i]) / white) ? 1 : 0
            }
        case .real, .categories: preconditionFailure("these values are not single bytes")
        }
    }

    /// Turns numbers into visible bytes.
    private func convert(
        _ floats: Span<Float>, into bytes: inout MutableSpan<UInt8>, _ words: Span<UInt32>
    ) {
        switch values {
        case .bits: for i in bytes.indices { bytes[i] = floats[i] > 0.5 ? 1 : 0 }
        case .threshold(let white):
            let half = white / 2
            for i in bytes.indices { bytes[i] = floats[i] >= half ? 1 : 0 }
        case .grey(let white):
            for i in bytes.indices { bytes[i] = level(floats[i] / white) }
        case .sampled(let white), .sampledOnce(let white):
            for i in bytes.indices { bytes[i] = words[i].occurs(floats[i] / white) ? 1 : 0 }
        case .real, .categories: preconditionFailure("these values are not single bytes")
        }
    }

    /// The byte 0…127 of a share of white.
    private func level(_ share: Float) -> UInt8 { UInt8(share * 127 + 0.5) }
}

/// 1 for a negative number, else 0.
///
/// For a condition the compiler would write a jump for every byte, which takes ten times as long as
/// all the rest.
@inline(__always)
private func oneIfNegative(_ x: Int32) -> UInt8 {
    UInt8(truncatingIfNeeded: UInt32(bitPattern: x) >> 31)
}
