/// A random order of `0..<count` that needs no array: position in, element out, in constant time.
///
/// A balanced Feistel network of six rounds over the smallest even number of bits that holds
/// `count`, with Philox as round function; a value outside the range walks on along its cycle
/// (fewer than four steps on average). Every rank computes the same order by itself.
///
/// Source: cycle walking after [BlackRogaway02].
public struct KeyedPermutation: Sendable {
    /// How many elements are permuted.
    public let count: Int

    /// What is ordered.
    ///
    /// Each order has counters of its own, which no `Purpose` has.
    public enum Order: Sendable, Hashable {
        /// The training cases of an epoch.
        case epoch(Int, layer: Int)
        /// The cases of a file, of which the first ones are held out.
        case heldOutChoice
        /// The cases of a source, of which the monitor measures the first ones.
        case monitorCases(layer: Int)

        var words: Purpose.Words {
            switch self {
            case .epoch(let epoch, let layer):
                Purpose.Words(.epochOrder, layer: layer, step: epoch)
            case .heldOutChoice: Purpose.Words(.heldOutChoice)
            case .monitorCases(let layer): Purpose.Words(.monitorCases, layer: layer)
            }
        }
    }

    private let seed: UInt64
    private let tag: UInt64
    private let step: UInt64
    private let halfBits: UInt64

    /// Creates the order that belongs to the seed and what is ordered.
    ///
    /// - Precondition: `count` ≥ 0 and below 2⁶²; a layer < 2⁸, an epoch < 2³².
    public init(count: Int, seed: UInt64, _ order: Order) {
        precondition(count >= 0 && count < 1 << 62, "cannot permute \(count) elements")
        self.count = count
        self.seed = seed
        step = UInt64(order.words.step)
        tag = UInt64(order.words.tag)
        let bits = Int.bitWidth - max(count - 1, 1).leadingZeroBitCount
        halfBits = UInt64((bits + 1) / 2)
    }

    /// The element at a position.
    ///
    /// - Precondition: `position` is in `0..<count`.
    public subscript(position: Int) -> Int {
        precondition(position >= 0 && position < count, "position \(position) of \(count)")
        var value = UInt64(position)
        repeat { value = network(value) } while value >= UInt64(count)
        return Int(value)
    }

    /// How many elements are found at the same time.
    private static let lanes = 8

    /// Appends the elements at successive positions, which takes a fifth of the time of one by one.
    ///
    /// - Precondition: `positions` are in `0..<count`.
    public func append(_ positions: Range<Int>, to elements: inout [Int]) {
        precondition(
            positions.lowerBound >= 0 && positions.upperBound <= count,
            "positions \(positions) of \(count)")
        var values = InlineArray<8, UInt64>(repeating: 0)
        for start in stride(from: positions.lowerBound, to: positions.upperBound, by: Self.lanes) {
            let part = start..<min(start + Self.lanes, positions.upperBound)
            // Lanes beyond the last position repeat it.
            for lane in 0..<Self.lanes {
                values[lane] = UInt64(min(start + lane, part.upperBound - 1))
            }
            var walks = true
            permute(&values, from: 0)
            while walks {
                walks = false
                for lane in 0..<Self.lanes where values[lane] >= UInt64(count) { walks = true }
                if walks { permute(&values, from: UInt64(count)) }
            }
            for lane in 0..<part.count { elements.append(Int(values[lane])) }
        }
    }

    /// Sends each value from a bound on through the network.
    private func permute(_ values: inout InlineArray<8, UInt64>, from bound: UInt64) {
        let mask = (1 as UInt64) << halfBits - 1
        var left = InlineArray<8, UInt64> { values[$0] >> halfBits }
        var right = InlineArray<8, UInt64> { values[$0] & mask }
        for round in 0..<6 as Range<UInt64> {
            for lane in 0..<Self.lanes {
                let word = Philox.words(counter: (right[lane], round, step, tag), key: seed).0
                let next = (left[lane] ^ word) & mask
                left[lane] = right[lane]
                right[lane] = next
            }
        }
        for lane in 0..<Self.lanes where values[lane] >= bound {
            values[lane] = left[lane] << halfBits | right[lane]
        }
    }

    private func network(_ value: UInt64) -> UInt64 {
        let mask = (1 as UInt64) << halfBits - 1
        var left = value >> halfBits
        var right = value & mask
        for round in 0..<6 as Range<UInt64> {
            let word = Philox.words(counter: (right, round, step, tag), key: seed).0
            (left, right) = (right, (left ^ word) & mask)
        }
        return left << halfBits | right
    }
}
