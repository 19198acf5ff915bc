/// Cases that lie in memory, all bits.
public final class MemoryCases: CaseSource {
    public var count: Int { bytes.count / visible }
    public let visible: Int
    public var encoding: StateEncoding { .bits }

    private let bytes: [UInt8]

    /// Takes over bytes 0 or 1, shape `[count, visible]`.
    public init(_ bytes: [UInt8], visible: Int) {
        precondition(bytes.count % visible == 0, "\(bytes.count) bytes in cases of \(visible)")
        self.bytes = bytes
        self.visible = visible
    }

    public func load(_ cases: [Int], draw: Int, into result: inout [UInt8]) throws {
        for (row, number) in cases.enumerated() {
            result.replaceSubrange(
                (row * visible)..<((row + 1) * visible),
                with: bytes[(number * visible)..<((number + 1) * visible)])
        }
    }
}
