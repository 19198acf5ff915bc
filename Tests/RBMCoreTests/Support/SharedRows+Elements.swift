@testable import RBMCore

extension SharedRows {
    /// A copy of all elements, row by row.
    var elements: [Element] { withSpan { span in span.indices.map { span[$0] } } }
}

extension RoundedWeights {
    /// The integers of any format, row by row.
    var integers: [Int] {
        let (words, high, low) = (words.elements, high.elements, low.elements)
        switch format {
        case .byte: return low.map { Int($0) }
        case .word: return words.map { Int($0) }
        case .bytePair: return zip(high, low).map { 256 * Int($0) + Int($1) }
        }
    }
}
