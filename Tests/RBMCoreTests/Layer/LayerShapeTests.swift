import RBMCore
import Testing

@Suite struct LayerShapeTests {
    /// A layer of 5 visible and 3 hidden units, but for what is named.
    private static func shape(
        visible: Int = 5, hidden: Int = 3, visibleUnits: any UnitKind = .spin,
        hiddenUnits: any UnitKind = .bernoulli, levels: StateEncoding = .bits
    ) -> LayerShape {
        LayerShape(
            visible: visible, hidden: hidden, visibleUnits: visibleUnits, hiddenUnits: hiddenUnits,
            levels: levels)
    }

    @Test func shapesAreEqualOnlyIfAllOfThemIs() {
        #expect(Self.shape() == Self.shape())
        for other in [
            Self.shape(visible: 6), Self.shape(hidden: 4), Self.shape(visibleUnits: .bernoulli),
            Self.shape(hiddenUnits: .spin), Self.shape(levels: .grey),
        ] {
            #expect(other != Self.shape())
        }
    }

    @Test(
        arguments: [(any UnitKind, StateEncoding, Int)]([
            (.bernoulli, .bits, 7), (.bernoulli, .grey, 7), (.gaussian, .real, 28),
        ]))
    func aRowHasTheBytesOfItsEncoding(units: any UnitKind, levels: StateEncoding, bytes: Int) {
        let shape = Self.shape(visible: 7, visibleUnits: units, levels: levels)
        #expect(shape.visibleBytes == bytes)
    }

    @Test func realStatesAreThoseOfGaussianUnits() {
        for (units, levels) in [(any UnitKind, StateEncoding)]([
            (.spin, .bits), (.gaussian, .real),
        ]) {
            let rbm = RBM(
                visibleUnits: units, hiddenUnits: .bernoulli,
                parameters: Parameters(visible: 5, hidden: 3))
            #expect(LayerShape(states: rbm) == Self.shape(visibleUnits: units, levels: levels))
        }
    }

    @Test func shapesThatNoLayerHasTrap() async {
        await #expect(processExitsWith: .failure) {
            _ = LayerShape(
                visible: 5, hidden: 3, visibleUnits: .spin, hiddenUnits: .bernoulli, levels: .real)
        }
        await #expect(processExitsWith: .failure) {
            _ = LayerShape(
                visible: 5, hidden: 3, visibleUnits: .gaussian, hiddenUnits: .bernoulli,
                levels: .bits)
        }
        await #expect(processExitsWith: .failure) {
            _ = LayerShape(
                visible: 5, hidden: 3, visibleUnits: .spin, hiddenUnits: .gaussian, levels: .bits)
        }
    }
}
