import Storage
import TestSupport
import Testing

/// A PNG of 2 × 1 pixels, red and half-transparent blue, as other programs write it.
private let colored: [UInt8] = png(
    width: 2, height: 1, type: 6, rows: [[255, 0, 0, 255, 0, 0, 255, 128]])

/// The bytes of a PNG with rows that are not compressed.
private func png(width: UInt32, height: UInt32, type: UInt8, rows: [[UInt8]]) -> [UInt8] {
    func big(_ number: UInt32) -> [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: number >> (24 - 8 * $0)) }
    }
    func chunk(_ name: String, _ bytes: [UInt8]) -> [UInt8] {
        let content = Array(name.utf8) + bytes
        return big(UInt32(bytes.count)) + content + big(crc32(content))
    }
    let raw = rows.flatMap { [UInt8(0)] + $0 }
    var (a, b): (UInt32, UInt32) = (1, 0)
    for byte in raw {
        a = (a + UInt32(byte)) % 65_521
        b = (b + a) % 65_521
    }
    let length = UInt16(raw.count)
    let low = [UInt8(length & 255), UInt8(length >> 8)]
    let block: [UInt8] = [1] + low + low.map { ~$0 }
    return [0x89, 0x50, 0x4E, 0x47, 13, 10, 26, 10]
        + chunk("IHDR", big(width) + big(height) + [8, type, 0, 0, 0])
        + chunk("IDAT", [0x78, 1] + block + raw + big(b << 16 | a)) + chunk("IEND", [])
}

@Suite struct PictureFolderTests {
    private func bytes(_ file: ArrayFile, _ index: Int) throws -> [UInt8] {
        var bytes = [UInt8](repeating: 0xEE, count: file.caseElements)
        var span = bytes.mutableSpan
        try file.copyBytes(case: index, into: &span)
        return bytes
    }

    @Test func readsGrayPicturesInTheOrderOfTheirNames() throws {
        try withTemporaryFolder { folder in
            let pictures: [(String, [UInt8])] = [
                ("b.PNG", [4, 5, 6, 7, 8, 9]), ("a.png", [0, 50, 100, 150, 200, 255]),
            ]
            for (name, pixels) in pictures {
                try PixelImage(width: 3, height: 2, pixels: pixels).writePNG(
                    to: folder + "/" + name)
            }
            try AtomicFile.write([1], to: folder + "/notes.txt")
            try AtomicFile.write([1], to: folder + "/.hidden.png")
            for path in [folder, folder + "/"] {
                let file = try ArrayFile(path: path)
                #expect(file.format == .pictures && file.elementType == .uint8)
                #expect(file.shape == [2, 2, 3])
                #expect(try bytes(file, 0) == [0, 50, 100, 150, 200, 255])
                #expect(try bytes(file, 1) == [4, 5, 6, 7, 8, 9])
            }
        }
    }

    @Test func colorsAreChannelsAndTransparencyIsOnWhite() throws {
        try withTemporaryFolder { folder in
            try AtomicFile.write(colored, to: folder + "/a.png")
            try PixelImage(width: 2, height: 1, pixels: [10, 20]).writePNG(to: folder + "/b.png")
            let file = try ArrayFile(path: folder)
            #expect(file.shape == [2, 3, 1, 2])
            let first = try bytes(file, 0)
            #expect([first[0], first[2], first[4]] == [255, 0, 0])
            // Blue over white, mixed in linear light.
            #expect(first[5] == 255 && first[1] == first[3] && (120..<200).contains(first[1]))
            #expect(try bytes(file, 1) == [10, 20, 10, 20, 10, 20])
        }
    }

    @Test func refusesPicturesThatDoNotFit() throws {
        try withTemporaryFolder { folder in
            try PixelImage(width: 2, height: 1, pixels: [10, 20]).writePNG(to: folder + "/a.png")
            try PixelImage(width: 1, height: 2, pixels: [10, 20]).writePNG(to: folder + "/b.png")
            expectStorageError(
                .badFile, "is 1 × 2, but a.png is 2 × 1", file: folder + "/b.png"
            ) { _ = try ArrayFile(path: folder) }
            for count in [0, 8, 40, colored.count - 20] {
                try AtomicFile.write(Array(colored.prefix(count)), to: folder + "/b.png")
                expectStorageError(.badFile, "cannot be decoded as PNG", file: folder + "/b.png") {
                    _ = try ArrayFile(path: folder)
                }
            }
        }
    }

    @Test func otherPicturesAreNamed() throws {
        try withTemporaryFolder { folder in
            func refused(_ words: String...) {
                for word in words {
                    expectStorageError(.badFile, "without PNG pictures", word, file: folder) {
                        _ = try ArrayFile(path: folder)
                    }
                }
            }
            refused("It is empty")
            try AtomicFile.write([1], to: folder + "/table.csv")
            refused("files such as table.csv")
            try Folder.create(folder + "/cats")
            refused("folders such as cats")
            for name in ["a.jpg", "b.JPEG"] { try AtomicFile.write([1], to: folder + "/" + name) }
            refused("2 pictures such as a.jpg", "mogrify -format png")
            // Those that can be read are, and nobody is left to wonder about the others.
            try PixelImage(width: 2, height: 1, pixels: [10, 20]).writePNG(to: folder + "/c.png")
            let file = try ArrayFile(path: folder)
            #expect(file.cases == 1)
            #expect(file.notes == ["2 pictures that are not PNG, such as a.jpg, are left out"])
        }
    }
}
