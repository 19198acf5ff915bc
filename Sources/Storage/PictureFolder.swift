import CPNG

/// A folder of PNG pictures of one size, in the order of their names.
///
/// Gray pictures become cases of the shape [height, width]. Where one of them has colors, all become
/// [3, height, width]: red, green and blue. Transparent pictures are laid on white.
struct PictureFolder {
    private let path: String
    private let names: [String]
    /// Pictures of other formats, which are left out.
    private let others: [String]

    /// Finds the pictures.
    ///
    /// Throws `badFile` if there is none.
    init(_ path: String) throws(StorageError) {
        let path = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
        let all = try Folder.list(path).filter { !$0.hasPrefix(".") }
        func endings(_ endings: String...) -> [String] {
            all.filter { name in endings.contains { name.lowercased().hasSuffix("." + $0) } }
        }
        names = endings("png")
        others = endings("jpg", "jpeg", "tif", "tiff", "gif", "bmp", "webp", "pgm", "ppm")
        guard !names.isEmpty else {
            throw StorageError(
                .badFile, path,
                "is a folder without PNG pictures; expected a file, or a folder of pictures whose "
                    + "names end in .png. " + Self.remedy(path, all, others))
        }
        self.path = path
    }

    /// Says what to do with a folder that has other things than PNG pictures.
    private static func remedy(_ path: String, _ all: [String], _ others: [String]) -> String {
        if let picture = others.first {
            return
                "It has \(others.count) pictures such as \(picture): mogrify -format png * in the "
                + "folder, by ImageMagick, makes PNG of them."
        }
        guard let first = all.first else { return "It is empty." }
        return Folder.isFolder("\(path)/\(first)")
            ? "It has folders such as \(first), which are not looked into: name one of them, or put "
                + "all pictures into one folder."
            : "It has files such as \(first): name one file."
    }

    /// Decodes all pictures.
    ///
    /// Throws `badFile`, which names a picture that is damaged or has another size than the first.
    func read() throws(StorageError) -> ArrayFile.Found {
        var first: (width: Int, height: Int)?
        var hasColor = false
        for name in names {
            let file = "\(path)/\(name)"
            let header = try Picture.header(try readBytes(of: file), file)
            hasColor = hasColor || header.hasColor
            let size = first ?? (header.width, header.height)
            first = size
            guard size == (header.width, header.height) else {
                throw StorageError(
                    .badFile, file,
                    "is \(header.width) × \(header.height), but \(names[0]) is \(size.width) × "
                        + "\(size.height); expected pictures of one size.")
            }
        }
        let (width, height) = first ?? (0, 0)
        let channels = hasColor ? 3 : 1
        let (area, size) = (width * height, width * height * channels)
        let region = try Region(zeros: names.count * size, for: path)
        for (number, name) in names.enumerated() {
            let file = "\(path)/\(name)"
            let pixels = try Picture.pixels(try readBytes(of: file), hasColor: hasColor, file)
            guard pixels.count == size else {
                throw StorageError(.badFile, file, "changed while it was read; try again.")
            }
            region.withMutableBytes(number * size..<(number + 1) * size) { target in
                // A picture holds the channels of a pixel together; a case holds each channel by
                // itself.
                for i in 0..<size {
                    target.storeBytes(
                        of: pixels[i], toByteOffset: i % channels * area + i / channels,
                        as: UInt8.self)
                }
            }
        }
        return ArrayFile.Found(
            header: ArrayHeader(
                .pictures, .uint8,
                shape: [names.count] + (hasColor ? [3] : []) + [height, width]),
            contents: .memory(region),
            notes: others.first.map {
                ["\(others.count) pictures that are not PNG, such as \($0), are left out"]
            } ?? [])
    }
}

/// A PNG picture in memory.
private enum Picture {
    /// Returns the size of a picture, and whether it has colors.
    static func header(
        _ bytes: [UInt8], _ file: String
    ) throws(StorageError) -> (width: Int, height: Int, hasColor: Bool) {
        unsafe try open(bytes, file) { image in
            let (width, height) = unsafe (Int(image.width), Int(image.height))
            let hasColor = unsafe image.format & png_uint_32(PNG_FORMAT_FLAG_COLOR) != 0
            return (width, height, hasColor)
        }
    }

    /// Returns the pixels row by row, the channels of each together.
    static func pixels(
        _ bytes: [UInt8], hasColor: Bool, _ file: String
    ) throws(StorageError) -> [UInt8] {
        let header = try header(bytes, file)
        try checkRoom(for: header.width * header.height * (hasColor ? 3 : 1), of: file)
        return unsafe try open(bytes, file) { image in
            let format = hasColor ? png_uint_32(PNG_FORMAT_RGB) : png_uint_32(PNG_FORMAT_GRAY)
            unsafe image.format = format
            let count = unsafe Int(image.width) * Int(image.height) * (hasColor ? 3 : 1)
            var pixels = [UInt8](repeating: 0, count: count)
            var white = png_color(red: 255, green: 255, blue: 255)
            guard unsafe png_image_finish_read(&image, &white, &pixels, 0, nil) != 0 else {
                return nil
            }
            return pixels
        }
    }

    /// Calls the closure with a picture whose header was read; nil from it means that libpng failed.
    private static func open<Result>(
        _ bytes: [UInt8], _ file: String, _ body: (inout png_image) -> Result?
    ) throws(StorageError) -> Result {
        var image = unsafe png_image()
        unsafe image.version = png_uint_32(PNG_IMAGE_VERSION)
        defer { unsafe png_image_free(&image) }
        // libpng reads on from the same memory after the header.
        let result = unsafe bytes.withUnsafeBytes { memory -> Result? in
            guard
                unsafe png_image_begin_read_from_memory(
                    &image, memory.baseAddress, memory.count) != 0
            else { return nil }
            return unsafe body(&image)
        }
        guard let result else {
            let words = unsafe withUnsafeBytes(of: image.message) { bytes in
                unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            throw StorageError(
                .badFile, file, "cannot be decoded as PNG: \(words). Save it again, or remove it.")
        }
        return result
    }
}
