import Storage
import Testing

@Suite struct PixelImageTextTests {
    private func blank(_ width: Int, _ height: Int, channels: Int = 1) -> PixelImage {
        PixelImage(
            width: width, height: height, channels: channels,
            pixels: [UInt8](repeating: 255, count: width * height * channels))
    }

    /// The picture as lines of text, `#` where it is black.
    private func lines(_ image: PixelImage) -> [String] {
        (0..<image.height).map { row in
            String(
                (0..<image.width).map { column in
                    image.pixels[(row * image.width + column) * image.channels] == 0 ? "#" : "."
                })
        }
    }

    @Test func digitsAreDigits() {
        var image = blank(11, 7)
        image.drawNumber("17", x: 0, y: 0)
        #expect(
            lines(image) == [
                "..#...#####", ".##.......#", "..#......#.", "..#.....#..", "..#....#...",
                "..#....#...", ".###...#...",
            ])
        #expect(PixelImage.textWidth("17") == 11 && PixelImage.textWidth("") == 0)
    }

    @Test func everyCharacterOfANumberDiffersFromTheOthers() {
        let characters = "0123456789-+.e "
        let drawn = Set(
            characters.map { character in
                var image = blank(5, 7)
                image.drawNumber(String(character), x: 0, y: 0)
                return lines(image)
            })
        #expect(drawn.count == characters.count)
    }

    @Test func whatLiesBeyondIsNotDrawn() {
        var (whole, cut) = (blank(12, 14), blank(6, 7))
        whole.drawNumber("8", x: -2, y: -3, magnification: 2)
        cut.drawNumber("8", x: -2, y: -3, magnification: 2)
        #expect(lines(cut) == lines(whole).prefix(7).map { String($0.prefix(6)) })
        #expect(cut.pixels.contains(0))
    }

    @Test func allChannelsAreDrawn() {
        var image = blank(5, 7, channels: 3)
        image.drawNumber("4", x: 0, y: 0, shade: 9)
        #expect(image.pixels.count { $0 == 9 } == 3 * 14)
        #expect(image.pixels.count { $0 == 255 } == 3 * (35 - 14))
    }
}
