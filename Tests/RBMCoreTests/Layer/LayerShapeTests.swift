import RBMCore
import Testing

@Suite struct LayerShapeTests {
    @Test func theShapeOfAMachineIsItsUnits() {
        let rbm = RBM(
            visibleUnits: .spin, hiddenUnits: .bernoulli,
            parameters: Parameters(visible: 5, hidden: 3))
        #expect(
            LayerShape(rbm, levels: .grey)
                == LayerShape(
                    visible: 5, hidden: 3, visibleUnits: .spin, hiddenUnits: .bernoulli,
                    levels: .grey))
        #expect(LayerShape(rbm, levels: .grey) != LayerShape(rbm, levels: .bits))
    }
}
