import Storage
import TestSupport
import Testing

/// The bytes of a number, the smallest first.
private func little(_ number: Int, _ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
}

/// An NPY file of bytes in one dimension.
private func npy(_ elements: [UInt8]) -> [UInt8] {
    let header = "{'descr': '|u1', 'fortran_order': False, 'shape': (\(elements.count),), }\n"
    return [0x93] + Array("NUMPY".utf8) + [1, 0] + little(header.utf8.count, 2)
        + Array(header.utf8) + elements
}

/// An archive of members that are stored as they are.
///
/// - Parameter wide: Whether sizes and places stand in fields of 64 bits, as NumPy writes them.
private func zip(_ members: [(name: String, bytes: [UInt8])], wide: Bool = false) -> [UInt8] {
    var file: [UInt8] = []
    var directory: [UInt8] = []
    for (name, bytes) in members {
        let offset = file.count
        let sizes = little(Int(crc32(bytes)), 4) + little(bytes.count, 4) + little(bytes.count, 4)
        file += [0x50, 0x4B, 3, 4] + little(20, 2) + little(0, 2) + little(0, 2) + little(0, 4)
        file += sizes + little(name.utf8.count, 2) + little(4, 2) + Array(name.utf8)
        file += little(9, 2) + little(0, 2) + bytes
        let extra =
            wide
            ? little(1, 2) + little(24, 2) + little(bytes.count, 8) + little(bytes.count, 8)
                + little(offset, 8) : []
        directory += [0x50, 0x4B, 1, 2] + little(20, 2) + little(20, 2) + little(0, 2)
        directory += little(0, 2) + little(0, 4) + Array(sizes.prefix(4))
        directory += little(wide ? 0xFFFF_FFFF : bytes.count, 4)
        directory += little(wide ? 0xFFFF_FFFF : bytes.count, 4)
        directory += little(name.utf8.count, 2) + little(extra.count, 2) + little(0, 2)
        directory += little(0, 8) + little(wide ? 0xFFFF_FFFF : offset, 4)
        directory += Array(name.utf8) + extra
    }
    let place = file.count
    file += directory
    if wide {
        let record = file.count
        file += [0x50, 0x4B, 6, 6] + little(44, 8) + little(0, 4) + little(0, 8)
        file += little(members.count, 8) + little(members.count, 8) + little(directory.count, 8)
        file += little(place, 8)
        file += [0x50, 0x4B, 6, 7] + little(0, 4) + little(record, 8) + little(1, 4)
    }
    return file + [0x50, 0x4B, 5, 6] + little(0, 4) + little(wide ? 0xFFFF : members.count, 2)
        + little(wide ? 0xFFFF : members.count, 2) + little(directory.count, 4)
        + little(wide ? 0xFFFF_FFFF : place, 4) + little(0, 2)
}

@Suite struct ZipArchiveTests {
    private func open(_ bytes: [UInt8], _ member: String = "") throws -> ArrayFile {
        try withTemporaryFolder { folder in
            try AtomicFile.write(bytes, to: folder + "/data.npz")
            return try ArrayFile(path: folder + "/data.npz" + member)
        }
    }

    private func bytes(_ file: ArrayFile) throws -> [UInt8] {
        try (0..<file.cases).map { index in
            var byte: [UInt8] = [0]
            var span = byte.mutableSpan
            try file.copyBytes(case: index, into: &span)
            return byte[0]
        }
    }

    @Test(arguments: [false, true])
    func readsAStoredMember(wide: Bool) throws {
        let one = zip([("arr_0.npy", npy([7, 8, 9])), ("README.txt", [1])], wide: wide)
        let file = try open(one)
        #expect(file.format == .npz && file.shape == [3])
        #expect(try bytes(file) == [7, 8, 9])
        let two = zip([("a.npy", npy([1])), ("b:c.npy", npy([2, 3]))], wide: wide)
        #expect(try bytes(open(two, ":a")) == [1])
        expectStorageError(.badFile, "holds 2 arrays: a, b:c. Name one of them") {
            _ = try open(two)
        }
        expectStorageError(.badFile, "holds no array `d`; it has a, b:c") {
            _ = try open(two, ":d")
        }
    }

    @Test func tellsTheSizeOfAnArrayBeforeItIsRead() throws {
        let array = npy([7, 8, 9])
        try withTemporaryFolder { folder in
            let path = folder + "/data.npz"
            try AtomicFile.write(zip([("a.npy", array), ("notes.txt", [1])]), to: path)
            #expect(ArrayFile.unpackedBytes(of: path) == array.count)
            try AtomicFile.write(zip([("a.npy", array), ("b.npy", npy([1]))]), to: path)
            #expect(ArrayFile.unpackedBytes(of: path + ":a") == array.count)
            // Nobody said which one, and opening it says so.
            #expect(ArrayFile.unpackedBytes(of: path) == 0)
            #expect(ArrayFile.unpackedBytes(of: path + ":c") == 0)
        }
    }

    @Test func aNameWithAColonIsItself() throws {
        try withTemporaryFolder { folder in
            try AtomicFile.write(npy([4]), to: folder + "/a.npz:b")
            #expect(try bytes(ArrayFile(path: folder + "/a.npz:b")) == [4])
        }
    }

    @Test func refusesWhatIsNoArchiveOfArrays() {
        expectStorageError(.badFile, "holds no array") { _ = try open(zip([])) }
        expectStorageError(.badFile, ":a: is no NPY array") {
            _ = try open(zip([("a.npy", [1, 2])]))
        }
        expectStorageError(.badFile, "its header promises [3]") {
            _ = try open(zip([("a.npy", npy([1, 2, 3]) + [4])]))
        }
    }

    /// What else people have as zip archives, whole and cut off.
    @Test(arguments: [
        ("[Content_Types].xml", "spreadsheet", "Export the sheet as CSV"),
        ("xl/workbook.xml", "spreadsheet", "Export the sheet as CSV"),
        ("mimetype", "spreadsheet", "Export the sheet as CSV"),
        ("model/data.pkl", "a file of PyTorch", "torch.load"),
        ("cats/1.png", "other files, such as cats/1.png", "unzip"),
        ("table.csv", "other files, such as table.csv", "unzip"),
        ("notes.docx", "without arrays; its first file is notes.docx", "numpy.savez"),
    ])
    func namesOtherArchives(member: String, words: String, remedy: String) {
        let bytes = zip([(member, [1, 2, 3])])
        expectStorageError(.badFile, "is a", words, remedy) { _ = try open(bytes) }
        expectStorageError(.badFile, "is damaged, and is a", words) {
            _ = try open(Array(bytes.dropLast(30)))
        }
    }

    /// Every byte of the headers and of the contents matters, or does not: no change may do harm.
    @Test func aDamagedArchiveIsRefusedOrRead() throws {
        let good = zip([("a.npy", npy([1, 2, 3]))], wide: true)
        for count in 0..<good.count {
            expectStorageError(.badFile) { _ = try open(Array(good.prefix(count))) }
        }
        for place in good.indices {
            for change in [UInt8(1), 0x80, 0xFF] {
                var bad = good
                bad[place] ^= change
                do {
                    let file = try open(bad)
                    #expect(try bytes(file) == [1, 2, 3], "byte \(place)")
                } catch is StorageError {}
            }
        }
    }
}
