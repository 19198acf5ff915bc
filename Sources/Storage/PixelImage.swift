import CPNG

/// A picture of bytes, 0 black to 255 white, row by row from the top: gray, or red, green and blue.
public struct PixelImage: Sendable, Equatable {
    /// Pixels in a row.
    public let width: Int
    /// Number of rows.
    public let height: Int
    /// Bytes of a pixel: 1 of gray, or 3 of red, green and blue.
    public let channels: Int
    /// Row-major, shape `[height, width, channels]`.
    public var pixels: [UInt8]

    /// Creates a picture from its pixels.
    ///
    /// - Precondition: width and height are positive, and there are as many bytes as the shape asks for.
    public init(width: Int, height: Int, channels: Int = 1, pixels: [UInt8]) {
        precondition(
            width > 0 && height > 0 && (channels == 1 || channels == 3)
                && width * height * channels == pixels.count,
            "\(pixels.count) bytes for \(width) × \(height) pixels of \(channels)")
        self.width = width
        self.height = height
        self.channels = channels
        self.pixels = pixels
    }

    /// Writes a PNG of 8 bits per pixel atomically, or replaces the file.
    ///
    /// Throws `cannotWrite`, also when libpng refuses the size.
    public func writePNG(to path: String) throws(StorageError) {
        try AtomicFile.write(try encodedPNG(for: path), to: path)
    }

    /// Returns the bytes of a PNG of 8 bits per pixel; `name` is what it is for, in messages.
    ///
    /// Throws `cannotWrite` when libpng refuses the size.
    public func png(for name: String) throws(StorageError) -> [UInt8] { try encodedPNG(for: name) }

    /// Arranges pictures of one size in a sheet, row by row, magnified so that people can see them.
    ///
    /// - Parameters:
    ///   - columns: pictures in a row; by default about as many as makes the sheet square.
    ///   - magnification: the side of the square that each pixel becomes; by default as large as
    ///     keeps both sides of the sheet within `side`, at most 16.
    ///   - margin: pixels of the sheet around and between the pictures.
    ///   - namesRows: whether the number of its first picture stands before each row.
    ///   - numbers: the number of each picture; empty where these are their places, from 0.
    /// - Precondition: there is a picture, all have the same size, and the numbers are positive (the
    ///   margin may be 0).
    public static func sheet(
        of images: [PixelImage], columns: Int? = nil, magnification: Int? = nil, side: Int = 1024,
        margin: Int = 2, namesRows: Bool = false, numbers: [Int] = []
    ) -> PixelImage {
        precondition(!images.isEmpty, "a sheet needs at least one picture")
        let (width, height) = (images[0].width, images[0].height)
        let channels = images[0].channels
        precondition(
            images.allSatisfy {
                $0.width == width && $0.height == height && $0.channels == channels
            },
            "the pictures of a sheet must have one size")
        precondition(
            numbers.isEmpty || numbers.count == images.count,
            "\(numbers.count) numbers of \(images.count) pictures")
        let columns = columns ?? squarestColumns(images.count, width: width, height: height)
        precondition(columns > 0 && margin >= 0, "\(columns) columns, margin \(margin)")
        let rows = (images.count + columns - 1) / columns
        let fitting = min(
            (side - (columns + 1) * margin) / (columns * width),
            (side - (rows + 1) * margin) / (rows * height))
        let factor = magnification ?? min(max(fitting, 1), 16)
        precondition(factor > 0, "magnification \(factor)")

        let (stepX, stepY) = (width * factor + margin, height * factor + margin)
        let names = (0..<(namesRows ? rows : 0)).map { row in
            "\(numbers.isEmpty ? row * columns : numbers[row * columns])"
        }
        let namesWidth = names.map { textWidth($0) + margin }.max() ?? 0
        let sheetWidth = namesWidth + columns * stepX + margin
        let sheetHeight = rows * stepY + margin
        var pixels = [UInt8](repeating: background, count: sheetWidth * sheetHeight * channels)
        for (number, image) in images.enumerated() {
            let left = namesWidth + margin + number % columns * stepX
            let top = margin + number / columns * stepY
            for y in 0..<height * factor {
                let target = (top + y) * sheetWidth + left
                let source = y / factor * width
                for x in 0..<width * factor {
                    for channel in 0..<channels {
                        pixels[(target + x) * channels + channel] =
                            image.pixels[(source + x / factor) * channels + channel]
                    }
                }
            }
        }
        var sheet = PixelImage(
            width: sheetWidth, height: sheetHeight, channels: channels, pixels: pixels)
        for (row, name) in names.enumerated() {
            sheet.drawNumber(
                name, x: namesWidth - textWidth(name),
                y: margin + row * stepY + (height * factor - characterHeight) / 2)
        }
        return sheet
    }

    /// The gray of a sheet's margins.
    ///
    /// It is not black, not white, and not the gray of a weight of zero.
    static let background: UInt8 = 176

    /// The number of columns for which the longer side of the sheet is shortest.
    private static func squarestColumns(_ count: Int, width: Int, height: Int) -> Int {
        func longerSide(_ columns: Int) -> Int {
            max(columns * width, (count + columns - 1) / columns * height)
        }
        return (1...count).min { longerSide($0) < longerSide($1) }!
    }

    private func encodedPNG(for path: String) throws(StorageError) -> [UInt8] {
        var image = unsafe png_image()
        unsafe image.version = png_uint_32(PNG_IMAGE_VERSION)
        unsafe image.width = png_uint_32(clamping: width)
        unsafe image.height = png_uint_32(clamping: height)
        unsafe image.format =
            channels == 1 ? png_uint_32(PNG_FORMAT_GRAY) : png_uint_32(PNG_FORMAT_RGB)
        defer { unsafe png_image_free(&image) }

        // The first call learns the size, and the second writes.
        var size: png_alloc_size_t = 0
        var bytes: [UInt8] = []
        var success = unsafe png_image_write_to_memory(&image, nil, &size, 0, pixels, 0, nil)
        if success != 0 {
            bytes = [UInt8](repeating: 0, count: Int(size))
            success = unsafe png_image_write_to_memory(&image, &bytes, &size, 0, pixels, 0, nil)
        }
        guard success != 0 else {
            let words = unsafe withUnsafeBytes(of: image.message) { bytes in
                unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            throw StorageError(
                .cannotWrite, path,
                "a picture of \(width) × \(height) cannot be encoded: \(words).")
        }
        return bytes
    }
}
