import CZlib

/// Decompresses a gzip file, or the deflated bytes of an archive, piece by piece, so that the reader
/// decides how much it takes.
@safe
struct Inflater: ~Copyable {
    /// The most that deflate compresses: n bytes become fewer than 1032·(n + 1).
    static let greatestRatio = 1032

    static let magic: [UInt8] = [0x1F, 0x8B]

    private let path: String
    private let input: Region
    private var consumed: Int
    /// Where the compressed bytes end.
    private let end: Int
    /// Whether the bytes have gzip's header and checksum.
    private let isGzip: Bool
    private var isFinished = false
    // zlib keeps the address, and the structure must therefore not move.
    private let stream: UnsafeMutablePointer<z_stream>

    /// Whether bytes begin like a gzip file.
    static func recognizes(_ bytes: RawSpan) -> Bool {
        unsafe bytes.withUnsafeBytes { unsafe $0.starts(with: magic) }
    }

    /// Starts at the first byte of a gzip file.
    init(_ input: Region, path: String) {
        // 15 is the largest window; 16 asks for a gzip header and its checksum.
        self.init(input, 0..<input.count, path, isGzip: true, windowBits: 15 + 16)
    }

    /// Starts at the first of some bytes of an archive, which are deflated and nothing else.
    init(_ input: Region, path: String, deflated range: Range<Int>) {
        // A negative window says that there is neither header nor checksum.
        self.init(input, range, path, isGzip: false, windowBits: -15)
    }

    private init(
        _ input: Region, _ range: Range<Int>, _ path: String, isGzip: Bool, windowBits: Int32
    ) {
        self.path = path
        self.input = input
        self.isGzip = isGzip
        consumed = range.lowerBound
        end = range.upperBound
        unsafe stream = .allocate(capacity: 1)
        unsafe stream.initialize(to: z_stream())
        let status = unsafe inflateInit2_(
            stream, windowBits, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
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
        let inputCount = min(end - consumed, 1 << 30)
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
        case Z_STREAM_END: if isGzip { try startNextMember() } else { isFinished = true }
        case Z_BUF_ERROR:
            throw StorageError(
                .badFile, path,
                "the \(isGzip ? "gzip file is" : "compressed bytes are") cut off after \(end) bytes."
                    + " Copy or download it again.")
        default:
            let words = unsafe stream.pointee.msg.map { unsafe String(cString: $0) }
            throw StorageError(
                .badFile, path,
                "the \(isGzip ? "gzip file is" : "compressed bytes are") damaged near byte \(consumed): \(words ?? "code \(status)")."
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
