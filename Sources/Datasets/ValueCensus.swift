public import Ranks
import RBMCore
public import Storage

/// Which values a data file holds.
public struct ValueCensus: Equatable {
    /// A bit for each kind of value that was met: 0, 1, −1, in (0, 1), other, not finite.
    public private(set) var met: UInt8 = 0
    /// The first case with a value that is not finite.
    public private(set) var firstNotFinite = Int.max
    /// The first case with a value that is neither in [0, 1] nor −1, and the value.
    public private(set) var firstOther = (case: Int.max, value: 0.0)

    public static func == (a: Self, b: Self) -> Bool { a.met == b.met }

    public var hasZero: Bool { met & 1 != 0 }
    public var hasMinusOne: Bool { met & 4 != 0 }
    public var hasFraction: Bool { met & 8 != 0 }
    public var hasOther: Bool { met & 16 != 0 }
    public var hasNotFinite: Bool { met & 32 != 0 }

    /// Whether all values are 0 or 1.
    public var isBits: Bool { met & ~0b11 == 0 }
    /// Whether all values are −1 or +1.
    public var isSigns: Bool { met & ~0b110 == 0 && met != 0 }

    public init() {}

    public mutating func add(_ value: Float, case number: Int) {
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

    /// Adds a case whose bytes are all 0 or 1, at the speed of memory.
    ///
    /// - Returns: Whether they are; if not, nothing is added.
    private mutating func addBits(_ bytes: [UInt8]) -> Bool {
        let bytes = bytes.span
        var (or, and): (UInt8, UInt8) = (0, 255)
        for i in bytes.indices {
            or |= bytes[i]
            and &= bytes[i]
        }
        guard or <= 1 else { return false }
        met |= (and == 0 ? 1 : 0) | (or == 1 ? 2 : 0)
        return true
    }

    /// Collective.
    ///
    /// Looks at every value of a file, each rank at its share; all ranks get the same census.
    public static func take(_ file: ArrayFile, _ world: borrowing Communicator) throws
        -> ValueCensus
    {
        let share = world.share(of: file.cases)
        var census = try world.together { () throws -> ValueCensus in
            var census = ValueCensus()
            var bytes = [UInt8](repeating: 0, count: file.caseElements)
            var floats = [Float](repeating: 0, count: file.caseElements)
            for number in share {
                if file.elementType == .uint8 {
                    var span = bytes.mutableSpan
                    try file.copyBytes(case: number, into: &span)
                    if census.addBits(bytes) { continue }
                }
                var span = floats.mutableSpan
                try file.copyFloats(case: number, into: &span)
                for value in floats { census.add(value, case: number) }
            }
            return census
        }
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
        return census
    }
}
