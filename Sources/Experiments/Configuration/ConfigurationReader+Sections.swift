import Yams

extension ConfigurationReader {
    /// Parses the text and applies the overrides, unless the text cannot be read.
    convenience init(text: String, file: String, overrides: [String]) {
        var document = ConfigurationDocument(text: text, file: file)
        if !document.isUnreadable {
            for argument in overrides { document.override(argument) }
        }
        self.init(document)
    }

    /// Reads all sections; `nil`, with the reason reported, when there are none.
    ///
    /// Only each value by itself is checked, and stands as its default where it is wrong.
    func configuration() -> Configuration? {
        if isUnreadable { return nil }
        if isEmpty {
            report(
                [],
                "the configuration is empty; it needs at least `data` and `layers` "
                    + "(`wilson defaults` prints a whole one)")
            return nil
        }
        let root = root()
        guard hasKeys else { return nil }
        let data = dataOptions(root)
        let training = trainingOptions(
            root.section("training", keys: ConfigurationSchema.training),
            default: TrainingOptions())
        var configuration = Configuration(data: data, layers: layers(root, training: training))
        configuration.training = training

        let monitor = root.section("monitor", keys: ConfigurationSchema.monitor)
        let cases = 1...ConfigurationLimit.cases
        var value = MonitorOptions()
        value.every = monitor.interval("every", default: value.every)
        value.cases = monitor.integer("cases", cases, default: value.cases)
        value.pseudoLikelihoodCases = monitor.integer(
            "pseudo-likelihood-cases", cases, default: value.pseudoLikelihoodCases)
        configuration.monitor = value

        let checkpoint = root.section("checkpoint", keys: ConfigurationSchema.checkpoint)
        var kept = CheckpointOptions()
        kept.every = checkpoint.interval("every", default: kept.every)
        kept.keep = checkpoint.integer(
            "keep", 1...ConfigurationLimit.keptCheckpoints, default: kept.keep)
        configuration.checkpoint = kept

        configuration.arithmetic = root.word("arithmetic", default: configuration.arithmetic)
        let isNone = root.values["initial-model"].flatMap(root.plainText) == "none"
        configuration.initialModel = isNone ? nil : root.fileName("initial-model")
        return configuration
    }

    private func dataOptions(_ root: ConfigurationSection) -> DataOptions {
        let data = root.section("data", keys: ConfigurationSchema.data)
        var options = DataOptions(source: .file(""))
        switch (data.has("train"), data.has("ising")) {
        case (true, true):
            report(["data"], "found both `train` and `ising`; keep one, they are two sources")
        case (true, false):
            options.source = .file(data.fileName("train") ?? "")
        case (false, true):
            break
        case (false, false)
        where [["data"], ["data", "train"], ["data", "ising"]].contains(where: isWrong):
            break
        case (false, false):
            report(
                ["data"],
                "says nothing to learn from; expected `train: FILE` or `ising: {size: 8}`")
        }
        if data.has("ising") {
            let section = data.section("ising", keys: ConfigurationSchema.ising)
            var ising = IsingSource()
            ising.size = section.integer(
                "size", 2...ConfigurationLimit.isingSize, default: ising.size)
            let coupling = section.number("coupling", .coupling, or: ["critical"])
            ising.coupling = coupling.map(ConfiguredCoupling.value) ?? .critical
            ising.samples = section.integer(
                "samples", 1...ConfigurationLimit.isingSamples, default: ising.samples)
            options.source = .ising(ising)
        }
        options.heldOut = heldOut(data, default: options.heldOut)
        options.values = data.word("values", default: options.values)
        options.binarize = data.word("binarize", default: options.binarize)
        options.standardize = data.boolean("standardize", default: options.standardize)
        return options
    }

    private func heldOut(_ data: ConfigurationSection, default value: HeldOut) -> HeldOut {
        guard let node = data.values["held-out"] else { return value }
        let range = NumberRange.belowOne
        let plain = node.scalar.flatMap(self.plain)
        if let number = plain?.number, range.admits(number) { return .fraction(number) }
        if let name = node.scalar?.string, plain == nil || plain == .text, data.isFileName(name) {
            return .file(name)
        }
        data.wrong("held-out", node, "a file name or \(range.description)")
        return value
    }

    private func layers(
        _ root: ConfigurationSection, training: TrainingOptions
    ) -> [LayerOptions] {
        let nodes = root.list("layers", of: "layers")
        if nodes.isEmpty, !isWrong(["layers"]) {
            report(
                ["layers"],
                "no layer; expected a list with at least one: `- hidden: 500`")
        }
        if nodes.count > ConfigurationLimit.layers {
            report(
                ["layers"],
                "found \(nodes.count) layers; expected 1 to \(ConfigurationLimit.layers)")
        }
        var layers: [LayerOptions] = []
        for (index, node) in nodes.prefix(ConfigurationLimit.layers).enumerated() {
            let path = ["layers", String(index)]
            let section = section(node, path, keys: ConfigurationSchema.layer)
            var layer = LayerOptions(hidden: 1)
            let below = layers.last?.hiddenUnits
            layer.visibleUnits = section.word("visible-units", default: below ?? .bernoulli)
            layer.visibleVariance = section.word(
                "visible-variance", default: layer.visibleVariance)
            if !section.has("hidden"), !isWrong(path), !isWrong(path + ["hidden"]) {
                report(
                    path, mark: node.mark,
                    "says no `hidden`; expected the number of its hidden units, as in "
                        + "`hidden: 500`")
            }
            layer.hidden = section.integer("hidden", 1...ConfigurationLimit.units, default: 1)
            layer.hiddenUnits = section.word(
                "hidden-units", default: layer.hiddenUnits, among: [.bernoulli, .spin])
            layer.biases = section.boolean("biases", default: layer.biases)
            layer.initialWeights = section.number(
                "initial-weights", .notNegative, default: layer.initialWeights)
            layer.initialVisibleBias = section.word(
                "initial-visible-bias", default: layer.initialVisibleBias)
            layer.propagate = section.word("propagate", default: layer.propagate)
            layer.training = trainingOptions(
                section.section("training", keys: ConfigurationSchema.training), default: training)
            layers.append(layer)
        }
        return layers
    }

    /// Reads a `training` section; what it leaves out, also within its mappings, is `base`'s.
    private func trainingOptions(
        _ section: ConfigurationSection, default base: TrainingOptions
    ) -> TrainingOptions {
        var options = base
        options.algorithm = section.word("algorithm", default: base.algorithm)
        options.sweeps = section.integer(
            "sweeps", 1...ConfigurationLimit.sweeps, default: base.sweeps)
        if section.has("chains") {
            let chains = section.integer(
                "chains", 1...ConfigurationLimit.batch, or: ["batch"])
            options.chains = chains.map(ChainCount.count) ?? .batch
        }
        options.batch = section.integer(
            "batch", 1...ConfigurationLimit.batch, default: base.batch)
        options.epochs = section.integer(
            "epochs", 1...ConfigurationLimit.epochs, default: base.epochs)
        options.learningRate = section.number(
            "learning-rate", .positive, default: base.learningRate)
        options.schedule = schedule(section, default: base.schedule)
        options.warmUp = section.interval(
            "warm-up", units: ["steps", "epochs"], mayBeEmpty: true, default: base.warmUp)
        options.momentum = momentum(section, default: base.momentum)
        options.nesterov = section.boolean("nesterov", default: base.nesterov)

        let decay = section.section("weight-decay", keys: ConfigurationSchema.weightDecay)
        options.weightDecay.l1 = decay.number("l1", .notNegative, default: base.weightDecay.l1)
        options.weightDecay.l2 = decay.number("l2", .notNegative, default: base.weightDecay.l2)

        let sparsity = section.section("sparsity", keys: ConfigurationSchema.sparsity)
        options.sparsity.target = sparsity.number(
            "target", .belowOne, default: base.sparsity.target)
        options.sparsity.cost = sparsity.number("cost", .notNegative, default: base.sparsity.cost)
        options.sparsity.memory = sparsity.number(
            "memory", .belowOne, default: base.sparsity.memory)

        options.keepProbability = section.number(
            "keep-probability", .share, default: base.keepProbability)
        options.average = section.number("average", .unit, default: base.average)

        let stop = section.section("early-stop", keys: ConfigurationSchema.earlyStop)
        if stop.has("gap") {
            options.earlyStop.gap = stop.number("gap", .positive, or: ["none"])
        }
        options.earlyStop.patience = stop.integer(
            "patience", 1...ConfigurationLimit.patience, default: base.earlyStop.patience)
        options.seed = section.unsigned("seed", default: base.seed)
        return options
    }

    private func schedule(
        _ training: ConfigurationSection, default value: LearningRateSchedule
    ) -> LearningRateSchedule {
        let key = "schedule"
        guard let node = training.values[key] else { return value }
        let expected =
            "linear, constant, {exponential: FACTOR-PER-EPOCH} or "
            + "{inverse-time: HALF-LIFE-IN-EPOCHS}"
        switch node {
        case .scalar(let scalar) where scalar.string == "linear": return .linear
        case .scalar(let scalar) where scalar.string == "constant": return .constant
        case .mapping(let mapping):
            let names = mapping.compactMap { $0.key.scalar?.string }
            guard names.count == mapping.count, names.count == 1, let name = names.first else {
                training.wrong(key, node, expected)
                return value
            }
            let keys = ConfigurationSchema.exponential + ConfigurationSchema.inverseTime
            let section = training.section(key, keys: keys)
            if name == "exponential" {
                let factor = section.number(name, .share, or: [])
                return factor.map { .exponential(factor: $0) } ?? value
            }
            let halfLife = section.number(name, .positive, or: [])
            return halfLife.map { .inverseTime(halfLife: $0) } ?? value
        default:
            var hint = ""
            let words = ["linear", "constant", "exponential", "inverse-time"]
            if let text = node.scalar?.string, let near = nearestKey(to: text, among: words) {
                hint = "; did you mean `\(near)`?"
            }
            training.wrong(key, node, expected + hint)
            return value
        }
    }

    private func momentum(
        _ training: ConfigurationSection, default value: ConfiguredMomentum
    ) -> ConfiguredMomentum {
        let key = "momentum"
        guard let node = training.values[key] else { return value }
        guard node.mapping != nil else {
            guard let number = node.scalar.flatMap(plain)?.number,
                NumberRange.belowOne.admits(number)
            else {
                training.wrong(
                    key, node,
                    "\(NumberRange.belowOne.description), or {from: 0.5, to: 0.9, over: 5 epochs}")
                return value
            }
            return .constant(number)
        }
        let section = training.section(key, keys: ConfigurationSchema.momentum)
        let missing = ConfigurationSchema.momentum.filter { !section.has($0) }
        if !missing.isEmpty {
            report(
                section.path, mark: node.mark,
                "says no \(alternatives(missing.map { "`\($0)`" })); expected "
                    + "{from: 0.5, to: 0.9, over: 5 epochs}")
        }
        return .ramp(
            from: section.number("from", .belowOne, default: 0),
            to: section.number("to", .belowOne, default: 0),
            over: section.interval(
                "over", units: ["steps", "epochs"], default: .epochs(1)))
    }
}
