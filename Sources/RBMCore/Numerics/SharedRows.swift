/// A matrix whose rows several threads write at once, each its own.
@safe
final class SharedRows<Element: BitwiseCopyable> {
    let columns: Int
    /// Whether there are no rows; there may be rows without columns.
    let isEmpty: Bool
    private let memory: AlignedMemory
    private let buffer: UnsafeMutableBufferPointer<Element>

    init(_ rows: Int, of columns: Int, repeating value: Element) {
        self.columns = columns
        isEmpty = rows == 0
        let bytes = rows * columns * MemoryLayout<Element>.stride
        unsafe memory = AlignedMemory(byteCount: bytes)
        unsafe buffer = memory.bytes.bindMemory(to: Element.self)
        unsafe buffer.initialize(repeating: value)
    }

    deinit { unsafe memory.deallocate() }

    /// Lends a row, which no other thread may touch meanwhile.
    @inline(__always)
    func withRow(_ row: Int, _ body: (inout MutableSpan<Element>) -> Void) {
        let part = unsafe UnsafeMutableBufferPointer(rebasing: buffer[rowRange(row, of: columns)])
        var span = unsafe MutableSpan(_unsafeElements: part)
        body(&span)
    }

    /// Lends all elements, row by row, which no thread may write meanwhile.
    func withSpan<Result>(_ body: (Span<Element>) -> Result) -> Result {
        body(unsafe UnsafeBufferPointer(buffer).span)
    }
}
