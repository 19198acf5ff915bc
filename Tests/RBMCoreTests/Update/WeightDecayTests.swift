import RBMCore
import Testing

@Suite struct WeightDecayTests {
    @Test func itPullsEachWeightTowardsZero() {
        let decay = WeightDecay(l1: 0.5, l2: 0.25)
        let weights: [Float] = [2, -2, 0, 8]
        var gradient: [Float] = [1, 1, 1, 0]
        var span = gradient.mutableSpan
        decay.addToWeights(ofVisible: 0, at: weights.span, gradient: &span)
        #expect(gradient == [1 - 0.5 - 0.5, 1 + 0.5 + 0.5, 1, -2.5])
    }

    @Test func biasesDoNotDecay() {
        var (visible, hidden): ([Float], [Float]) = ([1, 2], [3])
        var visibleSpan = visible.mutableSpan
        var hiddenSpan = hidden.mutableSpan
        WeightDecay(l1: 1, l2: 1).addToHiddenBiases(&hiddenSpan)
        WeightDecay(l1: 1, l2: 1).addToVisibleBiases(&visibleSpan)
        #expect(visible == [1, 2] && hidden == [3])
    }
}
