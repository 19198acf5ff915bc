public import Storage

/// Pictures of visible units.
public enum SampleSheet {
    /// Returns a case as a picture.
    ///
    /// Three planes of one size, [3, height, width], are red, green and blue, and so are the three values
    /// of each pixel of [height, width, 3]. Otherwise the last dimension is the width, and all others
    /// together are the height. A case of one dimension is a square where it can be one, else a row.
    static func picture(_ bytes: [UInt8], shape: [Int]) -> PixelImage {
        if shape.count == 3, shape[0] == 3 {
            let area = shape[1] * shape[2]
            let pixels = (0..<bytes.count).map { bytes[$0 % 3 * area + $0 / 3] }
            return PixelImage(width: shape[2], height: shape[1], channels: 3, pixels: pixels)
        }
        if shape.count == 3, shape[2] == 3 {
            return PixelImage(width: shape[1], height: shape[0], channels: 3, pixels: bytes)
        }
        var (height, width) = (shape.dropLast().reduce(1, *), shape.last ?? 1)
        if shape.count <= 1 {
            let root = Int(Double(width).squareRoot().rounded())
            if root * root == width { (height, width) = (root, root) }
        }
        return PixelImage(width: width, height: height, pixels: bytes)
    }

    /// Returns a sheet of cases.
    ///
    /// - Parameters:
    ///   - grey: The brightness of each unit in [0, 1], shape `[count, units]`.
    ///   - shape: The shape of one case.
    ///   - side: The most pixels of a side of the sheet, as far as the cases allow.
    ///   - namesRows: Whether the number of its first case stands before each row.
    ///   - held: Whether each unit was held, shape `[count, units]`; these are blue, but for cases in
    ///     color. Empty for none.
    public static func sheet(
        _ grey: [Float], shape: [Int], columns: Int? = nil, side: Int = 1024,
        namesRows: Bool = false, held: [Bool] = []
    ) -> PixelImage {
        let units = shape.reduce(1, *)
        let images = (0..<(grey.count / units)).map { index in
            let own = (index * units)..<((index + 1) * units)
            let image = picture(
                grey[own].map { UInt8((max(0, min(1, $0)) * 255).rounded()) }, shape: shape)
            return held.isEmpty || image.channels > 1 ? image : marked(image, held: held[own])
        }
        return PixelImage.sheet(of: images, columns: columns, side: side, namesRows: namesRows)
    }

    /// Returns a gray picture in which some pixels are blue, as bright as they were.
    private static func marked(_ image: PixelImage, held: ArraySlice<Bool>) -> PixelImage {
        let pixels = zip(image.pixels, held).flatMap { gray, isHeld -> [UInt8] in
            guard isHeld else { return [gray, gray, gray] }
            let share = Double(gray) / 255
            return [0, 24, 96].map { UInt8(($0 + share * (207 - $0 / 2)).rounded()) }
        }
        return PixelImage(
            width: image.width, height: image.height, channels: 3, pixels: pixels)
    }

    /// Returns values as brightness: unchanged where most lie from 0 to 1, else scaled so that the 1st
    /// percentile is 0 and the 99th is 1.
    static func brightness(_ values: [Float]) -> [Float] {
        let ordered = values.sorted()
        let (low, high) = (
            ordered[ordered.count / 100], ordered[ordered.count - 1 - ordered.count / 100]
        )
        if low > -0.5, high < 1.5 { return values }
        return values.map { ($0 - low) / max(high - low, .leastNormalMagnitude) }
    }
}
