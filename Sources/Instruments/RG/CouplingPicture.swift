import Renormalization
import Storage

/// The picture of a lattice's pair couplings: a square for each displacement, with a dot at
/// displacement zero.
///
/// Middle gray is a coupling of zero, white the largest magnitude, and black that magnitude with
/// the other sign. In between, the gray follows the root of the coupling: in proportion, all
/// couplings but those of neighbours would look like zero.
enum CouplingPicture {
    /// The longer side is about this many pixels.
    private static let side = 512

    static func image(_ map: CouplingMap) -> PixelImage {
        let columns = 2 * map.reachRight + 1
        let rows = 2 * map.reachDown + 1
        let scale = max(4, side / max(rows, columns))
        var image = PixelImage(
            width: columns * scale, height: rows * scale,
            pixels: Array(repeating: 0, count: columns * rows * scale * scale))
        for y in 0..<image.height {
            for x in 0..<image.width {
                let coupling = map[y / scale - map.reachDown, x / scale - map.reachRight]
                image.pixels[y * image.width + x] = shade(coupling, largest: map.largest)
            }
        }
        image.drawDot(
            Double(image.width) / 2, Double(image.height) / 2,
            radius: max(1, Double(scale) / 8))
        return image
    }

    /// Returns a gray from 1 to 255, with 128 for zero.
    static func shade(_ coupling: Double, largest: Double) -> UInt8 {
        guard largest > 0 else { return 128 }
        let root = (coupling.magnitude / largest).squareRoot()
        return UInt8((128 + 127 * (coupling < 0 ? -root : root)).rounded())
    }
}
