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
