import COneDNN

/// Memory for intermediate results, with one piece for each thread of a parallel loop.
///
/// It grows when a loop asks for more, and keeps its size afterwards.
@safe
final class ThreadScratch {
    private var memory = unsafe AlignedMemory(byteCount: 0)
    private var bytesOfPiece = 0

    init() {}

    deinit { unsafe memory.deallocate() }

    /// Makes room for a piece of `bytes` bytes for every thread; the former contents are lost.
    func reserve(bytes: Int) {
        // The widest vector store needs the alignment.
        let line = unsafe AlignedMemory.alignment
        let asked = (bytes + line - 1) / line * line
        let piece = max(asked, bytesOfPiece)
        // The number of threads may have grown since the last call.
        let count = piece * MatrixProducts.threads
        guard unsafe memory.bytes.count < count else { return }
        unsafe memory.deallocate()
        unsafe memory = AlignedMemory(byteCount: count)
        bytesOfPiece = piece
    }

    /// Lends the calling thread its piece.
    @unsafe
    func piece<Element: BitwiseCopyable>(of count: Int, _: Element.Type)
        -> UnsafeMutableBufferPointer<Element>
    {
        let start = Int(omp_get_thread_num()) * bytesOfPiece
        let piece = unsafe UnsafeMutableRawBufferPointer(
            rebasing: memory.bytes[start..<(start + count * MemoryLayout<Element>.stride)])
        return unsafe piece.bindMemory(to: Element.self)
    }

    /// Lends the pieces of all threads one after another, which no thread may use meanwhile.
    @unsafe
    func forEachPiece<Element: BitwiseCopyable>(
        of count: Int, _: Element.Type, _ body: (UnsafeMutableBufferPointer<Element>) -> Void
    ) {
        guard bytesOfPiece > 0 else { return }
        let bytes = count * MemoryLayout<Element>.stride
        for start in unsafe stride(from: 0, to: memory.bytes.count, by: bytesOfPiece) {
            let piece = unsafe UnsafeMutableRawBufferPointer(
                rebasing: memory.bytes[start..<(start + bytes)])
            unsafe body(piece.bindMemory(to: Element.self))
        }
    }
}
