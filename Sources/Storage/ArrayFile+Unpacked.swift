extension ArrayFile {
    /// Returns how many bytes a compressed file has at least when it is open, before it is decompressed; 0
    /// for other files, and where a file does not tell it.
    ///
    /// gzip tells the size of its last part modulo 2³², an archive that of each array. A size that so few
    /// bytes cannot have comes from damage and is not believed.
    ///
    /// - Parameter path: As `init(path:)` takes it.
    public static func unpackedBytes(of path: String) -> Int {
        if let (archive, member) = ZipArchive.split(path) {
            return (try? ZipArchive(archive))?.unpackedBytes(of: member) ?? 0
        }
        guard let descriptor = try? Descriptor.reading(path),
            let size = try? descriptor.size(.badFile), size > 4,
            let prefix = try? descriptor.read(4, at: 0)
        else { return 0 }
        if ZipArchive.recognizes(prefix) {
            return (try? ZipArchive(path))?.unpackedBytes(of: nil) ?? 0
        }
        guard unsafe Inflater.recognizes(prefix.span.bytes),
            let end = try? descriptor.read(4, at: size - 4)
        else { return 0 }
        let told = end.reversed().reduce(0) { $0 << 8 | Int($1) }
        return told / Inflater.greatestRatio <= size ? told : 0
    }
}
