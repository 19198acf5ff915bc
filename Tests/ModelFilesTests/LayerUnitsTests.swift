import ModelFiles
import RBMCore
import TestSupport
import Testing

@Suite struct LayerUnitsTests {
    @Test func areCountedForPeople() {
        #expect(makeRBM(.bernoulli, 6, .spin, 4).unitsText == "6 bernoulli × 4 spin")
        let units = LayerUnits(
            visible: 6, visibleKind: .categorical(3), hidden: 4, hiddenKind: .bernoulli)
        #expect("\(units)" == "2 categorical (3 states) × 4 bernoulli")
    }

    @Test func differByEachOfTheirParts() {
        let units = makeRBM(.bernoulli, 6, .spin, 4).units
        #expect(units == makeRBM(.bernoulli, 6, .spin, 4).units)
        for other in [
            makeRBM(.bernoulli, 5, .spin, 4), makeRBM(.spin, 6, .spin, 4),
            makeRBM(.bernoulli, 6, .spin, 3), makeRBM(.bernoulli, 6, .bernoulli, 4),
        ] {
            #expect(units != other.units)
        }
    }

    @Test func theLowestMisfitIsNamed() throws {
        let layers = [
            makeRBM(.bernoulli, 6, .spin, 4), makeRBM(.spin, 4, .spin, 3),
            makeRBM(.spin, 3, .spin, 2),
        ]
        var wanted = layers.map(\.units)
        #expect(LayerMisfit(of: layers.map(\.units), to: wanted) == nil)
        #expect(LayerMisfit(of: layers.prefix(1).map(\.units), to: wanted) == nil)
        wanted[1] = makeRBM(.spin, 4, .spin, 5).units
        wanted[2] = makeRBM(.spin, 5, .spin, 2).units
        let misfit = try #require(LayerMisfit(of: layers.map(\.units), to: wanted))
        #expect(misfit.layer == 1)
        #expect(misfit.found == layers[1].units && misfit.wanted == wanted[1])
    }
}
