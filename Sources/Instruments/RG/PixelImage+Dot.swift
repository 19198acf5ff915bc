import Storage

extension PixelImage {
    /// Draws a black disk with a white ring around it, over the borders as on a torus.
    ///
    /// - Parameters:
    ///   - x: The centre in pixels, from the left.
    ///   - y: The centre in pixels, from the top.
    mutating func drawDot(_ x: Double, _ y: Double, radius: Double) {
        let reach = Int(radius) + 2
        for dy in -reach...reach {
            for dx in -reach...reach {
                let distance = Double(dx * dx + dy * dy).squareRoot()
                guard distance < radius + 1.5 else { continue }
                let column = (Int(x) + dx + width) % width
                let row = (Int(y) + dy + height) % height
                pixels[row * width + column] = distance < radius ? 0 : 255
            }
        }
    }
}
