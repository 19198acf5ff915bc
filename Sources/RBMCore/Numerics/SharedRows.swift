/// A matrix whose rows several threads write at once, each its own.
@safe
final class SharedRows<Element: BitwiseCopyable> {
    let columns: Int
    /// Whether there are no rows; there may be rows without columns.
    let isEmpty: Bool
    private let buffer: UnsafeMutableBufferPointer<Element>
    /// A cache line: a load of 64 bytes that crosses two takes twice as long.
    private static var alignment: Int { 64 }

    init(_ rows: Int, of columns: Int, repeating value: Element) {
        self.columns = columns
        isEmpty = rows == 0
        let bytes = rows * columns * MemoryLayout<Element>.stride
        let memory = UnsafeMutableRawBufferPointer.allocate(
            byteCount: bytes, alignment: Self.alignment)
        unsafe buffer = memory.bindMemory(to: Element.self)
        unsafe buffer.initialize(repeating: value)
    }

    deinit { unsafe UnsafeMutableRawBufferPointer(buffer).deallocate() }

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
