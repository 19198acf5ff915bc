/// A safetensors file that is written piece by piece, so that nobody needs room for a large tensor.
///
/// The bytes are those of a `SafetensorsFile` with the same tensors. The first failure is kept until the end,
/// so that those who send the pieces need not know of it before.
public struct SafetensorsWriter: ~Copyable {
    private let held: SafetensorsFile
    private let layout: SafetensorsLayout
    private let file: AtomicFile.Writer
    private var failure: StorageError?
    /// The tensor whose bytes come next.
    private var tensor = 0
    /// How many of its bytes were written, and their checksum.
    private var done = 0
    private var checksum = Checksum()
    private var checksums: [String: UInt32] = [:]

    /// Begins a file that will replace the existing one, if there is one.
    ///
    /// Throws `cannotWrite`.
    /// - Parameters:
    ///   - file: The metadata, and the tensors that are here as a whole.
    ///   - shapes: Those of the tensors of F32 whose bytes come in pieces, by their names.
    public init(
        _ file: SafetensorsFile, inPieces shapes: [String: [Int]], to path: String
    ) throws(StorageError) {
        let layout = SafetensorsLayout(
            metadata: file.metadata,
            file.tensors.map { ($0.key, $0.value.elementType, $0.value.shape) }
                + shapes.map { ($0.key, Tensor.ElementType.f32, $0.value) })
        let writer = try AtomicFile.Writer(path)
        try writer.write(layout.header(checksums: [:]))
        held = file
        self.layout = layout
        self.file = writer
    }

    /// Writes the next bytes of the tensors that come in pieces, one tensor after the other in the order of
    /// the UTF-8 of their names.
    public mutating func write(_ bytes: [UInt8]) {
        writeHeld()
        let entry = layout.entries[tensor]
        precondition(
            done + bytes.count <= entry.data.count,
            "\(bytes.count) bytes after \(done) of \(entry.data.count)")
        put(bytes)
    }

    /// Gives the file its name, once its bytes are on the device.
    ///
    /// Throws `cannotWrite` and leaves what was there before.
    public consuming func finish() throws(StorageError) {
        writeHeld()
        precondition(
            tensor == layout.entries.count, "\(tensor) of \(layout.entries.count) tensors")
        if let failure { throw failure }
        try file.rewrite(beginning: layout.header(checksums: checksums))
        try file.finish()
    }

    /// Writes the tensors that are here, up to the next one that comes in pieces.
    private mutating func writeHeld() {
        while done == 0, tensor < layout.entries.count,
            let next = held.tensors[layout.entries[tensor].name]
        { put(next.bytes) }
    }

    private mutating func put(_ bytes: [UInt8]) {
        if failure == nil {
            do throws(StorageError) { try file.write(bytes) } catch { failure = error }
        }
        unsafe checksum.update(bytes.span.bytes)
        done += bytes.count
        let entry = layout.entries[tensor]
        guard done == entry.data.count else { return }
        checksums[entry.name] = checksum.value
        (tensor, done, checksum) = (tensor + 1, 0, Checksum())
    }
}
