/// Memory whose first byte begins a cache line: a load of 64 bytes that crosses two takes twice as long.
///
/// It is aligned by hand. glibc takes new room for each aligned request, beside the hole that an array of
/// the same size has left: at 4096×4096 the heap grew to 280 MB for 64 MB of rounded weights.
@unsafe
struct AlignedMemory {
    static let alignment = 64

    let bytes: UnsafeMutableRawBufferPointer
    private let start: UnsafeMutableRawPointer

    /// Takes memory, whose contents are not defined.
    init(byteCount: Int) {
        unsafe start = .allocate(byteCount: byteCount + Self.alignment - 1, alignment: 1)
        unsafe bytes = UnsafeMutableRawBufferPointer(
            start: start.alignedUp(toMultipleOf: Self.alignment), count: byteCount)
    }

    /// Gives the memory back.
    func deallocate() { unsafe start.deallocate() }
}
