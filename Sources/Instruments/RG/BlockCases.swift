import RBMCore

/// Some consecutive cases of a larger set, which keep their numbers in that set.
final class BlockCases: CaseSource {
    let count: Int
    let visible: Int
    var encoding: StateEncoding { .bits }

    private let first: Int
    private let bytes: [UInt8]

    /// Takes over the cases from `first` on; the whole set has `count` cases.
    ///
    /// - Parameter bytes: Bytes 0 or 1, shape `[cases, visible]`.
    init(_ bytes: [UInt8], first: Int, count: Int, visible: Int) {
        self.bytes = bytes
        self.first = first
        self.count = count
        self.visible = visible
    }

    func load(_ cases: [Int], draw: Int, into result: inout [UInt8]) throws {
        for (row, number) in cases.enumerated() {
            let start = (number - first) * visible
            result.replaceSubrange(
                (row * visible)..<((row + 1) * visible), with: bytes[start..<(start + visible)])
        }
    }
}
