import RBMCore
import Testing

@Suite struct DBNTests {
    private static func layer(
        _ visible: Int, _ visibleUnits: any UnitKind, _ hidden: Int, _ hiddenUnits: any UnitKind
    ) -> RBM {
        RBM(
            visibleUnits: visibleUnits, hiddenUnits: hiddenUnits,
            parameters: Parameters(visible: visible, hidden: hidden))
    }

    @Test func layersThatFitMakeAStack() {
        let stack = DBN(layers: [
            Self.layer(5, .spin, 3, .bernoulli), Self.layer(3, .bernoulli, 4, .spin),
        ])
        #expect(stack.layers.map(\.hiddenCount) == [3, 4])
    }

    @Test func layersThatDoNotFitTrap() async {
        await #expect(processExitsWith: .failure) { _ = DBN(layers: []) }
        await #expect(processExitsWith: .failure) {
            _ = DBN(layers: [
                Self.layer(5, .spin, 3, .bernoulli), Self.layer(4, .bernoulli, 4, .spin),
            ])
        }
        await #expect(processExitsWith: .failure) {
            _ = DBN(layers: [
                Self.layer(5, .spin, 3, .bernoulli), Self.layer(3, .spin, 4, .spin),
            ])
        }
    }
}
