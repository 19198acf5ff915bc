public import Storage

/// Pictures of visible units.
public enum SampleSheet {
    /// Returns the height and the width of a case as a picture.
    ///
    /// The last dimension is the width, and all others together are the height. A case of one
    /// dimension is a square where it can be one, else a row.
    static func pictureSize(_ shape: [Int]) -> (height: Int, width: Int) {
        guard shape.count > 1 else {
            let count = shape.first ?? 1
            let root = Int(Double(count).squareRoot().rounded())
            return root * root == count ? (root, root) : (1, count)
        }
        return (shape.dropLast().reduce(1, *), shape[shape.count - 1])
    }

    /// Returns a sheet of cases.
    ///
    /// - Parameters:
    ///   - grey: The brightness of each unit in [0, 1], shape `[count, units]`.
    ///   - shape: The shape of one case.
    public static func sheet(_ grey: [Float], shape: [Int], columns: Int? = nil) -> GrayImage {
        let (height, width) = pictureSize(shape)
        let units = height * width
        let images = (0..<(grey.count / units)).map { index in
            GrayImage(
                width: width, height: height,
                pixels: grey[(index * units)..<((index + 1) * units)].map {
                    UInt8((max(0, min(1, $0)) * 255).rounded())
                })
        }
        return GrayImage.sheet(of: images, columns: columns)
    }
}
