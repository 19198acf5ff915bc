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
    public static func sheet(
        _ grey: [Float], shape: [Int], columns: Int? = nil, side: Int = 1024
    ) -> PixelImage {
        let units = shape.reduce(1, *)
        let images = (0..<(grey.count / units)).map { index in
            picture(
                grey[(index * units)..<((index + 1) * units)].map {
                    UInt8((max(0, min(1, $0)) * 255).rounded())
                }, shape: shape)
        }
        return PixelImage.sheet(of: images, columns: columns, side: side)
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
