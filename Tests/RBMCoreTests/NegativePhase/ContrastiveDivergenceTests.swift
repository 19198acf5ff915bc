import RandomStreams
import TestSupport
import Testing

@testable import RBMCore

@Suite struct ContrastiveDivergenceTests {
    /// The sweeps of a step by hand, whose last states and means are those of the statistics.
    @Test(arguments: [1, 3]) func chainsStartAtTheData(sweeps: Int) {
        let shape = LayerSpec(
            visible: 30, hidden: 13, visibleUnits: .bernoulli, hiddenUnits: .spin, encoding: .bits)
        let layer = Layer(shape, frozen: .integer)
        var generator = TestGenerator(seed: 72)
        layer.load(generator.parameters(30, 13, weights: 0.5, biases: 0.5))
        let count = 6
        let data = generator.bytes(count * 30, .bits)
        var estimator = GradientEstimator(
            layer: layer, negativePhase: ContrastiveDivergence(sweeps: sweeps), seed: 8,
            place: 2, batch: count, chains: 0, timer: StepTimer())
        estimator.loadData { for i in data.indices { $0[i] = data[i] } }
        let share = StepShare(positive: 4..<10, of: 20, negative: 4..<10, of: 20)
        estimator.estimate(step: 5, share: share)

        var (means, hidden) = (
            [Float](repeating: 0, count: count * 13), [UInt8](repeating: 0, count: count * 13)
        )
        layer.hiddenProbabilities(data, rows: 0..<count, into: &means)
        let dataMeans = means
        var visible = data
        for sweep in 0..<sweeps {
            layer.drawHidden(
                from: means, rows: 0..<count,
                stream: RandomStream(seed: 8, .hiddenState(layer: 2, step: 5, sweep: sweep)),
                firstRow: 4, into: &hidden, at: 0)
            layer.drawVisible(
                given: hidden, rows: 0..<count,
                stream: RandomStream(seed: 8, .visibleState(layer: 2, step: 5, sweep: sweep)),
                firstRow: 4, into: &visible, at: 0)
            layer.hiddenProbabilities(visible, rows: 0..<count, into: &means)
        }
        var statistics = layer.makeStatistics()
        layer.collect(
            visible: data + visible, probabilities: dataMeans + means, rows: share,
            rounding: PhaseRounding(seed: 8, layer: 2, step: 5), into: &statistics)
        #expect(estimator.statistics.products.values == statistics.products.values)
        #expect(estimator.statistics.moments.values == statistics.moments.values)
    }

    @Test func itSavesThatThereAreNoChains() throws {
        var tree = StateTree(prefix: "layers.0.")
        ContrastiveDivergence(sweeps: 1).save(into: &tree, hidden: 4)
        #expect(tree.tensors == ["chains": .bytes([], shape: [0, 4])])
    }
}
