import Testing

/// A file that is no good, and words of the message about it.
struct BadFile: Sendable, CustomTestStringConvertible {
    let name: String
    let bytes: [UInt8]
    var settings: [String] = []
    let words: [String]

    var testDescription: String { name }
}
