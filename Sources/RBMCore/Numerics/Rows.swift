// Rows of matrices as spans of their own. A loop over the `indices` of such a span needs no bounds
// check and vectorizes; a loop over `base + j` in the whole matrix checks every access.

/// The elements of one row of a row-major matrix.
@inline(__always)
func rowRange(_ row: Int, of columns: Int) -> Range<Int> {
    (row * columns)..<((row + 1) * columns)
}

extension Range<Int> {
    /// Returns the range moved by a distance.
    @inline(__always)
    func offset(by distance: Int) -> Range<Int> {
        (lowerBound + distance)..<(upperBound + distance)
    }
}

extension MutableSpan where Element: BitwiseCopyable {
    /// Lends a range of the elements.
    @inline(__always)
    mutating func withRange<Result>(
        _ range: Range<Int>, _ body: (inout MutableSpan<Element>) -> Result
    ) -> Result {
        precondition(
            range.lowerBound >= 0 && range.upperBound <= count, "\(range) of \(count) elements")
        return unsafe withUnsafeMutableBufferPointer { buffer in
            let part = unsafe UnsafeMutableBufferPointer(rebasing: buffer[range])
            var span = unsafe MutableSpan(_unsafeElements: part)
            return body(&span)
        }
    }

    /// Lends one row of a row-major matrix.
    @inline(__always)
    mutating func withRow<Result>(
        _ row: Int, of columns: Int, _ body: (inout MutableSpan<Element>) -> Result
    ) -> Result {
        withRange(rowRange(row, of: columns), body)
    }
}
