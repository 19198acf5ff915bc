import CZlib

/// Decompresses a gzip file piece by piece, so that the reader decides how much it takes.
@safe
struct Inflater: ~Copyable {
    /// The most that deflate compresses: n bytes become fewer than 1032·(n + 1).
    static let greatestRatio = 1032

    static let magic: [UInt8] = [0x1F, 0x8B]

    private let path: String
    private let input: Region
    private var consumed = 0
    private var isFinished = false
    // zlib keeps the address, and the structure must therefore not move.
    private let stream: UnsafeMutablePointer<z_stream>

    /// Whether bytes begin like a gzip file.
    static func recognizes(_ bytes: RawSpan) -> Bool {
        unsafe bytes.withUnsafeBytes { unsafe $0.starts(with: magic) }
    }

    /// Starts at the first byte of a gzip file.
    init(_ input: Region, path: String) {
        self.path = path
        self.input = input
        unsafe stream = .allocate(capacity: 1)
        unsafe stream.initialize(to: z_stream())
        // 15 is the largest window; 16 asks for a gzip header and its checksum.
        let status = unsafe inflateInit2_(
            stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
        precondition(status == Z_OK, "zlib does not start: code \(status)")
    }

    deinit {
        unsafe inflateEnd(stream)
        unsafe stream.deallocate()
    }

    /// Fills the buffer with the next bytes, and returns how many the file still had.
    ///
    /// A result below the buffer's size means that the file ended there and its checksum is right.
    ///
    /// Throws `badFile` when the file is damaged, cut off, or followed by something else.
    mutating func read(into output: inout MutableRawSpan) throws(StorageError) -> Int {
        var filled = 0
        while filled < output.byteCount, !isFinished {
            filled += try step(&output, from: filled)
        }
        return filled
    }

    /// Calls zlib once, and returns how many bytes it appended.
    private mutating func step(
        _ output: inout MutableRawSpan, from filled: Int
    ) throws(StorageError) -> Int {
        // zlib counts in 32 bits.
        let inputCount = min(input.count - consumed, 1 << 30)
        let outputCount = min(output.byteCount - filled, 1 << 30)
        let status = input.withBytes(consumed..<consumed + inputCount) { bytes in
            unsafe bytes.withUnsafeBytes { source in
                unsafe output.withUnsafeMutableBytes { destination in
                    let next = unsafe source.baseAddress!.assumingMemoryBound(to: UInt8.self)
                    let place = unsafe destination.baseAddress! + filled
                    unsafe stream.pointee.next_in = UnsafeMutablePointer(mutating: next)
                    unsafe stream.pointee.avail_in = UInt32(inputCount)
                    unsafe stream.pointee.next_out = place.assumingMemoryBound(to: UInt8.self)
                    unsafe stream.pointee.avail_out = UInt32(outputCount)
                    return unsafe inflate(stream, Z_NO_FLUSH)
                }
            }
        }
        consumed += unsafe inputCount - Int(stream.pointee.avail_in)
        switch status {
        case Z_OK: break
        case Z_STREAM_END: try startNextMember()
        case Z_BUF_ERROR:
            throw StorageError(
                .badFile, path,
                "the gzip file is cut off after \(input.count) bytes. Copy or download it again.")
        default:
            let words = unsafe stream.pointee.msg.map { unsafe String(cString: $0) }
            throw StorageError(
                .badFile, path,
                "the gzip file is damaged near byte \(consumed): \(words ?? "code \(status)")."
                    + " Copy or download it again.")
        }
        return unsafe outputCount - Int(stream.pointee.avail_out)
    }

    /// A gzip file may consist of several, one after the other.
    ///
    /// Anything else after one of them is refused.
    private mutating func startNextMember() throws(StorageError) {
        guard consumed < input.count else {
            isFinished = true
            return
        }
        guard input.withBytes(consumed..<input.count, { Self.recognizes($0) }) else {
            throw StorageError(
                .badFile, path,
                "\(input.count - consumed) bytes that are not gzip follow the gzip data;"
                    + " expected its end. Copy or download it again.")
        }
        unsafe inflateReset(stream)
    }
}
