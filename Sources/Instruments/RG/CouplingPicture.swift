import Foundation
import Renormalization
import Reports
import Storage

/// The picture of a lattice's pair couplings: a square for each displacement, with a dot at
/// displacement zero.
///
/// Middle gray is a coupling of zero, white the largest magnitude, and black that magnitude with
/// the other sign. In between, the gray follows the root of the coupling: in proportion, all
/// couplings but those of neighbours would look like zero. A scale below says which gray is which
/// coupling.
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

    /// Draws the couplings above a scale with the values of its ends, its middle, and half-way.
    static func withScale(_ map: CouplingMap) -> PixelImage {
        let image = Self.image(map)
        let (margin, barHeight, magnification) = (12, 16, 2)
        let height = image.height + 3 * margin + barHeight + 7 * magnification
        var pixels = image.pixels
        pixels += [UInt8](repeating: 255, count: (height - image.height) * image.width)
        let bar = (image.height + margin)..<(image.height + margin + barHeight)
        // From −1 to 1; half-way between the grays of zero and the largest is a quarter of it.
        func coupling(at place: Double) -> Double { map.largest * place * place.magnitude }
        for y in bar {
            for x in 0..<image.width {
                let place = 2 * Double(x) / Double(image.width - 1) - 1
                pixels[y * image.width + x] = shade(coupling(at: place), largest: map.largest)
            }
        }
        var sheet = PixelImage(width: image.width, height: height, pixels: pixels)
        for quarter in 0...4 {
            let x = quarter * (image.width - 1) / 4
            for y in bar.upperBound..<(bar.upperBound + margin / 2) {
                sheet.pixels[y * image.width + x] = 0
            }
            let text = scaleText(coupling(at: Double(quarter) / 2 - 1))
            let width = PixelImage.textWidth(text) * magnification
            sheet.drawNumber(
                text, x: max(0, min(image.width - width, x - width / 2)),
                y: bar.upperBound + margin, magnification: magnification)
        }
        return sheet
    }

    /// Three digits, which are enough for a gray.
    private static func scaleText(_ value: Double) -> String {
        guard value != 0 else { return "0" }
        let digits = max(0, 2 - Int(log10(value.magnitude).rounded(.down)))
        return decimal(value, min(digits, 6))
    }

    /// Returns a gray from 1 to 255, with 128 for zero.
    static func shade(_ coupling: Double, largest: Double) -> UInt8 {
        guard largest > 0 else { return 128 }
        let root = (coupling.magnitude / largest).squareRoot()
        return UInt8((128 + 127 * (coupling < 0 ? -root : root)).rounded())
    }
}
