@testable import RBMCore

extension SharedRows {
    /// A copy of all elements, row by row.
    var elements: [Element] { withSpan { span in span.indices.map { span[$0] } } }
}
