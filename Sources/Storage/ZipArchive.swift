/// A zip archive of arrays, as NumPy writes NPZ: members stored as they are, or deflated.
///
/// Source: PKWARE's APPNOTE, 4.3 and 4.5.
struct ZipArchive {
    private let path: String
    private let file: Region
    private let members: [Member]
    /// The names of members that are no arrays.
    private let others: [String]

    /// An array of the archive.
    private struct Member {
        /// The name without `.npy`.
        let name: String
        let method: Int
        let checksum: UInt32
        let compressed: Int
        let count: Int
        /// Where its local header begins.
        let offset: Int
    }

    /// Whether bytes begin like a zip archive.
    static func recognizes(_ prefix: [UInt8]) -> Bool {
        prefix.starts(with: [0x50, 0x4B, 3, 4]) || prefix.starts(with: [0x50, 0x4B, 5, 6])
    }

    /// Splits a name such as `data.npz:images` into the archive and its member; nil for any other,
    /// and for a file whose own name has the colon.
    static func split(_ path: String) -> (archive: String, member: String)? {
        guard !Folder.isFile(path), let colon = path.lastIndex(of: ":") else { return nil }
        let archive = String(path[..<colon])
        guard archive.lowercased().hasSuffix(".npz"), Folder.isFile(archive) else { return nil }
        return (archive, String(path[path.index(after: colon)...]))
    }

    /// Opens an archive and reads its directory.
    ///
    /// Throws `badFile`.
    init(_ path: String) throws(StorageError) {
        let descriptor = try Descriptor.reading(path)
        let size = try descriptor.size(.badFile)
        guard size > 0 else {
            throw StorageError(.badFile, path, "is empty; expected an NPZ archive.")
        }
        let file = try Region(mapping: descriptor, count: size)
        self.path = path
        self.file = file
        do {
            (members, others) = try Self.directory(of: file, path)
        } catch {
            // What is cut off has no directory, but its first member still tells what it was.
            guard let name = Self.firstName(file), !name.hasSuffix(".npy"),
                let format = ForeignFormat(zipMembers: [name])
            else { throw error }
            throw StorageError(.badFile, path, "is damaged, and " + format.problem)
        }
    }

    /// Returns one array, the only one if no name is given.
    ///
    /// Throws `badFile`.
    func array(_ name: String?) throws(StorageError) -> ArrayFile.Found {
        let names = members.map(\.name)
        let listed = names.prefix(12).joined(separator: ", ") + (names.count > 12 ? ", …" : "")
        let member: Member
        if let name {
            let wanted = name.hasSuffix(".npy") ? String(name.dropLast(4)) : name
            guard let found = members.first(where: { $0.name == wanted }) else {
                throw StorageError(
                    .badFile, path, "holds no array `\(name)`; it has \(listed).")
            }
            member = found
        } else {
            guard let only = members.first else {
                if let format = ForeignFormat(zipMembers: others) {
                    throw StorageError(.badFile, path, format.problem)
                }
                throw StorageError(
                    .badFile, path, "holds no array; expected an NPZ archive of one.")
            }
            guard members.count == 1 else {
                throw StorageError(
                    .badFile, path,
                    "holds \(members.count) arrays: \(listed). Name one of them, as in "
                        + "\(path):\(only.name).")
            }
            member = only
        }
        let label = "\(path):\(member.name)"
        let bytes = try extract(member, label)
        let prefix = bytes.withBytes(0..<min(bytes.count, ArrayHeader.longest)) { Array($0) }
        guard prefix.starts(with: NPYHeader.magic) else {
            throw StorageError(.badFile, label, "is no NPY array; expected one written by NumPy.")
        }
        let found = try ArrayHeader(prefix, of: label)
        guard found.fileBytes == bytes.count else {
            throw ArrayFile.mismatch(found, found: "\(bytes.count)", path: label)
        }
        return ArrayFile.Found(header: found.renamed(.npz), contents: .memory(bytes))
    }

    /// Returns how many bytes an array has when it is decompressed.
    ///
    /// The result is 0 if the archive holds no such array. It is 0 too if the size in the archive cannot be true.
    ///
    /// - Parameter name: nil for the only array of the archive.
    func unpackedBytes(of name: String?) -> Int {
        let found = members.filter { name == nil || $0.name == name || $0.name + ".npy" == name }
        guard let member = found.first, found.count == 1 || name != nil,
            member.compressed <= file.count,
            member.count / Inflater.greatestRatio <= member.compressed
        else { return 0 }
        return member.count
    }

    /// Takes a member out of the archive.
    private func extract(_ member: Member, _ label: String) throws(StorageError) -> Region {
        let fixed = try field(member.offset, 30, label)
        guard fixed.starts(with: [0x50, 0x4B, 3, 4]) else { throw Self.damaged(path) }
        let start = member.offset + 30 + number(fixed, 26, 2) + number(fixed, 28, 2)
        guard start + member.compressed <= file.count, member.count > 0 else {
            throw Self.damaged(path)
        }
        let range = start..<start + member.compressed
        let bytes: Region
        switch member.method {
        case 0:
            guard member.compressed == member.count else { throw Self.damaged(path) }
            bytes = try Region(zeros: member.count, for: label)
            file.withBytes(range) { source in
                bytes.withMutableBytes(0..<member.count) { copy(source, into: &$0) }
            }
        case 8:
            // Checks before memory is reserved whether so few bytes can become so many.
            guard member.count / Inflater.greatestRatio <= member.compressed else {
                throw Self.damaged(path)
            }
            bytes = try Region(zeros: member.count, for: label)
            var inflater = Inflater(file, path: label, deflated: range)
            let found = try bytes.withMutableBytes(0..<member.count) {
                bytes throws(StorageError) in try inflater.read(into: &bytes)
            }
            guard found == member.count else { throw Self.damaged(path) }
        default:
            throw StorageError(
                .badFile, label,
                "is compressed by method \(member.method); expected an archive of numpy.savez or "
                    + "numpy.savez_compressed.")
        }
        var checksum = Checksum()
        bytes.withBytes(0..<member.count) { checksum.update($0) }
        guard checksum.value == member.checksum else {
            throw StorageError(
                .badFile, label,
                "has another checksum than its archive says. The file is damaged; copy or write it "
                    + "again.")
        }
        return bytes
    }

    private func field(
        _ offset: Int, _ count: Int, _ label: String
    ) throws(StorageError) -> [UInt8] {
        guard offset >= 0, offset + count <= file.count else { throw Self.damaged(label) }
        return file.withBytes(offset..<offset + count) { Array($0) }
    }

    private static func damaged(_ path: String) -> StorageError {
        StorageError(
            .badFile, path,
            "is a damaged zip archive. Copy it, or write it with numpy.savez, again.")
    }

    // MARK: Directory

    /// The name of the member with which the archive begins.
    private static func firstName(_ file: Region) -> String? {
        guard file.count >= 30 else { return nil }
        let length = number(file.withBytes(26..<28) { Array($0) }, 0, 2)
        guard length > 0, 30 + length <= file.count else { return nil }
        return String(decoding: file.withBytes(30..<30 + length) { Array($0) }, as: UTF8.self)
    }

    /// Reads the directory at the end of the archive: the arrays, and the names of all else.
    private static func directory(
        of file: Region, _ path: String
    ) throws(StorageError) -> (arrays: [Member], others: [String]) {
        // The last record has 22 bytes, and a comment of at most 2¹⁶ − 1 after them.
        let tailStart = max(0, file.count - 22 - 65_535)
        let tail = file.withBytes(tailStart..<file.count) { Array($0) }
        guard
            let end = stride(from: tail.count - 22, through: 0, by: -1).first(where: {
                tail[$0...].starts(with: [0x50, 0x4B, 5, 6])
            })
        else { throw damaged(path) }
        var (entries, place) = (number(tail, end + 10, 2), number(tail, end + 16, 4))
        if place == 0xFFFF_FFFF || entries == 0xFFFF {
            // A long archive says so in a record before the last one.
            let locator = end - 20
            guard locator >= 0, tail[locator...].starts(with: [0x50, 0x4B, 6, 7]) else {
                throw damaged(path)
            }
            let record = number(tail, locator + 8, 8)
            guard record >= 0, record <= file.count - 56 else { throw damaged(path) }
            let fields = file.withBytes(record..<record + 56) { Array($0) }
            (entries, place) = (number(fields, 32, 8), number(fields, 48, 8))
        }
        var members: [Member] = []
        var others: [String] = []
        for _ in 0..<max(entries, 0) {
            guard place >= 0, place <= file.count - 46 else { throw damaged(path) }
            let fixed = file.withBytes(place..<place + 46) { Array($0) }
            let lengths = (
                name: number(fixed, 28, 2), extra: number(fixed, 30, 2), rest: number(fixed, 32, 2)
            )
            let next = place + 46 + lengths.name + lengths.extra + lengths.rest
            guard fixed.starts(with: [0x50, 0x4B, 1, 2]), next <= file.count else {
                throw damaged(path)
            }
            let name = file.withBytes(place + 46..<place + 46 + lengths.name) {
                String(decoding: Array($0), as: UTF8.self)
            }
            let extraStart = place + 46 + lengths.name
            let extra = file.withBytes(extraStart..<extraStart + lengths.extra) { Array($0) }
            var sizes = [number(fixed, 24, 4), number(fixed, 20, 4), number(fixed, 42, 4)]
            widen(&sizes, by: extra)
            place = next
            guard name.hasSuffix(".npy") else {
                // Enough to tell what the archive is.
                if others.count < 1000 { others.append(name) }
                continue
            }
            guard number(fixed, 8, 2) & 1 == 0 else {
                throw StorageError(.badFile, path, "is encrypted; expected a plain archive.")
            }
            guard sizes.allSatisfy({ $0 >= 0 && $0 < 1 << 62 }) else { throw damaged(path) }
            members.append(
                Member(
                    name: String(name.dropLast(4)), method: number(fixed, 10, 2),
                    checksum: UInt32(number(fixed, 16, 4)), compressed: sizes[1],
                    count: sizes[0], offset: sizes[2]))
        }
        return (members, others)
    }

    /// Takes the sizes that do not fit 32 bits from the field for them: full size, compressed size,
    /// place, those of them that are all ones.
    private static func widen(_ sizes: inout [Int], by extra: [UInt8]) {
        var place = 0
        while place + 4 <= extra.count {
            let (tag, count) = (number(extra, place, 2), number(extra, place + 2, 2))
            place += 4
            if tag == 1 {
                var at = place
                for i in sizes.indices where sizes[i] == 0xFFFF_FFFF {
                    guard at + 8 <= min(extra.count, place + count) else { return }
                    sizes[i] = number(extra, at, 8)
                    at += 8
                }
            }
            place += count
        }
    }
}

/// A number of some bytes, the smallest first; negative beyond 2⁶³.
private func number(_ bytes: [UInt8], _ place: Int, _ count: Int) -> Int {
    Int(
        truncatingIfNeeded: bytes[place..<place + count].reversed().reduce(UInt64(0)) {
            $0 << 8 | UInt64($1)
        })
}
