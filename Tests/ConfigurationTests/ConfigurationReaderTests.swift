import TestSupport
import Testing

@testable import Configuration

@Suite struct ConfigurationReaderTests {
    struct Row: Sendable {
        /// One line that replaces or adds to the minimal configuration.
        var override: String
        var key: String
        var words: [String]

        init(_ override: String, _ words: String..., key: String? = nil) {
            self.override = override
            self.key = key ?? String(override.prefix { $0 != "=" })
            self.words = words
        }
    }

    /// A value of the wrong type or outside its range is one problem that names the key, what was
    /// found and what is allowed.
    @Test(arguments: rows) func everyWrongValueIsNamed(_ row: Row) {
        let found = problems(minimalText, overrides: [row.override])
        #expect(found.count == 1, "\(row.override): \(found)")
        let message = found.first ?? ""
        #expect(message.hasPrefix("--set \(row.override): \(row.key): "), "\(message)")
        for word in row.words { #expect(message.contains(word), "\(message)") }
    }

    static let rows: [Row] = [
        Row(
            "data=5", "found 5",
            "train, ising, held-out, values, maximum, categories, binarize, standardize, "
                + "missing, weights or held-out-weights"),
        Row("data.train=5", "found 5", "a file name", "quote it"),
        Row("data.train=yes", "yes-or-no", "a file name"),
        Row("data.train=", "no value", "a file name"),
        Row("data.train=\"\"", "the text \"\"", "a file name"),
        Row("data.train=\"a\\0b\"", "a file name"),
        Row("data.train=[a]", "a list of 1", "a file name"),
        Row("data.held-out=1", "found 1;", "from 0 to below 1"),
        Row("data.held-out=-0.1", "found -0.1", "a file name or a number"),
        Row("data.held-out=true", "yes-or-no", "a file name or a number"),
        Row("data.held-out=.nan", "not a finite number"),
        Row(
            "data.values=gray", "auto, bits, grey, spins, real or categories",
            "did you mean `grey`?"),
        Row("data.values=3", "found 3", "auto, bits"),
        Row("data.categories=1", "found 1", "an integer from 2 to 256 or auto"),
        Row("data.categories=257", "found 257", "an integer from 2 to 256 or auto"),
        Row("data.categories=all", "the text \"all\"", "an integer from 2 to 256 or auto"),
        Row("layers.0.hidden-categories=1", "found 1", "an integer from 2 to 256 or auto"),
        Row("data.binarize=treshold", "did you mean `threshold`?"),
        Row("data.binarize=true", "none, threshold, sample or sample-once"),
        Row("data.standardize=1", "found 1", "true or false"),
        Row("layers.0.visible-variance=learnt", "did you mean `learned`?"),
        Row("layers=500", "found 500", "a list of layers"),
        Row("layers={hidden: 500}", "found a mapping", "a list of layers"),
        Row("layers=[]", "no layer", "`- hidden: 500`"),
        Row("layers=", "no value", "a list of layers"),
        Row("layers.0=7", "found 7", "hidden"),
        Row("layers.0={}", "says no `hidden`", "`hidden: 500`"),
        Row("layers.0.visible-units=binary", "bernoulli, spin, gaussian or categorical"),
        Row("layers.0.hidden=0", "found 0", "an integer from 1 to 1048576"),
        Row("layers.0.hidden=1048577", "an integer from 1 to 1048576"),
        Row("layers.0.hidden=99999999999999999999", "an integer from 1 to 1048576"),
        Row("layers.0.hidden=many", "the text \"many\"", "an integer"),
        Row("layers.0.hidden='500'", "the text \"500\"", "an integer"),
        Row("layers.0.hidden=!!str 500", "the text \"500\"", "an integer"),
        Row("layers.0.hidden=500.0", "found 500.0", "write 500"),
        Row("layers.0.hidden=5e2", "found 5e2", "write 500"),
        Row("layers.0.hidden=0100", "the text \"0100\"", "an integer"),
        Row("layers.0.hidden=1:30", "an integer"),
        Row("layers.0.hidden=true", "yes-or-no", "an integer"),
        Row("layers.0.hidden={a: 1}", "a mapping", "an integer"),
        Row("layers.0.hidden-units=gaussian", "expected bernoulli, spin or categorical"),
        Row("layers.0.biases=0", "found 0", "true or false"),
        Row("layers.0.biases='true'", "the text \"true\"", "true or false"),
        Row("layers.0.biases=", "no value", "true or false"),
        Row("layers.0.initial-weights=-1", "at least 0"),
        Row("layers.0.initial-weights=1e39", "at least 0"),
        Row("layers.0.initial-visible-bias=logodds", "did you mean `log-odds`?"),
        Row("layers.0.propagate=mean", "did you mean `means`?"),
        Row("layers.0.training=5", "found 5", "algorithm"),
        Row("training=[1]", "a list of 1", "algorithm"),
        Row("training.algorithm=dcp", "pcd, cd or pt"),
        Row("training.algorithm=PCD", "did you mean `pcd`?"),
        Row("training.sweeps=0", "an integer from 1 to 65535"),
        Row("training.sweeps=65536", "an integer from 1 to 65535"),
        Row("training.chains=0", "an integer from 1 to 1000000, auto or batch"),
        Row("training.chains=all", "or batch"),
        Row("training.batch=-5", "found -5", "an integer from 1 to 1000000"),
        Row("training.epochs=2.5", "found 2.5", "an integer from 1 to 1000000"),
        Row("training.learning-rate=0", "found 0", "a number above 0"),
        Row("training.learning-rate=-0.1", "a number above 0"),
        Row("training.learning-rate=fast", "the text \"fast\"", "a number above 0"),
        Row("training.learning-rate=.inf", "not a finite number"),
        Row("training.learning-rate=nan", "not a finite number"),
        Row("training.learning-rate=1e999", "not a finite number"),
        Row("training.learning-rate=1e-60", "a number above 0"),
        Row("training.learning-rate=1e60", "a number above 0"),
        Row("training.learning-rate=yes", "yes-or-no"),
        Row("training.learning-rate=0,05", "the text \"0,05\""),
        Row("training.schedule=lineal", "did you mean `linear`?", "{exponential: "),
        Row("training.schedule=0.5", "found 0.5", "linear, constant"),
        Row("training.schedule={}", "a mapping", "linear, constant"),
        Row("training.schedule={exponential: 0.9, inverse-time: 3}", "linear, constant"),
        Row(
            "training.schedule={exponential: 1.5}", "above 0 and at most 1",
            key: "training.schedule.exponential"),
        Row(
            "training.schedule={inverse-time: 0}", "above 0",
            key: "training.schedule.inverse-time"),
        Row(
            "training.schedule={exponentail: 0.9}", "unknown key", "did you mean `exponential`?",
            key: "training.schedule.exponentail"),
        Row("training.warm-up=5", "found 5", "`N steps` or `N epochs`"),
        Row("training.warm-up=1 minute", "depend on the machine"),
        Row("training.momentum=1", "from 0 to below 1", "{from: 0.5, to: 0.9, over: 5 epochs}"),
        Row("training.momentum=high", "from 0 to below 1"),
        Row("training.momentum={from: 0.5}", "says no `to` or `over`"),
        Row(
            "training.momentum={from: 0.5, to: 1, over: 1 epoch}", "below 1",
            key: "training.momentum.to"),
        Row(
            "training.momentum={from: 0.5, to: 0.6, over: 0 steps}", "above 0",
            key: "training.momentum.over"),
        Row("training.nesterov=1", "true or false"),
        Row("training.weight-decay=0.1", "found 0.1", "l1 or l2"),
        Row("training.weight-decay.l1=-1", "at least 0"),
        Row("training.weight-decay.l2=x", "at least 0"),
        Row("training.sparsity.target=1", "below 1"),
        Row("training.sparsity.cost=-1", "at least 0"),
        Row("training.sparsity.memory=1", "below 1"),
        Row("training.keep-probability=0", "above 0 and at most 1"),
        Row("training.average=1.1", "from 0 to 1"),
        Row("training.early-stop=never", "gap or patience"),
        Row("training.early-stop.gap=never", "a number above 0 or none"),
        Row("training.early-stop.patience=0", "an integer from 1"),
        Row("training.seed=-1", "an integer from 0 to 18446744073709551615"),
        Row("training.seed=18446744073709551616", "an integer from 0 to 18446744073709551615"),
        Row("training.seed=1.5", "an integer from 0"),
        Row("monitor.every=0 steps", "above 0", "`N steps`, `N epochs` or `N minutes`"),
        Row("monitor.every=1.5 steps", "`N steps`"),
        Row("monitor.every=hourly", "the text \"hourly\""),
        Row("monitor.every=[1]", "a list of 1", "an interval"),
        Row("monitor.cases=0", "an integer from 1"),
        Row("monitor.pseudo-likelihood-cases=none", "an integer from 1"),
        Row("monitor.log-likelihood=5 minutes", "`N steps` or `N epochs`"),
        Row("checkpoint.every=-1 epochs", "above 0"),
        Row("checkpoint.keep=0", "an integer from 1"),
        Row("checkpoint.best=free_energy", "pseudo_log_likelihood_held_out"),
        Row("arithmetic=float", "auto, integer, integer-one-byte or float32"),
        Row("arithmetic=float23", "did you mean `float32`?"),
        Row("initial-model=5", "a file name"),
    ]

    @Test(arguments: [
        ("data.ising.size=1", "an integer from 2 to 1024"),
        ("data.ising.size=8.5", "an integer from 2 to 1024"),
        ("data.ising.coupling=crit", "a number from 0 to 10 or critical"),
        ("data.ising.coupling=-0.1", "a number from 0 to 10 or critical"),
        ("data.ising.samples=0", "an integer from 1"),
        ("data.ising=8", "size, coupling or samples"),
    ]) func everyWrongValueOfTheLatticeIsNamed(_ override: String, _ words: String) {
        let text = "data: {ising: {}}\nlayers: [{hidden: 3}]"
        let found = problems(text, overrides: [override])
        #expect(found.count == 1 && found[0].contains(words), "\(found)")
    }

    @Test(arguments: [
        ("training: {learning_rate: 0.1}", "c.yaml:4:12: training.learning_rate", "learning-rate"),
        ("training: {Learning-Rate: 0.1}", "c.yaml:4:12: training.Learning-Rate", "learning-rate"),
        ("training: {leraning-rate: 0.1}", "c.yaml:4:12: training.leraning-rate", "learning-rate"),
        ("training: {momentun: 0.1}", "c.yaml:4:12: training.momentun", "momentum"),
        ("trainning: {}", "c.yaml:4:1: trainning", "training"),
        ("batch: 100", "c.yaml:4:1: batch", "training.batch"),
        ("monitor: {keep: 1}", "c.yaml:4:11: monitor.keep", "checkpoint.keep"),
        ("training: {l2: 1}", "c.yaml:4:12: training.l2", "training.weight-decay.l2"),
        ("training: {hidden: 1}", "c.yaml:4:12: training.hidden", "layers.0.hidden"),
        ("training: {early-stop: {gab: 1}}", "c.yaml:4:25: training.early-stop.gab", "gap"),
    ]) func anUnknownKeyIsToldTheNearest(_ line: String, _ place: String, _ near: String) {
        let found = problems(minimalText + line)
        #expect(found.count == 1, "\(found)")
        #expect(found[0].hasPrefix(place + ": unknown key; "), "\(found)")
        #expect(found[0].contains("did you mean `\(near)`?"), "\(found)")
        #expect(found[0].contains("Keys here: "), "\(found)")
    }

    @Test func aKeyLikeNoOtherIsToldAllKeys() {
        let found = problems(minimalText + "colour: red")
        #expect(
            found == [
                "c.yaml:4:1: colour: unknown key; Keys here: data, layers, training, monitor, "
                    + "checkpoint, arithmetic, grid, initial-model"
            ])
    }

    @Test func mergeKeysAndKeysThatAreNoWordsAreRefused() {
        let merged = problems(minimalText + "monitor: &m {cases: 1}\ntraining:\n  <<: *m")
        #expect(merged.count == 1 && merged[0].contains("merge keys are not supported"))
        let odd = problems(minimalText + "[1, 2]: 5")
        #expect(odd.count == 1 && odd[0].contains("a list of 2 as a key"), "\(odd)")
        let number = problems(minimalText + "7: 5")
        #expect(number.count == 1 && number[0].contains("c.yaml:4:1: 7: unknown key"))
    }

    /// As many as a file can have; only some are told, and for the others nothing is looked up.
    @Test(.slow) func manyUnknownKeysEndSoon() {
        let keys = (0..<90_000).map { "k\($0): 1" }.joined(separator: "\n")
        let began = ContinuousClock.now
        let found = problems(minimalText + "\n" + keys + "\n")
        #expect(.now - began < .seconds(10))
        #expect(found.count == 101)
        #expect(found[99].contains(" k99: unknown key; Keys here: data, "), "\(found[99])")
        #expect(found[100].hasSuffix("89900 more problems from here on; mend those above first"))
        // Up to a hundred are all told.
        let few = keys.split(separator: "\n").prefix(100).joined(separator: "\n")
        #expect(problems(minimalText + "\n" + few + "\n").count == 100)
    }

    @Test func aMisspelledMandatoryKeyIsOneProblem() {
        #expect(problems("data: {trian: a}\nlayers: [{hidden: 1}]").count == 1)
        #expect(problems("data: {train: a}\nlayers: [{hiden: 1}]").count == 1)
        #expect(problems("data: {train: a}\nlayer: [{hidden: 1}]").count == 1)
    }

    @Test func mandatoryKeysAreMissed() {
        #expect(
            problems("training: {batch: 5}") == [
                "c.yaml: data: says nothing to learn from; expected `train: FILE` or "
                    + "`ising: {size: 8}`",
                "c.yaml: layers: no layer; expected a list with at least one: `- hidden: 500`",
            ])
        let second = problems("data:\n  held-out: 0\nlayers:\n  - hidden: 4\n  - biases: true\n")
        #expect(second.count == 2)
        #expect(second[0].hasPrefix("c.yaml:2:3: data: says nothing"), "\(second)")
        #expect(second[1].hasPrefix("c.yaml:5:5: layers.1: says no `hidden`"), "\(second)")
        let both = problems("data: {train: a, ising: {}}\nlayers: [{hidden: 1}]")
        #expect(both.count == 1 && both[0].contains("both `train` and `ising`"))
        let layers = String(repeating: "- hidden: 1\n", count: 101)
        let many = problems("data: {train: a}\nlayers:\n" + layers)
        #expect(many.count == 1 && many[0].contains("found 101 layers; expected 1 to 100"))
    }

    @Test func allProblemsAreReportedAtOnceInTheOrderOfTheirLines() {
        let text = """
            arithmetic: quick
            training:
              learning-rate: "fast"
              batch: 0
              momentun: 1
              weight-decay: {l1: -1, l3: 0}
            data:
              train: 5
              held-out: 2
            layers:
              - hidden: 3
                visible-units: bernouli
              - biases: 1
            monitor: {every: 5}

            """
        let found = problems(text, overrides: ["checkpoint.keep=0", "nonsense"])
        let places = found.map { $0.split(separator: ": ").prefix(2).joined(separator: " ") }
        #expect(
            places == [
                "c.yaml:1:13 arithmetic", "c.yaml:3:18 training.learning-rate",
                "c.yaml:4:10 training.batch", "c.yaml:5:3 training.momentun",
                "c.yaml:6:22 training.weight-decay.l1", "c.yaml:6:26 training.weight-decay.l3",
                "c.yaml:8:10 data.train", "c.yaml:9:13 data.held-out",
                "c.yaml:12:20 layers.0.visible-units", "c.yaml:13:5 layers.1",
                "c.yaml:13:13 layers.1.biases", "c.yaml:14:18 monitor.every",
                "--set nonsense expected KEY.PATH=VALUE, such as training.batch=200",
                "--set checkpoint.keep=0 checkpoint.keep",
            ])
    }

    @Test func problemsOfOverridesComeAsTheOverrides() {
        let overrides = ["monitor.every=5", "layers.0.hidden=0", "data.values=7"]
        let found = problems(minimalText, overrides: overrides)
        #expect(found.map { $0.split(separator: ":")[0] } == overrides.map { "--set \($0)" })
    }

    @Test func messagesStayOnOneLineAndReadable() {
        let long = String(repeating: "x", count: 500)
        for value in ["\"a\\nb\"", long, "\"\\e[31m\""] {
            let found = problems(minimalText + "arithmetic: \(value)\n")
            #expect(found.count == 1)
            #expect(found[0].count < 200)
            #expect(!found[0].contains("\n") && !found[0].contains("\u{1B}"))
        }
    }
}
