public import Ranks
import RBMCore
public import Storage

/// Which values a data file holds.
public struct ValueCensus: Equatable {
    /// A bit for each kind of value that was met: 0, 1, −1, in (0, 1), other, not finite.
    public private(set) var met: UInt8 = 0
    /// How many values are missing.
    ///
    /// They are counted only where values may be missing, and set no bit of `met`.
    public private(set) var missing = 0
    /// The first case with a value that is not finite.
    public private(set) var firstNotFinite = Int.max
    /// The first case with a value that is neither in [0, 1] nor −1, and the value.
    public private(set) var firstOther = (case: Int.max, value: 0.0)
    /// The smallest finite value, +∞ if there is none.
    public private(set) var smallest = Double.infinity
    /// The largest finite value, −∞ if there is none.
    public private(set) var largest = -Double.infinity
    /// Whether all finite values are whole numbers.
    public private(set) var areWhole = true

    public static func == (a: Self, b: Self) -> Bool { a.met == b.met }

    public var hasZero: Bool { met & 1 != 0 }
    public var hasMinusOne: Bool { met & 4 != 0 }
    public var hasFraction: Bool { met & 8 != 0 }
    public var hasOther: Bool { met & 16 != 0 }
    public var hasNotFinite: Bool { met & 32 != 0 }
    public var lacksValues: Bool { missing > 0 }

    /// Whether all values are 0 or 1.
    public var isBits: Bool { met & ~0b11 == 0 }
    /// Whether all values are −1 or +1.
    public var isSigns: Bool { met & ~0b110 == 0 && met != 0 }

    public init() {}

    public mutating func add(_ value: Float, case number: Int) {
        if value.isFinite {
            smallest = min(smallest, Double(value))
            largest = max(largest, Double(value))
            areWhole = areWhole && value == value.rounded(.down)
        }
        if value == 0 {
            met |= 1
        } else if value == 1 {
            met |= 2
        } else if value == -1 {
            met |= 4
        } else if !value.isFinite {
            met |= 32
            firstNotFinite = min(firstNotFinite, number)
        } else if value > 0 && value < 1 {
            met |= 8
        } else {
            met |= 16
            if number < firstOther.case { firstOther = (number, Double(value)) }
        }
    }

    /// Adds a case of bytes, at the speed of memory.
    private mutating func add(_ bytes: [UInt8], case number: Int) {
        let bytes = bytes.span
        var (least, most, or): (UInt8, UInt8, UInt8) = (255, 0, 0)
        for i in bytes.indices {
            least = min(least, bytes[i])
            most = max(most, bytes[i])
            or |= bytes[i]
        }
        smallest = min(smallest, Double(least))
        largest = max(largest, Double(most))
        if least == 0 { met |= 1 }
        if or == 1 { met |= 2 }
        guard most > 1 else { return }
        met |= 16
        if number < firstOther.case { firstOther = (number, Double(most)) }
    }

    /// Looks at every value of some cases of a file; nil for all.
    ///
    /// - Parameter takesMissing: Whether a value that is not a number is one that is missing.
    ///
    /// Throws `badFile` if the file cannot be read any more.
    public init(
        _ file: ArrayFile, cases: Range<Int>? = nil, takingMissing takesMissing: Bool = false
    ) throws(StorageError) {
        var bytes = [UInt8](repeating: 0, count: file.caseElements)
        var floats = [Float](repeating: 0, count: file.caseElements)
        for number in cases ?? 0..<file.cases {
            if file.elementType == .uint8 {
                var span = bytes.mutableSpan
                try file.copyBytes(case: number, into: &span)
                add(bytes, case: number)
                continue
            }
            var span = floats.mutableSpan
            try file.copyFloats(case: number, into: &span)
            for value in floats {
                if takesMissing, value.isNaN { missing += 1 } else { add(value, case: number) }
            }
        }
    }

    /// Collective.
    ///
    /// Looks at every value of a file, each rank at its share; all ranks get the same census.
    public static func take(
        _ file: ArrayFile, takingMissing takesMissing: Bool = false,
        _ world: borrowing Communicator
    ) throws -> ValueCensus {
        let share = world.share(of: file.cases)
        var census = try world.together {
            try ValueCensus(file, cases: share, takingMissing: takesMissing)
        }
        var missing = [Int64(census.missing)]
        try world.sum(&missing)
        census.missing = Int(missing[0])
        var bits = (0..<6).map { UInt8(census.met >> $0 & 1 == 1 ? 1 : 0) }.map(Int32.init)
        try world.sum(&bits)
        census.met = bits.enumerated().reduce(0) { $0 | ($1.element > 0 ? 1 << $1.offset : 0) }
        let notFinite = try world.minimum(Int64(census.firstNotFinite))
        census.firstNotFinite = Int(notFinite)
        let other = Int(try world.minimum(Int64(census.firstOther.case)))
        var value = [
            other == census.firstOther.case && other < Int.max ? census.firstOther.value : 0
        ]
        try world.sum(&value)
        census.firstOther = (other, value[0])
        census.smallest = try world.minimum(census.smallest)
        census.largest = try -world.minimum(-census.largest)
        census.areWhole = try world.minimum(Int64(census.areWhole ? 1 : 0)) == 1
        return census
    }
}

extension Communicator {
    /// Collective.
    ///
    /// Returns the least number of all ranks, none of which is NaN.
    fileprivate borrowing func minimum(_ value: Double) throws -> Double {
        // As integers, the patterns of positive numbers stand in the order of the numbers, and those
        // of negative ones in the reverse order.
        func ordered(_ pattern: Int64) -> Int64 { pattern >= 0 ? pattern : pattern ^ .max }
        let least = try minimum(ordered(Int64(bitPattern: value.bitPattern)))
        return Double(bitPattern: UInt64(bitPattern: ordered(least)))
    }
}
