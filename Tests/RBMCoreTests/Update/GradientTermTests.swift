import TestSupport
import Testing

@testable import RBMCore

/// Rank-one terms of the centered gradient, which need the moments of a step and keep means of them.
private struct Offsets: GradientTerm {
    var means: (visible: [Float], hidden: [Float])?
    private var changes: (visible: [Float], hidden: [Float]) = ([], [])

    var place: GradientPlace { .moments }

    mutating func begin(_ moments: StepMoments) {
        means = moments.dataMeans()
        changes = moments.biasGradients
    }

    func addToWeights(
        ofVisible unit: Int, at weights: Span<Float>, gradient: inout MutableSpan<Float>
    ) {
        guard let means else { return }
        for j in gradient.indices {
            gradient[j] -=
                means.visible[unit] * changes.hidden[j] + changes.visible[unit] * means.hidden[j]
        }
    }

    func save(into state: inout StateTree) {
        guard let means else { return }
        state.set(.floats(means.visible[...], shape: [means.visible.count]), "offsets.visible")
        state.set(.floats(means.hidden[...], shape: [means.hidden.count]), "offsets.hidden")
    }

    mutating func restore(from state: StateTree, of parameters: Parameters) throws(StateFault) {
        guard
            let visible = try state.floats("offsets.visible", shape: [parameters.visibleCount]),
            let hidden = try state.floats("offsets.hidden", shape: [parameters.hiddenCount])
        else { return }
        means = (visible, hidden)
    }
}

/// Doubles what the terms before it left.
private struct Doubling: GradientTerm {
    var place: GradientPlace { .weights }

    func addToWeights(
        ofVisible unit: Int, at weights: Span<Float>, gradient: inout MutableSpan<Float>
    ) {
        for j in gradient.indices { gradient[j] *= 2 }
    }
}

@Suite struct GradientTermTests {
    private let shape = LayerSpec(
        visible: 4, hidden: 3, visibleUnits: .bernoulli, hiddenUnits: .bernoulli, encoding: .bits)
    private let counts = StepShare(positive: 0..<4, of: 4, negative: 0..<2, of: 2)

    private func statistics(_ layer: Layer) -> Statistics {
        var generator = TestGenerator(seed: 110)
        var statistics = layer.makeStatistics()
        for i in statistics.products.indices {
            statistics.products[i] = Float(generator.normal())
        }
        for i in statistics.moments.indices { statistics.moments[i] = Float(generator.normal()) }
        return statistics
    }

    /// ΔW − μ_v Δhᵀ − Δv λᵀ, from the statistics by hand.
    @Test func aTermOfRankOneIsAddedToTheWeights() {
        let arithmetic = Layer(shape, frozen: .float32)
        let statistics = statistics(arithmetic)
        let layout = statistics.layout
        let start = Parameters(visible: 4, hidden: 3)
        var optimizer = Optimizer(.init(terms: [Offsets()]), parameters: start)
        optimizer.update(
            with: statistics, of: arithmetic, share: counts, rate: 0.5, averaging: false)
        let (sums, products) = (statistics.moments, statistics.products)
        for i in 0..<4 {
            let mean = sums[layout.positiveVisible.lowerBound + i] / 4
            let change = mean - sums[layout.negativeVisible.lowerBound + i] / 2
            #expect(abs(optimizer.parameters.visibleBias[i] - change / 2) < 1e-6)
            for j in 0..<3 {
                let hiddenMean = sums[layout.positiveHidden.lowerBound + j]
                let hiddenChange = hiddenMean + sums[layout.negativeHidden.lowerBound + j]
                let gradient = products[i * 3 + j] - mean * hiddenChange - change * hiddenMean
                #expect(abs(optimizer.parameters[i, j] - gradient / 2) < 1e-6)
            }
        }
    }

    /// Whatever the order of the list: first what follows from moments, then from weights.
    @Test func termsAddByTheirPlaces() {
        let arithmetic = Layer(shape, frozen: .float32)
        let statistics = statistics(arithmetic)
        func weights(_ terms: [any GradientTerm]) -> [Float] {
            var optimizer = Optimizer(
                .init(terms: terms), parameters: Parameters(visible: 4, hidden: 3))
            optimizer.update(
                with: statistics, of: arithmetic, share: counts, rate: 0.5, averaging: false)
            return optimizer.parameters.weights
        }
        let once = weights([Offsets()])
        #expect(weights([Offsets(), Doubling()]) == once.map { 2 * $0 })
        #expect(weights([Doubling(), Offsets()]) == once.map { 2 * $0 })
    }

    @Test func eachTermSavesItsOwnState() {
        let arithmetic = Layer(shape, frozen: .float32)
        var optimizer = Optimizer(
            .init(terms: [Doubling(), Sparsity(target: 0.1, cost: 1, memory: 0.5), Offsets()]),
            parameters: Parameters(visible: 4, hidden: 3))
        optimizer.update(
            with: statistics(arithmetic), of: arithmetic, share: counts, rate: 0.5,
            averaging: false)
        var state = StateTree(prefix: "layers.0.")
        optimizer.save(into: &state)
        #expect(Set(state.tensors.keys) == ["activity", "offsets.visible", "offsets.hidden"])
        let other = optimizer.restored()
        let (old, new) = (optimizer.terms[1] as? Offsets, other.terms[1] as? Offsets)
        #expect(new?.means?.visible == old?.means?.visible && new?.means != nil)
        #expect((other.terms[0] as? Sparsity)?.activity != nil)
    }
}
