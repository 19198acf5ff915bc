public import RBMCore
import RandomStreams

/// Random cases, a function of their numbers.
public final class RandomCases: CaseSource {
    public let count: Int
    public let visible: Int
    public let levels: StateEncoding

    public init(count: Int, visible: Int, levels: StateEncoding) {
        self.count = count
        self.visible = visible
        self.levels = levels
    }

    /// The bytes of one case.
    public func bytes(_ number: Int) -> [UInt8] {
        let stream = RandomStream(seed: 4, .benchmark)
        return (0..<visible).map {
            UInt8(stream.word(row: number, unit: $0) % UInt32(levels.maximum + 1))
        }
    }

    public func load(_ cases: [Int], draw: Int, into result: inout [UInt8]) throws {
        for (row, number) in cases.enumerated() {
            result.replaceSubrange((row * visible)..<((row + 1) * visible), with: bytes(number))
        }
    }
}
