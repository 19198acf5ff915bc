import RBMCore
import Testing

@Suite struct LayerSpecTests {
    /// A layer of 5 visible and 3 hidden units, but for what is named.
    private static func shape(
        visible: Int = 5, hidden: Int = 3, visibleUnits: any UnitKind = .spin,
        hiddenUnits: any UnitKind = .bernoulli, encoding: StateEncoding = .bits
    ) -> LayerSpec {
        LayerSpec(
            visible: visible, hidden: hidden, visibleUnits: visibleUnits, hiddenUnits: hiddenUnits,
            encoding: encoding)
    }

    @Test func shapesAreEqualOnlyIfAllOfThemIs() {
        #expect(Self.shape() == Self.shape())
        for other in [
            Self.shape(visible: 6), Self.shape(hidden: 4), Self.shape(visibleUnits: .bernoulli),
            Self.shape(hiddenUnits: .spin), Self.shape(encoding: .levels),
        ] {
            #expect(other != Self.shape())
        }
    }

    @Test(
        arguments: [(any UnitKind, StateEncoding, Int)]([
            (.bernoulli, .bits, 7), (.bernoulli, .levels, 7), (.gaussian, .float32, 28),
        ]))
    func aRowHasTheBytesOfItsEncoding(units: any UnitKind, encoding: StateEncoding, bytes: Int) {
        let shape = Self.shape(visible: 7, visibleUnits: units, encoding: encoding)
        #expect(shape.visibleBytes == bytes)
    }

    @Test func realHiddenStatesTakeFourBytes() {
        let shape = Self.shape(hidden: 7, hiddenUnits: .gaussian)
        #expect(shape.hiddenBytes == 28 && shape.hiddenEncoding == .float32 && !shape.isDiscrete)
        #expect(Self.shape(hidden: 7).hiddenBytes == 7 && Self.shape().isDiscrete)
    }

    @Test func realStatesAreThoseOfGaussianUnits() {
        for (units, encoding) in [(any UnitKind, StateEncoding)]([
            (.spin, .bits), (.gaussian, .float32),
        ]) {
            let rbm = RBM(
                visibleUnits: units, hiddenUnits: .bernoulli,
                parameters: Parameters(visible: 5, hidden: 3))
            #expect(LayerSpec(states: rbm) == Self.shape(visibleUnits: units, encoding: encoding))
        }
    }

    @Test func shapesThatNoLayerHasTrap() async {
        await #expect(processExitsWith: .failure) {
            _ = LayerSpec(
                visible: 5, hidden: 3, visibleUnits: .spin, hiddenUnits: .bernoulli,
                encoding: .float32)
        }
        await #expect(processExitsWith: .failure) {
            _ = LayerSpec(
                visible: 5, hidden: 3, visibleUnits: .gaussian, hiddenUnits: .bernoulli,
                encoding: .bits)
        }
    }
}
