import RBMCore
import Testing

@testable import Configuration

/// The smallest valid configuration.
let minimalText = """
    data: {train: cases.npy}
    layers:
      - hidden: 3

    """

/// The problems of a text, one string each; empty when it loads.
func problems(_ text: String, overrides: [String] = []) -> [String] {
    do {
        _ = try RunConfiguration.load(text: text, file: "c.yaml", overrides: overrides)
        return []
    } catch {
        return error.problems.map(\.description)
    }
}

/// What a text says, each value by itself, before it is asked whether the trainer can do it.
func parsed(_ text: String, overrides: [String] = []) -> RunConfiguration? {
    let reader = ConfigurationReader(text: text, file: "c.yaml", overrides: overrides)
    let configuration = reader.configuration()
    return reader.problems.isEmpty ? configuration : nil
}

@Suite struct LoadTests {
    @Test func whatIsLeftOutHasTheDefaultsOfTheContract() throws {
        let read = try RunConfiguration.load(text: minimalText, file: "c.yaml")
        #expect(read.data.source == .file("cases.npy"))
        #expect(read.data.heldOut == .fraction(0.1))
        #expect(read.data.values == .auto)
        #expect(read.data.binarize == .none)

        let layer = try #require(read.layers.first)
        #expect(read.layers.count == 1)
        #expect(layer.visibleUnits == .bernoulli)
        #expect(layer.hidden == 3)
        #expect(layer.hiddenUnits == .bernoulli)
        #expect(layer.biases)
        #expect(layer.initialWeights == nil && layer.initialNeighbours == 0)
        #expect(layer.initialVisibleBias == .logOdds)
        #expect(layer.propagate == .samples)
        #expect(layer.training == read.training)

        let training = read.training
        #expect(training.algorithm == .persistent)
        #expect(training.sweeps == 1)
        #expect(training.chains == .automatic)
        #expect(training.batch == 100)
        #expect(training.epochs == 30)
        #expect(training.learningRate == nil && training.scaleLearningRate == .none)
        #expect(training.schedule == .linear)
        #expect(training.warmUp == .epochs(0))
        #expect(training.momentum == .constant(0))
        #expect(!training.nesterov)
        #expect(training.centering)
        #expect(training.globalFlips)
        #expect(training.weightDecay.l1 == 0 && training.weightDecay.l2 == 0)
        #expect(training.sparsity.target == 0 && training.sparsity.cost == 0)
        #expect(training.sparsity.memory == 0.95)
        #expect(training.keepProbability == 1)
        #expect(training.average == 0.2)
        #expect(training.earlyStop.gap == nil && training.earlyStop.patience == 5)
        #expect(training.seed == 1)

        #expect(read.monitor.every == .epochs(1))
        #expect(read.monitor.cases == 10_000)
        #expect(read.monitor.pseudoLikelihoodCases == 500)
        #expect(read.checkpoint.every == .epochs(1))
        #expect(read.checkpoint.keep == 3)
        #expect(read.arithmetic == nil)
        #expect(read.initialModel == nil)
    }

    /// Each row sets one key by an override and looks at the one property it must change.
    @Test(arguments: rows) func everyKeyReachesItsProperty(_ row: Row) throws {
        let text = row.text ?? minimalText
        let changed = try #require(parsed(text, overrides: [row.override]), "\(row.override)")
        var expected = try #require(parsed(text))
        row.change(&expected)
        #expect(changed == expected, "\(row.override)")
        #expect(try changed != #require(parsed(text)), "\(row.override) changed nothing")
    }

    struct Row: Sendable {
        var override: String
        var text: String?
        var change: @Sendable (inout RunConfiguration) -> Void

        init(
            _ override: String, in text: String? = nil,
            _ change: @escaping @Sendable (inout RunConfiguration) -> Void
        ) {
            self.override = override
            self.text = text
            self.change = change
        }

        /// A key of `training`, which all layers inherit.
        static func training(
            _ override: String, _ change: @escaping @Sendable (inout TrainingOptions) -> Void
        ) -> Row {
            Row("training." + override) { configuration in
                change(&configuration.training)
                for index in configuration.layers.indices {
                    change(&configuration.layers[index].training)
                }
            }
        }
    }

    static let isingText = "data: {ising: {}}\nlayers: [{hidden: 3}]"
    static let statesText =
        "data: {train: a}\nlayers: [{hidden: 3, visible-units: categorical"
    static let stackText = "data: {train: a}\nlayers: [{hidden: 3}, {hidden: 2}]"

    static let rows: [Row] = [
        Row("data.train=b.npy") { $0.data.source = .file("b.npy") },
        Row("data.train='7'") { $0.data.source = .file("7") },
        Row("data.ising.size=16", in: isingText) { $0.setIsing { $0.size = 16 } },
        Row("data.ising.coupling=0.3", in: isingText) { $0.setIsing { $0.coupling = 0.3 } },
        Row("data.ising.samples=2_000", in: isingText) { $0.setIsing { $0.samples = 2000 } },
        Row("data.held-out=0") { $0.data.heldOut = .fraction(0) },
        Row("data.held-out=test.npy") { $0.data.heldOut = .file("test.npy") },
        Row("data.held-out='0.5'") { $0.data.heldOut = .file("0.5") },
        Row("data.values=bits") { $0.data.values = .bits },
        Row("data.values=grey") { $0.data.values = .grey },
        Row("data.values=spins") { $0.data.values = .spins },
        Row("data.values=real") { $0.data.values = .real },
        Row("data.binarize=threshold") { $0.data.binarize = .threshold },
        Row("data.binarize=sample") { $0.data.binarize = .sample },
        Row("data.binarize=sample-once") { $0.data.binarize = .sampleOnce },
        Row("data.standardize=true") { $0.data.standardize = true },
        Row(
            "data.held-out-weights=w.npy",
            in: "data: {train: a, held-out: b}\nlayers: [{hidden: 3}]"
        ) { $0.data.heldOutWeights = "w.npy" },
        Row("data.missing=sample") { $0.data.missing = .sample },
        Row("data.weights=w.npy") { $0.data.weights = "w.npy" },
        Row("layers.0.visible-variance=learned") { $0.layers[0].visibleVariance = .learned },
        Row("layers.0.visible-units=spin") { $0.layers[0].visibleUnits = .spin },
        Row("layers.0.visible-units=gaussian") { $0.layers[0].visibleUnits = .gaussian },
        Row("layers.0.visible-units=categorical") {
            $0.layers[0].visibleUnits = .categorical(3)
        },
        Row("data.values=categories", in: statesText + "}]") { $0.data.values = .categories },
        Row("data.maximum=16") { $0.data.maximum = 16 },
        Row("data.categories=7", in: statesText + "}]") { $0.data.categories = 7 },
        Row("layers.0.hidden-units=categorical", in: statesText + "}]") {
            $0.layers[0].hiddenUnits = .categorical(3)
        },
        Row("layers.0.hidden-categories=5", in: statesText + ", hidden-units: categorical}]") {
            $0.layers[0].hiddenCategories = 5
        },
        Row("layers.0.hidden=100") { $0.layers[0].hidden = 100 },
        Row("layers.0.hidden-units=spin") { $0.layers[0].hiddenUnits = .spin },
        Row("layers.0.hidden-units=spin", in: stackText) {
            $0.layers[0].hiddenUnits = .spin
            $0.layers[1].visibleUnits = .spin
        },
        Row("layers.0.biases=false") { $0.layers[0].biases = false },
        Row("layers.0.biases=no") { $0.layers[0].biases = false },
        Row("layers.0.initial-weights=.5") { $0.layers[0].initialWeights = 0.5 },
        Row("layers.0.initial-neighbours=4") { $0.layers[0].initialNeighbours = 4 },
        Row("layers.0.initial-weights=0") { $0.layers[0].initialWeights = 0 },
        Row("layers.0.initial-visible-bias=zero") { $0.layers[0].initialVisibleBias = .zero },
        Row("layers.0.propagate=means") { $0.layers[0].propagate = .means },
        Row("layers.0.training.batch=7") { $0.layers[0].training.batch = 7 },
        Row("layers.1.training={epochs: 9}", in: stackText) { $0.layers[1].training.epochs = 9 },
        Row("layers.1={hidden: 5}") {
            $0.layers.append(LayerOptions(hidden: 5))
        },
        .training("algorithm=cd") { $0.algorithm = .contrastiveDivergence },
        .training("sweeps=5") { $0.sweeps = 5 },
        .training("chains=17") { $0.chains = .number(17) },
        .training("chains=batch") { $0.chains = .batch },
        .training("batch=64") { $0.batch = 64 },
        .training("epochs=1") { $0.epochs = 1 },
        .training("learning-rate=1e-3") { $0.learningRate = 0.001 },
        .training("learning-rate=3") { $0.learningRate = 3 },
        .training("scale-learning-rate=linear") { $0.scaleLearningRate = .linear },
        .training("schedule=constant") { $0.schedule = .constant },
        .training("schedule={exponential: 0.9}") { $0.schedule = .exponential(factor: 0.9) },
        .training("schedule={inverse-time: 10}") { $0.schedule = .inverseTime(halfLife: 10) },
        .training("warm-up=50 steps") { $0.warmUp = .steps(50) },
        .training("momentum=0.9") { $0.momentum = .constant(0.9) },
        .training("momentum={from: 0.5, to: 0.9, over: 5 epochs}") {
            $0.momentum = Momentum(from: 0.5, to: 0.9, over: .epochs(5))
        },
        .training("nesterov=true") { $0.nesterov = true },
        .training("centering=false") { $0.centering = false },
        .training("global-flips=false") { $0.globalFlips = false },
        .training("tempering.levels=7") { $0.tempering.levels = 7 },
        .training("tempering.lowest=0.25") { $0.tempering.lowest = 0.25 },
        .training("algorithm=pt") { $0.algorithm = .tempering },
        .training("weight-decay={l1: 0.1}") { $0.weightDecay.l1 = 0.1 },
        .training("weight-decay.l2=2e-4") { $0.weightDecay.l2 = 2e-4 },
        .training("sparsity.target=0.1") { $0.sparsity.target = 0.1 },
        .training("sparsity.cost=2") { $0.sparsity.cost = 2 },
        .training("sparsity.memory=0.9") { $0.sparsity.memory = 0.9 },
        .training("keep-probability=0.5") { $0.keepProbability = 0.5 },
        .training("average=1") { $0.average = 1 },
        .training("early-stop.gap=2.5") { $0.earlyStop.gap = 2.5 },
        .training("early-stop.patience=9") { $0.earlyStop.patience = 9 },
        .training("seed=18446744073709551615") { $0.seed = .max },
        .training("seed=0x10") { $0.seed = 16 },
        Row("monitor.every=10 steps") { $0.monitor.every = .steps(10) },
        Row("monitor.cases=5") { $0.monitor.cases = 5 },
        Row("monitor.pseudo-likelihood-cases=6") { $0.monitor.pseudoLikelihoodCases = 6 },
        Row("monitor.log-likelihood=2 epochs") { $0.monitor.logLikelihood = .epochs(2) },
        Row("checkpoint.every=1.5 minutes") { $0.checkpoint.every = .minutes(1.5) },
        Row("checkpoint.keep=1") { $0.checkpoint.keep = 1 },
        Row("checkpoint.best=reconstruction_cross_entropy") {
            $0.checkpoint.best = .reconstruction
        },
        Row("arithmetic=float32") { $0.arithmetic = .float32 },
        Row("arithmetic=integer") { $0.arithmetic = .integer },
        Row("arithmetic=integer-one-byte") { $0.arithmetic = .integerOneByte },
        Row("grid=2x3") { $0.grid = GridShape("2x3") },
        Row("initial-model=m.safetensors") { $0.initialModel = "m.safetensors" },
    ]

    /// A declared key that no row sets would go untested.
    @Test func theRowsCoverTheDeclarations() {
        let all = Self.rows.map(\.override).joined(separator: " ")
        let names = RunConfiguration.declarations.flattened.map(\.name)
        #expect(names.count >= 50)
        for name in names { #expect(all.contains(name), "\(name)") }
    }

    @Test func aLayerInheritsWithinMappings() throws {
        let text = """
            data: {train: a}
            training: {weight-decay: {l1: 0.1, l2: 0.2}, batch: 7}
            layers:
              - hidden: 2
                training: {weight-decay: {l2: 0.3}, epochs: 4}
            """
        let read = try #require(parsed(text))
        #expect(read.layers[0].training.weightDecay.l1 == 0.1)
        #expect(read.layers[0].training.weightDecay.l2 == 0.3)
        #expect(read.layers[0].training.batch == 7)
        #expect(read.layers[0].training.epochs == 4)
        #expect(read.training.weightDecay.l2 == 0.2)
        #expect(read.training.epochs == 30)
    }

    @Test func sectionsLeftEmptyHaveTheirDefaults() {
        let text = minimalText + "training:\nmonitor: ~\ncheckpoint: {}\n"
        #expect(parsed(text) == parsed(minimalText))
        #expect(parsed("data: {ising: }\nlayers: [{hidden: 3}]") == parsed(Self.isingText))
    }

    @Test func anchorsNameWholeValues() throws {
        let text = """
            data: {train: a}
            layers:
              - &wide {hidden: 9}
              - *wide
            """
        #expect(try RunConfiguration.load(text: text, file: "c").layers.map(\.hidden) == [9, 9])
    }

    @Test func whatARunStoredIsReadAsItWasWritten() throws {
        let read = try RunConfiguration.load(
            text: Self.stackText, file: "c", overrides: ["layers.1.training={batch: 7}"])
        #expect(try RunConfiguration.load(stored: read.resolvedYAML(), file: "c") == read)
    }

    @Test func aFileThatCannotBeReadIsNamed() {
        let error = #expect(throws: ConfigurationError.self) {
            try RunConfiguration.load(path: "no/such/file.yaml")
        }
        #expect(error?.problems.count == 1)
        #expect(error?.description.hasPrefix("no/such/file.yaml: cannot be read") == true)
        #expect(ConfigurationError.exitCode == 78)
    }
}

extension RunConfiguration {
    fileprivate mutating func setIsing(_ change: (inout IsingSource) -> Void) {
        guard case .ising(var ising) = data.source else { return }
        change(&ising)
        data.source = .ising(ising)
    }
}
