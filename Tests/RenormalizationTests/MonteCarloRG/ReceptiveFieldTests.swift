import Renormalization
import Testing

struct ReceptiveFieldTests {
    private func field(_ size: Int, _ weights: [(x: Int, y: Int, w: Double)]) -> ReceptiveField {
        var values = [Double](repeating: 0, count: size * size)
        for (x, y, w) in weights { values[y * size + x] = w }
        return ReceptiveField(weights: values, size: size)
    }

    @Test func aSingleSiteIsItsOwnCentre() throws {
        for (x, y) in [(0, 0), (3, 7), (7, 3)] {
            let field = field(8, [(x, y, -0.3)])
            let centre = try #require(field.centre)
            #expect(abs(centre.x - Double(x)) < 1e-12 && abs(centre.y - Double(y)) < 1e-12)
            #expect(abs(field.concentration - 1) < 1e-12)
            #expect(field.alignment == -1)
        }
    }

    @Test func aBlockOverTheBorderHasItsCentreThere() throws {
        // Sites 7 and 0 in x, 2 and 3 in y.
        let block = [(7, 2), (0, 2), (7, 3), (0, 3)].map { (x: $0.0, y: $0.1, w: 0.5) }
        let centre = try #require(field(8, block).centre)
        #expect(abs(centre.x - 7.5) < 1e-12)
        #expect(abs(centre.y - 2.5) < 1e-12)
    }

    @Test func aUniformFieldAndAnEmptyOneHaveNoCentre() {
        #expect(ReceptiveField(weights: Array(repeating: 0.2, count: 64), size: 8).centre == nil)
        #expect(ReceptiveField(weights: Array(repeating: 0, count: 64), size: 8).centre == nil)
    }

    @Test func opposingWeightsAreNotAligned() {
        #expect(abs(field(8, [(1, 1, 0.5), (2, 1, -0.5)]).alignment) < 1e-15)
    }
}
