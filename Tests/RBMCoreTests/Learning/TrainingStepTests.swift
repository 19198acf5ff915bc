import TestSupport
import Testing

@testable import RBMCore

/// Steps of training against `NaiveStep`: each from the very state that the trained one has.
@Suite struct TrainingStepTests {
    struct Layers: Sendable, CustomTestStringConvertible {
        let visible: any UnitKind
        let hidden: any UnitKind
        let encoding: StateEncoding
        let arithmetic: ArithmeticKind
        var testDescription: String {
            "\(visible) × \(hidden), \(encoding), \(arithmetic.rawValue)"
        }

        /// Nine visible and six hidden columns: three units and two of three states.
        var shape: LayerSpec {
            LayerSpec(
                visible: 9, hidden: 6, visibleUnits: visible, hiddenUnits: hidden,
                encoding: encoding)
        }
    }

    private static let discrete: [any UnitKind] = UnitKinds.binary + [Categorical(states: 3)]

    static let layers: [Layers] = ArithmeticKind.allCases.flatMap { arithmetic in
        let sides = discrete.map { ($0, StateEncoding.bits) } + [(Bernoulli(), .levels)]
        let ofBytes = sides.flatMap { visible, encoding in
            discrete.map {
                Layers(visible: visible, hidden: $0, encoding: encoding, arithmetic: arithmetic)
            }
        }
        guard arithmetic == .float32 else { return ofBytes }
        return ofBytes
            + discrete.map {
                Layers(visible: .gaussian, hidden: $0, encoding: .float32, arithmetic: .float32)
            }
    }

    struct Settings: Sendable, CustomTestStringConvertible {
        let testDescription: String
        var sweeps = 1
        /// nil for contrastive divergence.
        var chains: Int?
        var momenta: [Float] = [0, 0, 0, 0, 0, 0, 0]
        var nesterov = false
        var decay = WeightDecay()
        var sparsity: Sparsity?
        /// The rate of the offsets' slow means; nil for no offsets.
        var centering: Float?
        /// The first step that enters the average.
        var averagedFrom = 6
        /// The share of hidden units that dropout keeps.
        var keep: Float = 1
        /// Visible units of a panel.
        var panel = 9
    }

    static let settings = [
        Settings(testDescription: "CD-1"),
        Settings(
            testDescription: "CD-3 with decay and momentum", sweeps: 3,
            momenta: [0.5, 0.5, 0.6, 0.7, 0.8, 0.9, 0.9],
            decay: WeightDecay(l1: 0.02, l2: 0.05), averagedFrom: 3),
        Settings(testDescription: "PCD-1 of as many chains as cases", chains: 12),
        Settings(
            testDescription: "PCD-2 of fewer chains, sparsity, average", sweeps: 2, chains: 7,
            sparsity: Sparsity(target: 0.2, cost: 0.7, memory: 0.75), averagedFrom: 2, panel: 4),
        Settings(
            testDescription: "PCD-1 of more chains, Nesterov, everything", chains: 19,
            momenta: [0.5, 0.9, 0.3, 0.8, 0.8, 0.6, 0.4], nesterov: true,
            decay: WeightDecay(l1: 0.01, l2: 0.1),
            sparsity: Sparsity(target: 0.1, cost: 0.5, memory: 0.5), averagedFrom: 4, panel: 2),
        Settings(testDescription: "CD-2 with dropout", sweeps: 2, keep: 0.6),
        Settings(
            testDescription: "PCD-2 with dropout and sparsity", sweeps: 2, chains: 14,
            sparsity: Sparsity(target: 0.2, cost: 0.7, memory: 0.75, keepProbability: 0.6),
            keep: 0.6),
        Settings(testDescription: "CD-1, centered", centering: 0.25, panel: 4),
        Settings(
            testDescription: "CD-3 with decay and momentum, centered", sweeps: 3,
            momenta: [0.5, 0.5, 0.6, 0.7, 0.8, 0.9, 0.9],
            decay: WeightDecay(l1: 0.02, l2: 0.05), centering: 0.01, averagedFrom: 3),
        Settings(
            testDescription: "PCD-1 of more chains, Nesterov, everything, centered", chains: 19,
            momenta: [0.5, 0.9, 0.3, 0.8, 0.8, 0.6, 0.4], nesterov: true,
            decay: WeightDecay(l1: 0.01, l2: 0.1),
            sparsity: Sparsity(target: 0.1, cost: 0.5, memory: 0.5), centering: 0.1,
            averagedFrom: 4, panel: 2),
        Settings(
            testDescription: "PCD-2 with dropout and sparsity, centered", sweeps: 2, chains: 14,
            sparsity: Sparsity(target: 0.2, cost: 0.7, memory: 0.75, keepProbability: 0.6),
            centering: 0.5, keep: 0.6),
    ]

    /// Two epochs of batches of 12, 12 and 5.
    private let sizes = [12, 12, 5, 12, 12, 5]
    private let seed: UInt64 = 91
    private let place = 3

    private func levels(_ bytes: [UInt8], _ shape: LayerSpec) -> [[Double]] {
        let width = shape.visible
        var reals: [Float] = []
        if shape.encoding == .float32 {
            readReals(bytes, 0..<(bytes.count / 4), into: &reals)
        } else {
            reals = bytes.map { Float($0) }
        }
        return stride(from: 0, to: reals.count, by: width).map { start in
            reals[start..<(start + width)].map { Double($0) / Double(shape.encoding.maximum) }
        }
    }

    /// Random states of units in some rows, as stored.
    private func states(
        _ rows: Int, _ kind: any UnitKind, columns: Int, _ encoding: StateEncoding,
        _ generator: inout TestGenerator
    ) -> [UInt8] {
        if encoding == .float32 {
            let values = (0..<(rows * columns)).map { _ in Float(generator.normal()) }
            var bytes = [UInt8](repeating: 0, count: 4 * values.count)
            writeReals(values.span, into: &bytes, at: 0)
            return bytes
        }
        guard kind.columns > 1 else { return generator.bytes(rows * columns, encoding) }
        return (0..<(rows * columns / kind.columns)).flatMap { _ in
            let drawn = Int.random(in: 0..<kind.columns, using: &generator)
            return (0..<kind.columns).map { UInt8($0 == drawn ? 1 : 0) }
        }
    }

    private func doubles(_ parameters: Parameters?) -> [Double]? {
        parameters?.values.map { Double($0) }
    }

    @Test(arguments: layers, settings)
    func everyStepIsThatOfTheDefinition(layers: Layers, settings: Settings) throws {
        guard settings.keep == 1 || layers.hidden.canBeDropped else { return }
        var generator = TestGenerator(seed: 92)
        let shape = layers.shape
        var parameters = generator.parameters(9, 6, weights: 0.5, biases: 0.4)
        // The sign of a weight of 0 is 0.
        parameters[2, 1] = 0
        if layers.visible == .gaussian {
            parameters = Parameters(
                weights: parameters.weights, visibleBias: parameters.visibleBias,
                hiddenBias: parameters.hiddenBias,
                logVariances: (0..<9).map { _ in Float(0.5 * generator.normal()) })
        }
        let start = states(
            settings.chains ?? 0, layers.hidden, columns: 6, .bits, &generator)
        let inner: any NegativePhase =
            settings.chains == nil
            ? ContrastiveDivergence(sweeps: settings.sweeps)
            : PersistentChains(sweeps: settings.sweeps, states: start, of: 6)
        let phase = RecordedPhase(inner)
        let terms: [any GradientTerm] =
            [settings.decay] + (settings.centering.map { [Centering(rate: $0)] } ?? [])
            + (settings.sparsity.map { [$0] } ?? [])
        var optimizer = Optimizer(
            Optimizer.Options(
                momentum: settings.momenta.max() ?? 0, nesterov: settings.nesterov, terms: terms),
            parameters: parameters)
        optimizer.momentum = settings.momenta[0]
        let layer = Layer(shape, trained: layers.arithmetic, seed: seed, layer: place)
        layer.load(optimizer.lookahead(), step: 0)
        // Variances need all products at once.
        let panel = layers.visible == .gaussian ? 9 : settings.panel
        var estimator = GradientEstimator(
            layer: layer, negativePhase: phase, seed: seed, place: place, batch: 12,
            chains: settings.chains ?? 12, timer: StepTimer(), keepProbability: settings.keep,
            statistics: layer.makeStatistics(panelUnits: panel, rows: 19))
        let rule = NaiveStep.Rule(
            shape: shape, arithmetic: layers.arithmetic, seed: seed, place: place,
            sweeps: settings.sweeps, startsFromData: settings.chains == nil,
            decay: (Double(settings.decay.l1), Double(settings.decay.l2)),
            sparsity: settings.sparsity.map {
                (Double($0.target), Double($0.cost), Double($0.memory))
            }, nesterov: settings.nesterov, centering: settings.centering.map { Double($0) },
            keep: Double(settings.keep))

        for (step, size) in sizes.enumerated() {
            let data = states(size, layers.visible, columns: 9, layers.encoding, &generator)
            let rate = 0.2 / Float(step + 1)
            let before = optimizer
            let zero = parameters.values.map { _ in 0.0 }
            let chains = (estimator.negativePhase as? RecordedPhase)?.phase as? PersistentChains
            var naive = NaiveStep(
                rule, step: step, parameters: before.parameters.values.map { Double($0) },
                velocity: doubles(before.velocity) ?? zero,
                average: doubles(before.average) ?? zero, activity: activity(of: before),
                offsets: offsets(of: before), chains: rows(chains?.states ?? []))
            let averaged = max(0, step - settings.averagedFrom + 1)
            naive.advance(
                on: levels(data, shape), rate: Double(rate),
                momentum: Double(settings.momenta[step]), averaged: averaged)

            estimator.loadData { room in
                for i in data.indices { room[i] = data[i] }
            }
            let share = estimator.negativePhase.share(
                of: 0..<size, ofBatch: size, chains: 0..<(settings.chains ?? 0))
            estimator.runPhases(step: step, share: share)
            estimator.collectProducts(ofVisible: estimator.statistics.panel(0))
            var update = optimizer.begin(
                with: estimator.statistics, of: layer, share: share, rate: rate,
                averaging: averaged > 0,
                next: Optimizer.NextStep(step: step + 1, momentum: settings.momenta[step + 1]))
            update.apply(estimator.statistics)
            for number in 1..<estimator.statistics.panelCount {
                estimator.collectProducts(ofVisible: estimator.statistics.panel(number))
                update.apply(estimator.statistics)
            }
            _ = optimizer.finish(update)

            let recorded = try #require(estimator.negativePhase as? RecordedPhase)
            let drawn = levels(recorded.visible, shape)
            #expect(
                largestDifference(drawn.flatMap { $0 }, naive.drawn.flatMap { $0 }) < 1e-5,
                "the states of step \(step)")
            if let chains = recorded.phase as? PersistentChains {
                #expect(rows(chains.states) == naive.chains, "the chains after step \(step)")
            }
            func expect(_ found: [Double]?, _ exact: [Double], _ name: String) {
                let difference = largestDifference(found ?? [], exact)
                #expect(difference < 3e-6, "\(name) after step \(step)")
            }
            expect(doubles(optimizer.parameters), naive.parameters, "parameters")
            if optimizer.velocity != nil {
                expect(doubles(optimizer.velocity), naive.velocity, "velocity")
            }
            #expect((optimizer.average == nil) == (averaged == 0))
            if averaged > 0 { expect(doubles(optimizer.average), naive.average, "average") }
            if let slow = naive.activity { expect(activity(of: optimizer), slow, "activity") }
            guard settings.centering != nil else { continue }
            let offsets = offsets(of: optimizer)
            expect(offsets?.visible, naive.offsets.visible, "visible offsets")
            expect(offsets?.hidden, naive.offsets.hidden, "hidden offsets")
        }
    }

    /// The sparsity's running mean.
    private func activity(of optimizer: Optimizer) -> [Double]? {
        optimizer.terms.lazy.compactMap { ($0 as? Sparsity)?.activity }.first?.map { Double($0) }
    }

    /// The slow means of the centering.
    private func offsets(of optimizer: Optimizer) -> (visible: [Double], hidden: [Double])? {
        optimizer.terms.lazy.compactMap { ($0 as? Centering)?.means }.first.map {
            ($0.visible.map { Double($0) }, $0.hidden.map { Double($0) })
        }
    }

    /// Hidden states, shape `[chains][6]`.
    private func rows(_ states: [UInt8]) -> [[Double]] {
        stride(from: 0, to: states.count, by: 6).map { start in
            states[start..<(start + 6)].map { Double($0) }
        }
    }
}
