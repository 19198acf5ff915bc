import Testing

@testable import Configuration

@Suite struct GridShapeTests {
    @Test(arguments: [("2x4", 2, 4), ("2×4", 2, 4), ("1x1", 1, 1), ("16x128", 16, 128)])
    func gridsAreRead(text: String, data: Int, hidden: Int) throws {
        let grid = try #require(GridShape(text))
        #expect(grid == GridShape(data: data, hidden: hidden))
        #expect(GridShape("\(grid)") == grid)
    }

    @Test(arguments: [
        "", "2", "x", "2x", "x2", "0x1", "1x0", "-1x2", "+1x2", "2x2x2", "2 x 2", "2X2", "ax2",
        "99999999999999999999x1", "١x2",
    ])
    func otherTextIsNone(text: String) { #expect(GridShape(text) == nil) }
}
