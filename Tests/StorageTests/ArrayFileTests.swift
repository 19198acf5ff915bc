import Foundation
import TestSupport
import Testing

@testable import Storage

/// The bytes of an IDX file; the elements are given as they lie in the file.
private func idx(_ type: UInt8, _ shape: [UInt32], _ elements: [UInt8]) -> [UInt8] {
    [0, 0, type, UInt8(shape.count)] + shape.flatMap { bigEndian($0) } + elements
}

/// The bytes of an NPY file with any header text.
private func npy(_ header: String, _ elements: [UInt8], version: UInt8 = 1) -> [UInt8] {
    let length = header.utf8.count
    let count = version == 1 ? 2 : 4
    let lengthBytes = (0..<count).map { UInt8(truncatingIfNeeded: length >> (8 * $0)) }
    return [0x93] + Array("NUMPY".utf8) + [version, 0] + lengthBytes + Array(header.utf8) + elements
}

private func npy(_ type: String, _ shape: String, _ elements: [UInt8]) -> [UInt8] {
    npy("{'descr': '\(type)', 'fortran_order': False, 'shape': \(shape), }\n", elements)
}

private let badIDX: [([UInt8], String)] = [
    (idx(0x00, [1], [0]), "unknown type, code 0"),
    (idx(0x08, [], [1]), "single number"),
    ([0, 0, 8, 3, 0, 0, 0, 1, 0], "ends inside the IDX header, at byte 9 of 16"),
    (idx(0x08, [1, 0], []), "cases are empty"),
    (idx(0x08, [2, 2], [1, 2, 3]), "holds 15 bytes, but its header promises [2, 2]"),
    (idx(0x08, [2, 2], [1, 2, 3, 4, 5]), "holds 17 bytes"),
    (idx(0x08, [.max, .max, .max], [1]), "more bytes than any file"),
    (idx(0x08, [0, .max, .max, .max], []), "more bytes than any file"),
    (idx(0x0E, [.max, .max], [1]), "more bytes than any file"),
    (idx(0x08, [.max, 1 << 30], [1]), "holds 13 bytes"),
    (idx(0x08, Array(repeating: 1, count: 255), []), "holds 1024 bytes"),
]

private let badNPY: [([UInt8], String)] = [
    (npy("|u1", "(2, 2)", [1, 2, 3]), "but its header promises [2, 2] elements of uint8"),
    (npy("|u1", "(2, 2)", [1, 2, 3, 4, 5]), "but its header promises [2, 2]"),
    (npy("|u1", "()", [1]), "single number"),
    (npy("<c8", "(1,)", [0, 0, 0, 0, 0, 0, 0, 0]), "type '<c8'"),
    (npy(">", "(1,)", [0]), "type '>'"),
    (npy("", "(1,)", [0]), "type ''"),
    (npy("<>u1", "(1,)", [0]), "type '<>u1'"),
    (npy("<i3", "(1,)", [1, 0, 0]), "type '<i3'"),
    (npy("|O", "(1,)", [0x80, 4]), "Python objects"),
    (npy("<M8[ns]", "(1,)", [1, 0, 0, 0, 0, 0, 0, 0]), "type '<M8[ns]'"),
    (npy("<U5", "(1,)", []), "type '<U5'"),
    (npy("{'descr': [('x', '<f4')], 'fortran_order': False, 'shape': (1,)}", []), "records"),
    (npy("|u1", "(99999999999999999999,)", []), "cannot be understood"),
    (npy("|u1", "(4611686018427387904, 4)", []), "more bytes than any file"),
    (npy("<f8", "(0, 2546546709958671)", []), "more bytes than any file"),
    (npy("|u1", "(-1,)", []), "cannot be understood"),
    (npy("|u1", "(2)", [1, 2]), "cannot be understood"),
    (npy("|u1", "(2,,)", [1, 2]), "cannot be understood"),
    (npy("|u1", "[2]", [1, 2]), "cannot be understood"),
    (npy("|u1", "(2,", [1, 2]), "cannot be understood"),
    (npy("", []) + [0, 0], "cannot be understood"),
    (npy("{'descr': '|u1', 'fortran_order': False}", []), "cannot be understood"),
    (npy("{'descr': '|u1', 'fortran_order': False, 'shape': (1,), 'x': 1}", [1]), "understood"),
    (npy("{'descr': '|u1', 'descr': '|u1', 'shape': (1,)}", [1]), "understood"),
    (npy("{'descr': '|u1', 'fortran_order': 0, 'shape': (1,)}", [1]), "understood"),
    (npy("{'descr': '|u1', 'fortran_order': False, 'shape': (1,)} x", [1]), "understood"),
    (npy("{'descr': '|u1", [1]), "cannot be understood"),
    (npy("__import__('os').abort()", []), "cannot be understood"),
    (Array(npy("|u1", "(1,)", [1]).prefix(40)), "ends inside the NPY header, at byte 40"),
    (Array(npy("|u1", "(1,)", [1]).prefix(9)), "ends inside the NPY header, at byte 9"),
    (npy("{}", [], version: 4), "version 4.0"),
    (
        [0x93] + Array("NUMPY".utf8) + [2, 0, 0xFF, 0xFF, 0xFF, 0xFF, 0x7B],
        "claims an NPY header of 4294967307 bytes"
    ),
]

@Suite struct ArrayFileTests {
    private func open(_ bytes: [UInt8]) throws -> ArrayFile {
        try withTemporaryFolder { folder in
            try AtomicFile.write(bytes, to: folder + "/data")
            return try ArrayFile(path: folder + "/data")
        }
    }

    private func bytes(_ file: ArrayFile, _ index: Int) throws -> [UInt8] {
        var bytes = [UInt8](repeating: 0xEE, count: file.caseElements)
        var span = bytes.mutableSpan
        try file.copyBytes(case: index, into: &span)
        return bytes
    }

    private func floats(_ file: ArrayFile, _ index: Int) throws -> [Float] {
        var floats = [Float](repeating: -99, count: file.caseElements)
        var span = floats.mutableSpan
        try file.copyFloats(case: index, into: &span)
        return floats
    }

    // MARK: What is accepted

    @Test func readsIDXOfBytes() throws {
        let file = try open(idx(0x08, [2, 2, 3], (250...255) + [0, 1, 2, 3, 4, 127]))
        #expect(file.format == .idx && file.elementType == .uint8)
        #expect(file.shape == [2, 2, 3] && file.cases == 2)
        #expect(file.caseShape == [2, 3] && file.caseElements == 6)
        #expect(try bytes(file, 0) == [250, 251, 252, 253, 254, 255])
        #expect(try bytes(file, 1) == [0, 1, 2, 3, 4, 127])
        #expect(try floats(file, 0) == [250, 251, 252, 253, 254, 255])
    }

    @Test func readsIDXOfLabels() throws {
        let file = try open(idx(0x08, [3], [7, 8, 9]))
        #expect(file.caseShape == [] && file.caseElements == 1)
        #expect(try bytes(file, 2) == [9])
    }

    @Test func readsIDXOfSignedBytes() throws {
        let file = try open(idx(0x09, [1, 3], [0x80, 0xFF, 0x7F]))
        #expect(file.elementType == .int8)
        #expect(try bytes(file, 0) == [0x80, 0xFF, 0x7F])
        #expect(try floats(file, 0) == [-128, -1, 127])
    }

    @Test func readsBigEndianFloatsOfIDX() throws {
        let numbers: [Float] = [1.5, -0.1, .infinity, .leastNonzeroMagnitude, 3e38, -0]
        let singles = try open(idx(0x0D, [2, 3], numbers.flatMap { bigEndian($0.bitPattern) }))
        #expect(singles.elementType == .float32)
        #expect(try floats(singles, 0) + floats(singles, 1) == numbers)
        let doubles = try open(
            idx(0x0E, [2, 3], numbers.flatMap { bigEndian(Double($0).bitPattern) }))
        #expect(doubles.elementType == .float64)
        #expect(try floats(doubles, 0) + floats(doubles, 1) == numbers)
    }

    @Test func readsEveryTypeOfNPY() throws {
        let flags = try open(npy("|b1", "(1, 3)", [0, 1, 2]))
        #expect(flags.format == .npy && flags.elementType == .bool && flags.shape == [1, 3])
        #expect(try bytes(flags, 0) == [0, 1, 2])
        #expect(try floats(flags, 0) == [0, 1, 1])
        #expect(try floats(open(npy("|u1", "(1, 2)", [0, 255])), 0) == [0, 255])
        #expect(try floats(open(npy("|i1", "(1, 2)", [1, 0xFF])), 0) == [1, -1])
        let numbers: [Float] = [1.5, -0.1]
        let singles = numbers.flatMap { littleEndian($0.bitPattern) }
        #expect(try floats(open(npy("<f4", "(1, 2)", singles)), 0) == numbers)
        let doubles = [0.1, 1e300].flatMap { littleEndian($0.bitPattern) }
        #expect(try floats(open(npy("<f8", "(1, 2)", doubles)), 0) == [0.1, .infinity])
    }

    /// The spellings of NumPy and of writers in C++, Go, Rust and JavaScript.
    @Test(arguments: [
        ("u1", "uint8"), ("<u1", "uint8"), (">u1", "uint8"), ("=u1", "uint8"), ("|u1", "uint8"),
        ("B", "uint8"), ("<i1", "int8"), ("b", "int8"), ("?", "bool"), ("|?", "bool"),
        ("<b1", "bool"), ("b1", "bool"),
    ])
    func readsEverySpellingOfAByte(type: String, element: String) throws {
        let file = try open(npy(type, "(1, 2)", [0, 1]))
        #expect(file.elementType.rawValue == element)
        #expect(try floats(file, 0) == [0, 1])
    }

    @Test func readsIntegersOfEveryWidthAndOrder() throws {
        func check<Number: FixedWidthInteger>(_ name: String, _ values: [Number]) throws {
            let expected = values.map { Float($0) }
            for (order, bytes) in [
                ("<", values.flatMap { littleEndian($0) }),
                ("=", values.flatMap { littleEndian($0) }),
                ("", values.flatMap { littleEndian($0) }), (">", values.flatMap { bigEndian($0) }),
            ] {
                let file = try open(npy(order + name, "(1, \(values.count))", bytes))
                #expect(try floats(file, 0) == expected, "\(order)\(name)")
            }
        }
        try check("i2", [Int16.min, -1, 0, 258, .max])
        try check("u2", [UInt16(0), 258, .max])
        try check("i4", [Int32.min, -1, 0, 16_909_060, .max])
        try check("u4", [UInt32(0), 16_909_060, .max])
        try check("i8", [Int64.min, -1, 0, 1, .max])
        try check("u8", [UInt64(0), 1, .max])
        #expect(try floats(open(idx(0x0B, [1, 2], [0xFF, 0xFE, 1, 0])), 0) == [-2, 256])
        #expect(try floats(open(idx(0x0C, [1, 1], [0, 1, 0, 0])), 0) == [65_536])
    }

    @Test func readsFloatsOfEveryWidthAndOrder() throws {
        // 1, −2, the largest, the smallest positive, the smallest normal, zeros, infinities.
        let halves: [(UInt16, Float)] = [
            (0x3C00, 1), (0xC000, -2), (0x7BFF, 65_504), (1, 0x1p-24), (0x0400, 0x1p-14),
            (0x3555, 0.333251953125), (0x8000, -0.0), (0x7C00, .infinity), (0xFC00, -.infinity),
        ]
        let shape = "(1, \(halves.count))"
        for (type, bytes) in [
            ("<f2", halves.flatMap { littleEndian($0.0) }),
            (">f2", halves.flatMap { bigEndian($0.0) }),
        ] {
            #expect(try floats(open(npy(type, shape, bytes)), 0) == halves.map(\.1))
        }
        #expect(try floats(open(npy("<f2", "(1, 1)", [1, 0x7C])), 0)[0].isNaN)
        let single = bigEndian(Float(-0.1).bitPattern)
        #expect(try floats(open(npy(">f4", "(1, 1)", single)), 0) == [-0.1])
        let double = bigEndian(1e-3.bitPattern)
        #expect(try floats(open(npy(">f8", "(1, 1)", double)), 0) == [1e-3])
    }

    @Test func readsFortranOrder() throws {
        func fortran(_ type: String, _ shape: String, _ elements: [UInt8]) -> [UInt8] {
            npy("{'descr': '\(type)', 'fortran_order': True, 'shape': \(shape), }\n", elements)
        }
        // Element (i, j, k) of the shape (2, 3, 2) is 100i + 10j + k.
        let elements: [UInt8] = [0, 100, 10, 110, 20, 120, 1, 101, 11, 111, 21, 121]
        try withTemporaryFolder { folder in
            try AtomicFile.write(fortran("|u1", "(2, 3, 2)", elements), to: folder + "/data")
            for limit in [0, 1 << 20] {
                let file = try ArrayFile(path: folder + "/data", mappedUpTo: limit)
                #expect(try bytes(file, 0) == [0, 1, 10, 11, 20, 21])
                #expect(try bytes(file, 1) == [100, 101, 110, 111, 120, 121])
            }
        }
        let wide = [1, 3, 2, 4].flatMap { bigEndian(Int64($0)) }
        let file = try open(fortran(">i8", "(2, 2)", wide))
        #expect(try floats(file, 0) == [1, 2] && floats(file, 1) == [3, 4])
        #expect(try floats(open(fortran("|u1", "(1, 2)", [8, 9])), 0) == [8, 9])
        #expect(try floats(open(fortran("|u1", "(2,)", [8, 9])), 1) == [9])
        #expect(try open(gzip(fortran("|u1", "(2, 2)", [1, 3, 2, 4]))).elementType == .uint8)
    }

    @Test func readsHeadersOfOtherWritersOfNPY() throws {
        for header in [
            "{\"shape\":(2L,3L),'fortran_order':False,\"descr\":'|u1'}",
            "{'descr': '|u1', 'fortran_order': False, 'shape': (2, 3,), }     \n",
        ] {
            for version in 1...3 as ClosedRange<UInt8> {
                let file = try open(npy(header, [1, 2, 3, 4, 5, 6], version: version))
                #expect(file.shape == [2, 3])
                #expect(try bytes(file, 1) == [4, 5, 6])
            }
        }
    }

    @Test func readsGzip() throws {
        let plain = idx(0x08, [300, 10, 100], (0..<300_000).map { UInt8($0 % 251) })
        let file = try open(gzip(plain))
        #expect(file.shape == [300, 10, 100])
        #expect(try bytes(file, 299) == Array(plain.suffix(1000)))
        #expect(try bytes(file, 65) == Array(plain[65_016..<66_016]))
        let small = try open(gzip(npy("|u1", "(2,)", [5, 6])))
        #expect(try small.format == .npy && bytes(small, 1) == [6])
    }

    @Test func tellsWhatItHoldsBeforeAndAfter() throws {
        let folder = try TemporaryFolder()
        func held(_ bytes: [UInt8]) throws -> (before: Int, after: Int) {
            let path = folder.file("data")
            try AtomicFile.write(bytes, to: path)
            return (ArrayFile.unpackedBytes(of: path), try ArrayFile(path: path).heldBytes)
        }
        let plain = idx(0x08, [300, 10, 100], (0..<300_000).map { UInt8($0 % 251) })
        #expect(try held(plain) == (0, 0))
        #expect(try held(gzip(plain)) == (plain.count, plain.count))
        let text = Array("1,2\n3,4\n".utf8)
        // Text becomes one byte a number.
        #expect(try held(text) == (0, 4))
        #expect(try held(gzip(text)) == (text.count, 4))
        // Of several parts the last one tells its size.
        let parts = gzip(Array(plain.prefix(1000))) + gzip(Array(plain.dropFirst(1000)))
        #expect(try held(parts) == (plain.count - 1000, plain.count))
        // Nine bytes never become 2³² − 1.
        var damaged = gzip(text)
        damaged.replaceSubrange(damaged.count - 4..<damaged.count, with: [255, 255, 255, 255])
        try AtomicFile.write(damaged, to: folder.file("damaged"))
        #expect(ArrayFile.unpackedBytes(of: folder.file("damaged")) == 0)
        #expect(ArrayFile.unpackedBytes(of: folder.file("none")) == 0)
    }

    @Test func readsTextInGzip() throws {
        // Longer than what is read at once, in two members.
        let text = Array((0..<9000).map { "\($0 % 256),2,3" }.joined(separator: "\n").utf8)
        let table = try open(gzip(Array(text[..<50_000])) + gzip(Array(text[50_000...])))
        #expect(table.format == .text && table.shape == [9000, 3])
        #expect(try bytes(table, 8999) == [UInt8(8999 % 256), 2, 3])
        var damaged = gzip(Array("1,2\n3,4\n".utf8))
        damaged[damaged.count - 6] ^= 1
        expectStorageError(.badFile) { _ = try open(damaged) }
    }

    @Test func readsGzipOfSeveralMembers() throws {
        let plain = idx(0x08, [4], [1, 2, 3, 4])
        for cut in [1, 4, 8, 10] {
            let file = try open(gzip(Array(plain[..<cut])) + gzip([]) + gzip(Array(plain[cut...])))
            #expect(try bytes(file, 3) == [4])
        }
    }

    @Test func acceptsZeroCases() throws {
        let file = try open(idx(0x08, [0, 28, 28], []))
        #expect(file.cases == 0 && file.caseShape == [28, 28])
        #expect(try open(npy("<f4", "(0, 5)", [])).cases == 0)
        #expect(try open(gzip(idx(0x08, [0, 28, 28], []))).cases == 0)
    }

    @Test func opensALargeFileWithoutReadingIt() throws {
        try withTemporaryFolder { folder in
            let path = folder + "/sparse"
            let cases = 3 << 20
            let header = idx(0x08, [UInt32(cases), 1024], [])
            try AtomicFile.write(header, to: path)
            let handle = try #require(FileHandle(forUpdatingAtPath: path))
            try handle.truncate(atOffset: UInt64(header.count + cases * 1024 - 1))
            try handle.seekToEnd()
            try handle.write(contentsOf: [42])
            try handle.close()

            let before = try residentPages()
            let file = try ArrayFile(path: path)
            #expect(try bytes(file, cases - 1) == Array(repeating: 0, count: 1023) + [42])
            #expect(try bytes(file, cases / 2) == Array(repeating: 0, count: 1024))
            // 3 GiB are 786432 pages; a hundredth leaves room for the tests that run beside.
            #expect(try residentPages() - before < 7864 * 4)
        }
    }

    @Test(arguments: [
        npy("|u1", "(2, 3)", [0, 1, 2, 250, 251, 252]),
        npy("|i1", "(2, 3)", [0, 1, 2, 253, 254, 255]),
        npy("|b1", "(2, 3)", [0, 1, 0, 1, 0, 1]),
        npy("<f4", "(2, 1)", [0, 0, 128, 63, 0, 0, 0, 192]),
        npy("<f8", "(1, 1)", [0, 0, 0, 0, 0, 0, 240, 63]),
        idx(0x0D, [2, 1], [63, 128, 0, 0, 192, 0, 0, 0]),
    ])
    func readsTheSameFromAMapAndFromTheFile(content: [UInt8]) throws {
        try withTemporaryFolder { folder in
            try AtomicFile.write(content, to: folder + "/data")
            let mapped = try ArrayFile(path: folder + "/data")
            let read = try ArrayFile(path: folder + "/data", mappedUpTo: 0)
            for index in 0..<mapped.cases {
                #expect(try floats(mapped, index) == floats(read, index))
                guard ["bool", "uint8", "int8"].contains(mapped.elementType.rawValue) else {
                    continue
                }
                #expect(try bytes(mapped, index) == bytes(read, index))
            }
            #expect(try mapped.sampleChecksum() == read.sampleChecksum())
        }
    }

    @Test func aFileThatIsShortenedWhileItIsReadIsReported() throws {
        try withTemporaryFolder { folder in
            let content = npy("|u1", "(2, 3)", [0, 1, 2, 3, 4, 5])
            try AtomicFile.write(content, to: folder + "/data")
            let file = try ArrayFile(path: folder + "/data", mappedUpTo: 0)
            #expect(unsafe truncate(folder + "/data", off_t(content.count - 2)) == 0)
            #expect(try bytes(file, 0) == [0, 1, 2])
            expectStorageError(.badFile, "Something shortened it", file: folder + "/data") {
                _ = try bytes(file, 1)
            }
        }
    }

    @Test func theChecksumTellsDataSetsApart() throws {
        let elements = (0..<3000).map { UInt8(truncatingIfNeeded: $0 &* 7) }
        let sum = try open(npy("|u1", "(1000, 3)", elements)).sampleChecksum()
        #expect(try open(npy("|u1", "(1000, 3)", elements)).sampleChecksum() == sum)
        // The first case, the last case, another shape of the same bytes.
        for place in [0, 2999] {
            var other = elements
            other[place] ^= 1
            #expect(try open(npy("|u1", "(1000, 3)", other)).sampleChecksum() != sum)
        }
        #expect(try open(npy("|u1", "(1500, 2)", elements)).sampleChecksum() != sum)
        #expect(try open(npy("|u1", "(0, 3)", [])).sampleChecksum() != sum)
    }

    private func residentPages() throws -> Int {
        let fields = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8)
            .split(separator: " ")
        return try #require(Int(fields[1]))
    }

    // MARK: What is refused

    @Test func refusesWhatIsNoFile() throws {
        try withTemporaryFolder { folder in
            expectStorageError(.badFile, "No such file", file: folder + "/none") {
                _ = try ArrayFile(path: folder + "/none")
            }
            expectStorageError(.badFile, "a folder without PNG pictures", file: folder) {
                _ = try ArrayFile(path: folder)
            }
            #expect(unsafe mkfifo(folder + "/pipe", 0o600) == 0)
            expectStorageError(.badFile, "is a pipe or a device") {
                _ = try ArrayFile(path: folder + "/pipe")
            }
        }
    }

    @Test(arguments: [
        ("", "is empty"),
        ("\u{1}\u{2}hello", "begins with the bytes 01 02 68 65"),
        ("x", "is text without a number"),
    ])
    func refusesOtherFormats(content: String, words: String) {
        expectStorageError(.badFile, words, "expected IDX") { _ = try open(Array(content.utf8)) }
    }

    @Test func refusesPicklesAndDoubleCompression() {
        expectStorageError(.badFile, "pickle") { _ = try open([0x80, 4, 0x95, 0, 0]) }
        expectStorageError(.badFile, "compressed twice", "gunzip") {
            _ = try open(gzip(gzip(idx(0x08, [1], [1]))))
        }
        expectStorageError(.badFile, "is compressed by gzip, and decompressed it is empty") {
            _ = try open(gzip([]))
        }
    }

    @Test(arguments: badIDX)
    func refusesBadIDX(bytes: [UInt8], words: String) {
        expectStorageError(.badFile, words) { _ = try open(bytes) }
        // The same content compressed must be refused too, for whatever reason comes first.
        expectStorageError(.badFile) { _ = try open(gzip(bytes)) }
    }

    @Test(arguments: badNPY)
    func refusesBadNPY(bytes: [UInt8], words: String) {
        expectStorageError(.badFile, words) { _ = try open(bytes) }
        expectStorageError(.badFile, words) { _ = try open(gzip(bytes)) }
    }

    @Test func refusesDamagedGzip() throws {
        let good = gzip(idx(0x08, [100], Array(0..<100)))
        #expect(try open(good).cases == 100)
        for count in 2..<good.count {
            expectStorageError(.badFile, "cut off") { _ = try open(Array(good.prefix(count))) }
        }
        var wrongSum = good
        wrongSum[good.count - 6] ^= 1
        expectStorageError(.badFile, "damaged", "incorrect data check") { _ = try open(wrongSum) }
        var wrongLength = good
        wrongLength[good.count - 2] ^= 1
        expectStorageError(.badFile, "incorrect length check") { _ = try open(wrongLength) }
        expectStorageError(.badFile, "4 bytes that are not gzip follow") {
            _ = try open(good + [1, 2, 3, 4])
        }
    }

    @Test func refusesGzipOfAnotherSizeThanPromised() {
        let plain = idx(0x08, [200_000], Array(repeating: 1, count: 200_000))
        expectStorageError(.badFile, "holds 200007 bytes", "200008 bytes with the header") {
            _ = try open(gzip(plain.dropLast()))
        }
        expectStorageError(.badFile, "holds more than 200008 bytes") {
            _ = try open(gzip(plain + [1]))
        }
        expectStorageError(.badFile, "holds at least 65536 bytes") {
            _ = try open(gzip(idx(0x08, [5], Array(repeating: 1, count: 200_000))))
        }
        // So few bytes cannot become so many: refused before memory is reserved.
        expectStorageError(.badFile, "holds at most") {
            _ = try open(gzip(idx(0x08, [.max, 1 << 20], [1, 2, 3])))
        }
    }

    // MARK: NumPy

    @Test(.launches, .enabled(if: Python.isAvailable))
    func readsWhatNumPyWrites() throws {
        try withTemporaryFolder { folder in
            _ = try Python.run(
                script: """
                    import gzip, sys, numpy as np
                    folder = sys.argv[1]
                    a = np.arange(24).reshape(2, 3, 4)
                    np.save(folder + "/bool", a % 2 == 0)
                    for name in ["uint8", "uint16", "uint32", "uint64", "int8", "int16", "int32",
                                 "int64", "float16", "float32", "float64"]:
                        np.save(folder + "/" + name, (a - (0 if name[0] == "u" else 10)).astype(name))
                    np.save(folder + "/fortran", np.asfortranarray(a - 10))
                    np.save(folder + "/swapped", (a - 10).astype(">i8"))
                    np.save(folder + "/object", np.array([1, "x"], dtype=object), allow_pickle=True)
                    np.savez(folder + "/one", a)
                    np.savez_compressed(folder + "/many", images=a.astype("uint8"), labels=a[:, 0, 0])
                    with open(folder + "/v3.npy", "wb") as f:
                        np.lib.format.write_array(f, a.astype("uint8"), version=(3, 0))
                    with gzip.open(folder + "/gz", "wb", compresslevel=9) as f:
                        np.save(f, np.zeros((1000, 1000), dtype="uint8"))
                    """, folder)
            for name in [
                "bool", "uint8", "uint16", "uint32", "uint64", "int8", "int16", "int32", "int64",
                "float16", "float32", "float64", "v3.npy", "fortran", "swapped", "one.npz",
                "many.npz:images", "many.npz:images.npy",
            ] {
                let file = try ArrayFile(
                    path: folder + "/" + name + (name.contains(".np") ? "" : ".npy"))
                let isPlain = name == "v3.npy" || name.contains(".npz") || name.hasPrefix("u")
                #expect(file.shape == [2, 3, 4])
                if ArrayFile.ElementType(rawValue: name) != nil {
                    #expect(file.elementType.rawValue == name)
                }
                let expected: [Float] = (12..<24).map {
                    name == "bool" ? ($0 % 2 == 0 ? 1 : 0) : Float(isPlain ? $0 : $0 - 10)
                }
                #expect(try floats(file, 1) == expected, "\(name)")
            }
            let zeros = try ArrayFile(path: folder + "/gz")
            #expect(try bytes(zeros, 999) == Array(repeating: 0, count: 1000))
            for (name, words) in [
                ("object.npy", "Python objects"),
                ("many.npz", "holds 2 arrays: images, labels. Name one of them"),
                ("many.npz:faces", "holds no array `faces`; it has images, labels"),
            ] {
                expectStorageError(.badFile, words) {
                    _ = try ArrayFile(path: folder + "/" + name)
                }
            }
        }
    }
}
