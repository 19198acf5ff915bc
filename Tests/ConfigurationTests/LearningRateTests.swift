import RBMCore
import Testing

@testable import Configuration

@Suite struct LearningRateTests {
    private func rate(_ overrides: String...) throws -> LearningRate {
        let read = try RunConfiguration.load(
            text: minimalText, file: "c.yaml", overrides: overrides)
        return try #require(read.layers.first).learningRate
    }

    @Test func aNumberStaysAsItIs() throws {
        let plain = try rate("training.learning-rate=0.05", "training.batch=800")
        #expect(plain == LearningRate(base: 0.05, factor: 1, isAutomatic: false))
        let scaled = try rate(
            "training.learning-rate=0.05", "training.batch=20",
            "training.scale-learning-rate=linear")
        #expect(scaled == LearningRate(base: 0.05, factor: 0.2, isAutomatic: false))
    }

    /// Weights of spins stand for twice those of bits on each side, and feel twice the gradient.
    @Test func anAutomaticRateIsThatOfTheUnitsAndTheBatch() throws {
        let spins = ["layers.0.visible-units=spin", "layers.0.hidden-units=spin"]
        #expect(try rate().value == 0.15 && rate().isAutomatic)
        #expect(try rate(spins[0]).value == 0.15 / 4)
        #expect(try rate(spins[0], spins[1]).value == 0.15 / 16)
        #expect(try rate("layers.0.visible-units=gaussian").value == 0.02)
        #expect(try rate("training.batch=800").value == 0.15 * 8)
        #expect(try rate("training.batch=50").value == 0.15 * 0.5)
        #expect(try rate("training.batch=5000").value == 0.15 * 10)
        #expect(try rate("layers.0.training.batch=300").value == 0.15 * 3)
        // A number that scales has nothing to do with an automatic rate.
        #expect(try rate("training.scale-learning-rate=linear").value == 0.15)
    }

    @Test func categoricalDifferencesLearnTwiceAsFast() throws {
        var layer = LayerOptions(hidden: 3)
        layer.visibleUnits = Categorical(states: 3)
        #expect(layer.learningRate.value == 0.15 / 2)
        layer.hiddenUnits = Categorical(states: 4)
        #expect(layer.learningRate.value == 0.15 / 4)
    }

    @Test(arguments: [(ChainCount.automatic, 200, 1000), (.batch, 7, 1000), (.number(9), 9, 9)])
    func chainsFollowTheBatch(chains: ChainCount, of7: Int, of1000: Int) {
        #expect(chains.value(ofBatch: 7) == of7 && chains.value(ofBatch: 1000) == of1000)
    }
}
