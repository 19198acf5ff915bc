public import RBMCore
import RandomStreams

/// Random cases, a function of their numbers.
public final class RandomCases: CaseSource {
    public let count: Int
    public let visible: Int
    public let encoding: StateEncoding

    public init(count: Int, visible: Int, encoding: StateEncoding) {
        self.count = count
        self.visible = visible
        self.encoding = encoding
    }

    /// The bytes of one case.
    public func bytes(_ number: Int) -> [UInt8] {
        let stream = RandomStream(seed: 4, .benchmark)
        return (0..<visible).map {
            UInt8(stream.word(row: number, unit: $0) % UInt32(encoding.maximum + 1))
        }
    }

    public func load(_ cases: [Int], draw: Int, into result: inout [UInt8]) throws {
        for (row, number) in cases.enumerated() {
            result.replaceSubrange((row * visible)..<((row + 1) * visible), with: bytes(number))
        }
    }
}
