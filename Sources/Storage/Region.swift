import SystemPackage

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// Bytes at a fixed address, given back when the last reference goes.
///
/// A region is filled before others see it, and does not change afterwards.
@safe
final class Region: @unchecked Sendable {
    let count: Int
    /// Whether the bytes are pages of a file, which the system takes back when memory is short.
    let isMapped: Bool
    private let base: UnsafeMutableRawPointer

    /// Maps a whole file to read; its pages come from the disk when they are first touched.
    ///
    /// Every process that maps the file shares one copy in memory. If another program shortens the
    /// file meanwhile, the next touch of a missing page ends the process (SIGBUS).
    ///
    /// Throws `badFile`.
    /// - Precondition: `count` is the file's size, at least 1.
    init(mapping descriptor: borrowing Descriptor, count: Int) throws(StorageError) {
        precondition(count > 0, "cannot map \(count) bytes")
        let start = unsafe mmap(nil, count, PROT_READ, MAP_PRIVATE, descriptor.file.rawValue, 0)
        guard let start = unsafe start, unsafe start != MAP_FAILED else {
            let reason = Errno(rawValue: errno)
            throw StorageError(
                reason == .noMemory ? .noRoom : .badFile, descriptor.path,
                "cannot be mapped into memory", because: reason)
        }
        unsafe base = start
        self.count = count
        isMapped = true
        // Each epoch visits the cases in a new random order. Therefore the system fetches the whole
        // file, in the background.
        unsafe madvise(start, count, MADV_WILLNEED)
    }

    /// Reserves zeros for the contents of a file; pages take memory when they are first written.
    ///
    /// Throws `badFile`, which names `file`.
    /// - Precondition: `count` is at least 1.
    init(zeros count: Int, for file: String) throws(StorageError) {
        precondition(count > 0, "cannot reserve \(count) bytes")
        try checkRoom(for: count, of: file)
        let start = unsafe mmap(
            nil, count, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
        guard let start = unsafe start, unsafe start != MAP_FAILED else {
            throw StorageError(
                .noRoom, file, "its \(count) bytes do not fit into memory",
                because: Errno(rawValue: errno))
        }
        unsafe base = start
        self.count = count
        isMapped = false
    }

    deinit { unsafe munmap(base, count) }

    /// Calls the closure with some of the bytes.
    ///
    /// - Precondition: the range lies within the region.
    func withBytes<Result, Failure: Error>(
        _ range: Range<Int>, _ body: (RawSpan) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        precondition(range.lowerBound >= 0 && range.upperBound <= count, "\(range) of \(count)")
        return try body(
            unsafe RawSpan(_unsafeStart: base + range.lowerBound, byteCount: range.count))
    }

    /// Calls the closure with some of the bytes of a region of zeros, to fill them.
    ///
    /// - Precondition: the range lies within the region.
    func withMutableBytes<Result, Failure: Error>(
        _ range: Range<Int>, _ body: (inout MutableRawSpan) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        precondition(range.lowerBound >= 0 && range.upperBound <= count, "\(range) of \(count)")
        var span = unsafe MutableRawSpan(
            _unsafeStart: base + range.lowerBound, byteCount: range.count)
        return try body(&span)
    }
}

extension Array where Element == UInt8 {
    /// Copies bytes of memory.
    init(_ bytes: RawSpan) {
        self = unsafe bytes.withUnsafeBytes { unsafe [UInt8]($0) }
    }
}

/// Copies bytes to the beginning of a span that has room for them.
func copy(_ source: RawSpan, into destination: inout MutableRawSpan) {
    unsafe source.withUnsafeBytes { source in
        unsafe destination.withUnsafeMutableBytes { unsafe $0.copyMemory(from: source) }
    }
}
