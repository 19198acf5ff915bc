extension PixelImage {
    /// The pixels of a character, and the gap after it.
    static let characterWidth = 6
    static let characterHeight = 7

    /// The width of a text in pixels, at a magnification of 1.
    public static func textWidth(_ text: String) -> Int {
        max(0, text.count * characterWidth - 1)
    }

    /// Writes a text of numbers: digits, `-`, `+`, `.` and `e`; other characters are spaces.
    ///
    /// What lies beyond the picture is not drawn.
    ///
    /// - Parameters:
    ///   - x: The left end, in pixels from the left.
    ///   - y: The upper end, in pixels from the top.
    ///   - magnification: The side of the square that each pixel of a character becomes.
    ///   - shade: From 0 black to 255 white, in all channels.
    public mutating func drawNumber(
        _ text: String, x: Int, y: Int, magnification: Int = 1, shade: UInt8 = 0
    ) {
        for (place, character) in text.enumerated() {
            for (row, bits) in (Self.glyphs[character] ?? []).enumerated() {
                for column in 0..<5 where bits >> (4 - column) & 1 == 1 {
                    let left = x + (place * Self.characterWidth + column) * magnification
                    let top = y + row * magnification
                    for (down, right) in Self.square(magnification) {
                        set(left + right, top + down, shade)
                    }
                }
            }
        }
    }

    private static func square(_ side: Int) -> [(Int, Int)] {
        (0..<side).flatMap { down in (0..<side).map { (down, $0) } }
    }

    private mutating func set(_ x: Int, _ y: Int, _ shade: UInt8) {
        guard (0..<width).contains(x), (0..<height).contains(y) else { return }
        for channel in 0..<channels { pixels[(y * width + x) * channels + channel] = shade }
    }

    /// Seven rows of five pixels from the left, the highest bit first.
    private static let glyphs: [Character: [UInt8]] = [
        "0": [0b01110, 0b10001, 0b10011, 0b10101, 0b11001, 0b10001, 0b01110],
        "1": [0b00100, 0b01100, 0b00100, 0b00100, 0b00100, 0b00100, 0b01110],
        "2": [0b01110, 0b10001, 0b00001, 0b00110, 0b01000, 0b10000, 0b11111],
        "3": [0b01110, 0b10001, 0b00001, 0b00110, 0b00001, 0b10001, 0b01110],
        "4": [0b00010, 0b00110, 0b01010, 0b10010, 0b11111, 0b00010, 0b00010],
        "5": [0b11111, 0b10000, 0b11110, 0b00001, 0b00001, 0b10001, 0b01110],
        "6": [0b00110, 0b01000, 0b10000, 0b11110, 0b10001, 0b10001, 0b01110],
        "7": [0b11111, 0b00001, 0b00010, 0b00100, 0b01000, 0b01000, 0b01000],
        "8": [0b01110, 0b10001, 0b10001, 0b01110, 0b10001, 0b10001, 0b01110],
        "9": [0b01110, 0b10001, 0b10001, 0b01111, 0b00001, 0b00010, 0b01100],
        "-": [0, 0, 0, 0b11111, 0, 0, 0],
        "+": [0, 0b00100, 0b00100, 0b11111, 0b00100, 0b00100, 0],
        ".": [0, 0, 0, 0, 0, 0b01100, 0b01100],
        "e": [0, 0, 0b01110, 0b10001, 0b11111, 0b10000, 0b01110],
    ]
}
