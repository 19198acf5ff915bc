import CPNG
import Storage
import TestSupport
import Testing

@Suite struct PixelImageTests {
    /// Decodes a picture with libpng, which a reader of the file would use too.
    private func readPNG(_ path: String) throws -> PixelImage {
        let bytes = try readBytes(of: path)
        // libpng reads on from the same memory after the header.
        return try unsafe bytes.withUnsafeBytes { memory in
            var image = unsafe png_image()
            unsafe image.version = png_uint_32(PNG_IMAGE_VERSION)
            let begun = unsafe png_image_begin_read_from_memory(
                &image, memory.baseAddress, memory.count)
            try #require(begun != 0)
            let format = unsafe image.format
            let channels = format == png_uint_32(PNG_FORMAT_RGB) ? 3 : 1
            #expect(channels == 3 || format == png_uint_32(PNG_FORMAT_GRAY))
            let (width, height) = unsafe (Int(image.width), Int(image.height))
            var pixels = [UInt8](repeating: 0, count: width * height * channels)
            let finished = unsafe png_image_finish_read(&image, nil, &pixels, 0, nil)
            try #require(finished != 0)
            return PixelImage(width: width, height: height, channels: channels, pixels: pixels)
        }
    }

    @Test func pixelsSurvivePNG() throws {
        try withTemporaryFolder { folder in
            let path = folder + "/a.png"
            let image = PixelImage(width: 256, height: 3, pixels: (0..<768).map { UInt8($0 & 255) })
            try image.writePNG(to: path)
            #expect(try readPNG(path) == image)
            #expect(try readBytes(of: path).starts(with: [0x89, 0x50, 0x4E, 0x47]))
            #expect(try Folder.list(folder) == ["a.png"])
        }
    }

    @Test func picturesMayHaveNumbersOfTheirOwn() {
        let pictures = (0..<4).map { _ in
            PixelImage(width: 8, height: 8, pixels: [UInt8](repeating: 9, count: 64))
        }
        func sheet(_ numbers: [Int]) -> PixelImage {
            PixelImage.sheet(of: pictures, columns: 2, namesRows: true, numbers: numbers)
        }
        #expect(sheet([0, 7, 2, 9]) == sheet([]))
        #expect(sheet([4, 7, 2, 9]) != sheet([]))
        let added = PixelImage.textWidth("10") - PixelImage.textWidth("2")
        #expect(sheet([10, 7, 2, 9]).width == sheet([]).width + added)
    }

    @Test func rowsOfASheetHaveTheNumberOfTheirFirstPicture() {
        let pictures = (0..<12).map { number in
            PixelImage(width: 8, height: 8, pixels: [UInt8](repeating: UInt8(number), count: 64))
        }
        func sheet(_ namesRows: Bool) -> PixelImage {
            PixelImage.sheet(
                of: pictures, columns: 5, magnification: 1, margin: 2, namesRows: namesRows)
        }
        let (plain, named) = (sheet(false), sheet(true))
        // The widest name is 10.
        let wider = PixelImage.textWidth("10") + 2
        #expect(named.width == plain.width + wider && named.height == plain.height)
        for y in 0..<plain.height {
            let own = named.pixels[(y * named.width)..<((y + 1) * named.width)]
            #expect(
                own.dropFirst(wider)
                    == plain.pixels[(y * plain.width)..<((y + 1) * plain.width)])
        }
        var names = PixelImage(
            width: wider, height: named.height,
            pixels: [UInt8](repeating: plain.pixels[0], count: wider * named.height))
        for (row, name) in ["0", "5", "10"].enumerated() {
            names.drawNumber(name, x: wider - PixelImage.textWidth(name), y: 2 + row * 10)
        }
        for y in 0..<named.height {
            #expect(
                named.pixels[(y * named.width)..<(y * named.width + wider)]
                    == names.pixels[(y * wider)..<((y + 1) * wider)])
        }
    }

    @Test func colorsSurviveASheetAndPNG() throws {
        let red = PixelImage(width: 1, height: 1, channels: 3, pixels: [255, 0, 0])
        let blue = PixelImage(width: 1, height: 1, channels: 3, pixels: [0, 10, 255])
        let sheet = PixelImage.sheet(of: [red, blue], columns: 2, magnification: 2, margin: 0)
        #expect(
            sheet.pixels
                == [255, 0, 0, 255, 0, 0, 0, 10, 255, 0, 10, 255, 255, 0, 0, 255, 0, 0, 0, 10, 255]
                + [0, 10, 255])
        try withTemporaryFolder { folder in
            try sheet.writePNG(to: folder + "/a.png")
            #expect(try readPNG(folder + "/a.png") == sheet)
        }
    }

    @Test func equalPicturesAreEqualFiles() throws {
        try withTemporaryFolder { folder in
            let image = PixelImage(width: 5, height: 4, pixels: (0..<20).map { UInt8($0 * 12) })
            try image.writePNG(to: folder + "/a")
            try image.writePNG(to: folder + "/b")
            #expect(try readBytes(of: folder + "/a") == readBytes(of: folder + "/b"))
        }
    }

    @Test func refusesASizeThatLibpngCannotWrite() throws {
        try withTemporaryFolder { folder in
            let count = 1_000_001
            let wide = PixelImage(
                width: count, height: 1, pixels: .init(repeating: 0, count: count))
            expectStorageError(.cannotWrite, "1000001 × 1", file: folder + "/a.png") {
                try wide.writePNG(to: folder + "/a.png")
            }
            let names = try Folder.list(folder)
            #expect(names == [])
        }
    }

    @Test func sheetPutsEachPixelInItsPlace() {
        let a = PixelImage(width: 2, height: 1, pixels: [1, 2])
        let b = PixelImage(width: 2, height: 1, pixels: [3, 4])
        let c = PixelImage(width: 2, height: 1, pixels: [5, 6])
        let sheet = PixelImage.sheet(of: [a, b, c], columns: 2, magnification: 2, margin: 1)
        let m: UInt8 = 176
        #expect(sheet.width == 11 && sheet.height == 7)
        #expect(
            sheet.pixels == [
                m, m, m, m, m, m, m, m, m, m, m,
                m, 1, 1, 2, 2, m, 3, 3, 4, 4, m,
                m, 1, 1, 2, 2, m, 3, 3, 4, 4, m,
                m, m, m, m, m, m, m, m, m, m, m,
                m, 5, 5, 6, 6, m, m, m, m, m, m,
                m, 5, 5, 6, 6, m, m, m, m, m, m,
                m, m, m, m, m, m, m, m, m, m, m,
            ])
    }

    @Test(arguments: [1, 2, 7, 64, 100, 500])
    func sheetIsNearlySquareAndVisible(count: Int) {
        let image = PixelImage(width: 28, height: 28, pixels: .init(repeating: 9, count: 784))
        let sheet = PixelImage.sheet(of: Array(repeating: image, count: count))
        let (short, long) = (min(sheet.width, sheet.height), max(sheet.width, sheet.height))
        #expect(long <= 2 * short)
        #expect(long >= 400 && long <= 1024)
        #expect(sheet.pixels.count { $0 == 9 } % (count * 784) == 0)
    }

    @Test func sheetOfMoreThanFitsIsNotMagnified() {
        let image = PixelImage(width: 2000, height: 3, pixels: .init(repeating: 9, count: 6000))
        let sheet = PixelImage.sheet(of: [image, image], margin: 0)
        #expect(sheet.width == 2000 && sheet.height == 6)
    }
}
