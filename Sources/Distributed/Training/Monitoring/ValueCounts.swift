/// How often values occur, in eight bins to each power of two, with their extremes and sums.
///
/// The bins are the same for all values, so that counts need one pass, and can be joined.
public struct ValueCounts: Sendable, Equatable {
    public private(set) var count = 0
    /// 0 without values.
    public private(set) var minimum = 0.0
    public private(set) var maximum = 0.0
    public private(set) var sum = 0.0
    public private(set) var sumOfSquares = 0.0
    /// The values of each sign, exponent and first three bits after it.
    private var counts = [Int](repeating: 0, count: 2 * Self.magnitudes)

    private static let magnitudes = 1 << 11
    /// The bits of a float below those that tell its bin.
    private static let bitsWithin: UInt32 = 20

    public init() {}

    /// Adds values, which are finite.
    public mutating func add(_ values: some Sequence<Float>) {
        for value in values {
            let number = Double(value)
            counts[Int(value.bitPattern >> Self.bitsWithin)] += 1
            minimum = count == 0 ? number : min(minimum, number)
            maximum = count == 0 ? number : max(maximum, number)
            sum += number
            sumOfSquares += number * number
            count += 1
        }
    }

    /// The bins that have values, by rising limits, each after an empty one where others lie between.
    ///
    /// A bin has the values above the limit before it, and up to its own.
    public var bins: [(limit: Double, count: Int)] {
        var result: [(limit: Double, count: Int)] = []
        func add(_ lower: Double, _ upper: Double, _ count: Int) {
            guard count > 0 else { return }
            if result.last?.limit != lower { result.append((lower, 0)) }
            result.append((upper, count))
        }
        for magnitude in (0..<Self.magnitudes).reversed() {
            add(
                -Self.edge(magnitude + 1), -Self.edge(magnitude),
                counts[Self.magnitudes + magnitude])
        }
        for magnitude in 0..<Self.magnitudes {
            add(Self.edge(magnitude), Self.edge(magnitude + 1), counts[magnitude])
        }
        return result
    }

    /// The least magnitude of a bin.
    private static func edge(_ magnitude: Int) -> Double {
        let bits = UInt32(magnitude) << bitsWithin
        return bits < Float.infinity.bitPattern ? Double(Float(bitPattern: bits)) : 0x1p128
    }
}
