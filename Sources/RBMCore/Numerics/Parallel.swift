import COneDNN

/// Runs a body on parts of `0..<count`, on the threads that oneDNN's products use.
///
/// Parts are contiguous and disjoint. What a body does to one element must not depend on the part
/// that holds it; then the number of threads changes no bit.
///
/// - Parameters:
///   - grain: The least number of elements of a part. Handing a part to a thread costs a
///     microsecond.
///   - body: Runs on several threads at once, and has returned everywhere when this returns.
func inParallel(over count: Int, atLeast grain: Int, _ body: (Range<Int>) -> Void) {
    let threads = min(MatrixProducts.threads, count / grain)
    guard threads > 1 else { return body(0..<count) }
    withoutActuallyEscaping(body) { body in
        var work = SharedWork(count: count, body: body)
        unsafe withUnsafeMutablePointer(to: &work) { work in
            unsafe GOMP_parallel(
                { unsafe $0!.assumingMemoryBound(to: SharedWork.self).pointee.runShare() }, work,
                UInt32(threads), 0)
        }
    }
}

private struct SharedWork {
    let count: Int
    let body: (Range<Int>) -> Void

    /// Runs the share of the calling thread.
    ///
    /// OpenMP may have started fewer threads than were asked for.
    func runShare() {
        let thread = Int(omp_get_thread_num())
        let threads = Int(omp_get_num_threads())
        let part = (count * thread / threads)..<(count * (thread + 1) / threads)
        if !part.isEmpty { body(part) }
    }
}

extension MutableSpan where Element: BitwiseCopyable {
    /// Lends blocks of rows of a row-major matrix to a body that runs on several threads at once.
    ///
    /// - Parameters:
    ///   - rows: Which rows are lent, each once.
    ///   - body: Gets the numbers of a block's rows, and these rows.
    mutating func inBlocks(
        of rows: Range<Int>, columns: Int,
        _ body: (Range<Int>, inout MutableSpan<Element>) -> Void
    ) {
        precondition(
            rows.lowerBound >= 0 && rows.upperBound * columns <= count,
            "rows \(rows) of \(columns) elements in \(count)")
        shared { elements in
            // From about ten thousand elements on, a block is worth handing to a thread.
            inParallel(over: rows.count, atLeast: 1 + 8192 / max(1, columns)) { part in
                let block =
                    (rows.lowerBound + part.lowerBound)..<(rows.lowerBound + part.upperBound)
                let range = (block.lowerBound * columns)..<(block.upperBound * columns)
                elements.withRange(range) { body(block, &$0) }
            }
        }
    }
}

/// Elements that several threads write at once; no two of them write the same element.
@safe
struct SharedElements<Element: BitwiseCopyable> {
    private let buffer: UnsafeMutableBufferPointer<Element>
    let count: Int

    var isEmpty: Bool { count == 0 }

    fileprivate init(_ buffer: UnsafeMutableBufferPointer<Element>) {
        unsafe self.buffer = buffer
        count = buffer.count
    }

    /// Lends a range of the elements, which no other thread may touch meanwhile.
    @inline(__always)
    func withRange(_ range: Range<Int>, _ body: (inout MutableSpan<Element>) -> Void) {
        precondition(
            range.lowerBound >= 0 && range.upperBound <= count, "\(range) of \(count) elements")
        let part = unsafe UnsafeMutableBufferPointer(rebasing: buffer[range])
        var span = unsafe MutableSpan(_unsafeElements: part)
        body(&span)
    }
}

extension MutableSpan where Element: BitwiseCopyable {
    /// Lends the elements to a body that writes them on several threads at once.
    mutating func shared(_ body: (SharedElements<Element>) -> Void) {
        unsafe withUnsafeMutableBufferPointer { unsafe body(SharedElements($0)) }
    }
}
