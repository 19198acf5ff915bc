import Testing

@testable import Configuration

@Suite struct RuleTests {
    /// The problems of values that are right by themselves, without what is not supported yet.
    private func combinations(_ text: String, overrides: [String] = []) -> [String] {
        let reader = ConfigurationReader(text: text, file: "c.yaml", overrides: overrides)
        guard let configuration = reader.configuration() else { return ["unreadable"] }
        reader.checkCombinations(of: configuration)
        return reader.problems.map { "\($0.place): \($0.key): \($0.message)" }
    }

    static let isingText = "data:\n  ising: {size: 8}\nlayers:\n  - hidden: 3\n"

    @Test(arguments: [
        (
            ["arithmetic=integer", "layers.0.visible-units=gaussian"],
            "arithmetic: integer cannot compute the gaussian units"
        ),
        (
            ["arithmetic=integer-one-byte", "layers.0.visible-units=gaussian"],
            "arithmetic: integer-one-byte cannot compute"
        ),
        (
            ["layers.0.visible-units=gaussian", "data.binarize=sample"],
            "data.binarize: sample makes bits, but the gaussian units"
        ),
        (
            ["data.standardize=true"],
            "data.standardize: true makes real values, which bernoulli visible units do not take"
        ),
        (
            ["layers.0.visible-variance=learned"],
            "layers.0.visible-variance: learned has no meaning for bernoulli units"
        ),
        (["data.values=real"], "data.values: real numbers need gaussian visible units"),
        (
            ["data.values=categories"],
            "data.values: categories are states of categorical units; found"
        ),
        (
            ["data.values=spins", "layers.0.visible-units=categorical"],
            "data.values: spins does not fit the categorical units of layer 0"
        ),
        (
            ["data.values=bits", "layers.0.visible-units=categorical"],
            "data.values: bits does not fit the categorical units of layer 0"
        ),
        (
            ["data.values=grey", "layers.0.visible-units=categorical"],
            "data.values: grey does not fit the categorical units of layer 0"
        ),
        (
            ["data.values=real", "layers.0.visible-units=categorical"],
            "data.values: real does not fit the categorical units of layer 0"
        ),
        (["data.categories=4"], "data.categories: 4 states have no meaning for bernoulli"),
        (
            ["data.binarize=sample", "layers.0.visible-units=categorical"],
            "data.binarize: sample makes bits, but the categorical units of layer 0 take whole"
        ),
        (
            ["data.standardize=true", "layers.0.visible-units=categorical"],
            "data.standardize: true makes real values, which categorical visible units do not"
        ),
        (
            ["layers.0.hidden-categories=4"],
            "layers.0.hidden-categories: 4 states have no meaning for the bernoulli hidden units"
        ),
        (
            ["layers.0.hidden-units=categorical"],
            "layers.0.hidden-units: categorical units of layer 0 need a number of states"
        ),
        (
            [
                "layers.0.hidden-units=categorical", "layers.0.hidden-categories=3",
                "training.sparsity={target: 0.1, cost: 1}",
            ],
            "training.sparsity.cost: sparsity draws hidden units to a share of the time on"
        ),
        (
            [
                "layers.0.hidden-units=categorical", "layers.0.hidden-categories=3",
                "training.keep-probability=0.5",
            ],
            "training.keep-probability: dropout switches hidden units off, to 0, which is no value of "
                + "a categorical in layer 0"
        ),
        (
            [
                "layers.0.hidden-units=categorical", "layers.0.hidden-categories=3",
                "layers.1={hidden: 2, visible-units: spin}",
            ],
            "layers.1.visible-units: spin, but the layer below ends in categorical units"
        ),
        (
            ["data.values=bits", "data.binarize=threshold"],
            "data.binarize: threshold does not fit data.values bits"
        ),
        (
            ["data.values=spins", "data.binarize=sample"],
            "data.binarize: sample does not fit data.values spins"
        ),
        (
            ["layers.1={hidden: 2, visible-units: spin}"],
            "layers.1.visible-units: spin, but the layer below ends in bernoulli units"
        ),
        (
            ["layers.0.hidden=1000000", "layers.1={hidden: 1000000}"],
            "layers.1.hidden: 1000000 visible × 1000000 hidden units are more than the 2147483647"
        ),
        (
            ["training.algorithm=cd", "training.chains=50"],
            "training.chains: a number of chains has no meaning with algorithm cd"
        ),
        (
            ["training.tempering.levels=5"],
            "training.tempering: a ladder has no meaning with algorithm pcd"
        ),
        (
            ["training.algorithm=pt", "training.keep-probability=0.5"],
            "training.keep-probability: dropout does not go with algorithm pt"
        ),
        (
            ["training.algorithm=pt", "training.sweeps=16384"],
            "training.sweeps: algorithm pt makes at most 16383 sweeps a step"
        ),
        (["training.nesterov=true"], "training.nesterov: nesterov has no meaning with momentum 0"),
        (["training.sparsity.cost=1"], "training.sparsity: a cost of 1 needs a target above 0"),
        (
            ["training.sparsity.target=0.1"],
            "training.sparsity: a target of 0.1 has no effect with cost 0"
        ),
        (
            ["training.keep-probability=0.5", "layers.0.hidden-units=spin"],
            "training.keep-probability: dropout switches hidden units off"
        ),
        (
            ["layers.0.training={keep-probability: 0.5}", "layers.0.hidden-units=spin"],
            "layers.0.training.keep-probability: dropout switches hidden units off"
        ),
        (
            ["training.nesterov=true", "training.momentum={from: 0, to: 0, over: 1 epoch}"],
            "training.nesterov: nesterov has no meaning with momentum 0"
        ),
        (
            ["training.warm-up=31 epochs"],
            "training.warm-up: 31 epochs are longer than the training of 30 epochs"
        ),
        (
            ["training.early-stop.gap=1", "data.held-out=0"],
            "training.early-stop: the free-energy gap needs held-out cases"
        ),
        (
            ["training.early-stop.gap=1", "monitor.every=1 minute"],
            "training.early-stop: monitor.every counts minutes"
        ),
        (
            ["layers.0.training={algorithm: cd}", "training.chains=50"],
            "training.chains: a number of chains has no meaning"
        ),
        (
            ["data.missing=sample", "training.keep-probability=0.5"],
            "data.missing: missing values are drawn by all hidden units"
        ),
        (
            ["data.held-out-weights=w.npy", "data.held-out=0.1"],
            "data.held-out-weights: weights of held-out cases need a file"
        ),
        (
            [
                "data.missing=sample", "layers.0.initial-neighbours=2",
                "layers.0.visible-units=spin",
                "layers.0.hidden-units=spin",
            ],
            "data.missing: the patterns of initial-neighbours"
        ),
        (
            ["data.missing=sample", "monitor.log-likelihood=1 epoch"],
            "data.missing: the log-likelihood of cases with missing values is not measured"
        ),
    ])
    func theImpossibleIsNamed(_ overrides: [String], _ words: String) {
        let found = combinations(minimalText, overrides: overrides)
        #expect(found.count == 1, "\(found)")
        #expect(found.first?.contains(words) == true, "\(found)")
    }

    @Test(arguments: [
        (["data.values=bits"], "data.values: bits does not fit data.ising"),
        (["data.binarize=sample"], "data.binarize: sample does not fit data.ising"),
        (["data.missing=sample"], "data.missing: sample does not fit data.ising"),
        (["data.weights=w.npy"], "data.weights: a file of weights does not fit data.ising"),
        (
            ["layers.0.visible-units=gaussian"],
            "layers.0.visible-units: gaussian does not fit data.ising"
        ),
        (
            ["layers.0.visible-units=categorical"],
            "layers.0.visible-units: categorical does not fit data.ising"
        ),
        (
            ["data.ising.size=1024", "layers.0.hidden=2048"],
            "layers.0.hidden: 1048576 visible × 2048 hidden units are more than"
        ),
    ])
    func theImpossibleWithALatticeIsNamed(_ overrides: [String], _ words: String) {
        let found = combinations(Self.isingText, overrides: overrides)
        #expect(found.count == 1, "\(found)")
        #expect(found.first?.contains(words) == true, "\(found)")
    }

    @Test(arguments: [
        ["layers.0.biases=false", "layers.0.initial-visible-bias=log-odds"],
        ["layers.0.visible-units=gaussian", "data.values=real"],
        ["layers.0.visible-units=gaussian", "arithmetic=float32"],
        [
            "layers.0.visible-units=gaussian", "layers.0.visible-variance=learned",
            "data.standardize=true", "training.keep-probability=0.5",
        ],
        ["data.values=real", "data.binarize=threshold"],
        ["data.values=categories", "data.categories=9", "layers.0.visible-units=categorical"],
        ["layers.0.visible-units=categorical", "layers.0.hidden-units=categorical"],
        [
            "layers.0.hidden-units=categorical", "layers.0.hidden-categories=5",
            "layers.1={hidden: 2, hidden-units: categorical}",
        ],
        ["layers.1={hidden: 2, visible-units: bernoulli}"],
        ["layers.0.hidden-units=spin", "layers.1={hidden: 2, visible-units: spin}"],
        ["training.algorithm=cd", "training.chains=batch"],
        ["training.chains=7", "training.batch=100"],
        ["training.algorithm=pt", "training.tempering={levels: 5, lowest: 0.1}"],
        ["training.nesterov=true", "training.momentum=0.5"],
        ["training.warm-up=30 epochs"],
        ["training.early-stop.gap=1", "data.held-out=test.npy"],
        ["training.nesterov=true", "training.momentum={from: 0, to: 0.5, over: 1 epoch}"],
        ["training.sparsity={target: 0.1, cost: 1}", "layers.0.hidden-units=spin"],
        ["training.keep-probability=1", "layers.0.hidden-units=spin"],
        [
            "training.keep-probability=0.5", "layers.0.hidden-units=spin",
            "layers.0.training={keep-probability: 1}",
        ],
    ])
    func thePossibleIsAdmitted(_ overrides: [String]) {
        #expect(combinations(minimalText, overrides: overrides).isEmpty)
    }

    @Test func latticesTakeSpinsAndTheLargestLayerFits() {
        #expect(combinations(Self.isingText, overrides: ["data.values=spins"]).isEmpty)
        let large = ["data.ising.size=1024", "layers.0.hidden=2047"]
        #expect(combinations(Self.isingText, overrides: large).isEmpty)
    }

    @Test func aCombinationHasTheLineOfTheValueThatIsGiven() {
        let text = Self.isingText + "training:\n  algorithm: cd\n  chains: 5\n"
        #expect(combinations(text).map { $0.prefix(28) } == ["c.yaml:7:11: training.chains"])
        let sized =
            "data: {train: a}\nlayers:\n- hidden: 5\n  visible-units: gaussian\n"
            + "arithmetic: integer"
        #expect(combinations(sized).first?.hasPrefix("c.yaml:5:13: arithmetic: ") == true)
    }

    @Test func aWrongValueIsNotJudgedInCombination() {
        let found = combinations(
            minimalText, overrides: ["data.values=real", "layers.0.visible-units=gausian"])
        #expect(found.count == 1 && found[0].contains("did you mean `gaussian`?"), "\(found)")
    }
}
