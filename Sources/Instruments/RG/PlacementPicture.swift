import Renormalization
import Runs
import Storage

/// The picture of a placement: where the hidden units of a layer look on the lattice below.
///
/// The left half shows the lattice in blocks of 2×2. A block is light if one unit has its centre
/// there, gray if several have, and dark if none has; dots are the centres. The right half shows
/// the receptive fields of the first units. Middle gray is zero, and white and black are the
/// largest magnitude of each unit.
enum PlacementPicture {
    /// The side of the lattice's picture is about this many pixels.
    private static let side = 512
    private static let (free, crowded, empty, line) = (
        UInt8(235), UInt8(150), UInt8(70), UInt8(110)
    )
    private static let margin = UInt8(176)

    /// Draws a placement.
    ///
    /// - Parameter fields: The weights of each hidden unit in the order of the lattice.
    static func image(_ placement: BlockPlacement, fields: [[Double]]) -> PixelImage {
        let sheet = PixelImage.sheet(
            of: fields.prefix(FilterSheet.limit).map { weights in
                PixelImage(
                    width: placement.size, height: placement.size,
                    pixels: FilterSheet.pixels(weights.map { Float($0) }))
            })
        return beside(lattice(placement), sheet)
    }

    /// The blocks and the centres.
    static func lattice(_ placement: BlockPlacement) -> PixelImage {
        let scale = max(4, side / placement.size)
        let width = placement.size * scale
        let length = Double(placement.size)
        /// The place of a pixel in the grid of blocks, in [0, size).
        func moved(_ pixel: Int, _ offset: Double) -> Double {
            ((Double(pixel) + 0.5) / Double(scale) - offset + length)
                .truncatingRemainder(dividingBy: length)
        }
        let columns = (0..<width).map { moved($0, placement.offset.x) }
        let rows = (0..<width).map { moved($0, placement.offset.y) }
        // Lines are one or two pixels wide.
        let border = 1.5 / Double(scale)
        var pixels = [UInt8](repeating: 0, count: width * width)
        for y in 0..<width {
            for x in 0..<width {
                let block =
                    min(Int(rows[y] / 2), placement.blocks - 1) * placement.blocks
                    + min(Int(columns[x] / 2), placement.blocks - 1)
                let isBorder =
                    rows[y].truncatingRemainder(dividingBy: 2) < border
                    || columns[x].truncatingRemainder(dividingBy: 2) < border
                let units = placement.occupants[block].count
                pixels[y * width + x] =
                    isBorder ? line : (units == 0 ? empty : (units == 1 ? free : crowded))
            }
        }
        var image = PixelImage(width: width, height: width, pixels: pixels)
        for field in placement.fields {
            guard let centre = field.centre else { continue }
            image.drawDot(
                (centre.x + 0.5) * Double(scale), (centre.y + 0.5) * Double(scale),
                radius: max(2, Double(scale) / 6))
        }
        return image
    }

    /// Joins two pictures side by side, on the gray of margins.
    private static func beside(_ left: PixelImage, _ right: PixelImage) -> PixelImage {
        let gap = 8
        let width = left.width + right.width + 3 * gap
        let height = max(left.height, right.height) + 2 * gap
        var pixels = [UInt8](repeating: margin, count: width * height)
        for (image, start) in [(left, gap), (right, left.width + 2 * gap)] {
            for y in 0..<image.height {
                let target = (y + gap) * width + start
                pixels.replaceSubrange(
                    target..<(target + image.width),
                    with: image.pixels[(y * image.width)..<((y + 1) * image.width)])
            }
        }
        return PixelImage(width: width, height: height, pixels: pixels)
    }
}
