extension ConfigurationReader {
    /// Reports values that are right each by itself but not together.
    ///
    /// A combination is judged only when none of its values was reported already.
    func checkCombinations(of configuration: Configuration) {
        checkData(configuration)
        for index in configuration.layers.indices { checkLayer(index, configuration) }
        checkTraining(configuration)
    }

    /// Reports at the first of `keys` that is given, unless one of them is wrong in itself.
    private func forbid(
        _ isForbidden: Bool, _ keys: [[String]], _ message: @autoclosure () -> String
    ) {
        guard isForbidden, !keys.contains(where: isWrongWithin) else { return }
        report(keys.first(where: isGiven) ?? keys[0], message())
    }

    private func checkData(_ configuration: Configuration) {
        let data = configuration.data
        let (values, binarize) = (["data", "values"], ["data", "binarize"])
        if case .ising = data.source {
            forbid(
                data.values != .auto && data.values != .spins, [values, ["data", "ising"]],
                "\(data.values.rawValue) does not fit data.ising, which gives spins; expected "
                    + "auto or spins")
            forbid(
                data.binarize != .none, [binarize, ["data", "ising"]],
                "\(data.binarize.rawValue) does not fit data.ising, whose spins have two values "
                    + "already; expected none")
        }
        forbid(
            data.binarize != .none && (data.values == .bits || data.values == .spins),
            [binarize, values],
            "\(data.binarize.rawValue) does not fit data.values \(data.values.rawValue), which "
                + "have two values already; expected none, or data.values grey or real")
        guard let first = configuration.layers.first else { return }
        let units = ["layers", "0", "visible-units"]
        forbid(
            data.values == .real && data.binarize == .none && first.visibleUnits != .gaussian,
            [values, units, binarize],
            "real numbers need gaussian visible units or binarization; found "
                + "layers.0.visible-units \(first.visibleUnits.rawValue), data.binarize none")
        let isGaussian = first.visibleUnits == .gaussian
        forbid(
            isGaussian && data.binarize != .none, [binarize, units],
            "\(data.binarize.rawValue) makes bits, but the gaussian units of layer 0 take real "
                + "values; expected none, or bernoulli visible-units")
        if case .ising = data.source {
            forbid(
                isGaussian, [units, ["data", "ising"]],
                "gaussian does not fit data.ising, which gives spins; expected spin or bernoulli")
        }
        forbid(
            data.standardize && !isGaussian, [["data", "standardize"], units],
            "true makes real values, which \(first.visibleUnits.rawValue) visible units do not "
                + "take; expected false, or gaussian visible-units in layer 0")
    }

    private func checkLayer(_ index: Int, _ configuration: Configuration) {
        let layer = configuration.layers[index]
        let path = ["layers", String(index)]
        let units = path + ["visible-units"]
        forbid(
            layer.visibleUnits == .gaussian
                && [.integer, .integerOneByte].contains(configuration.arithmetic),
            [["arithmetic"], units],
            "\(configuration.arithmetic.rawValue) cannot compute the gaussian units of layer "
                + "\(index); expected auto or float32")

        forbid(
            layer.visibleVariance == .learned && layer.visibleUnits != .gaussian,
            [path + ["visible-variance"], units],
            "learned has no meaning for \(layer.visibleUnits.rawValue) units; expected unit, or "
                + "gaussian visible-units")
        let keep = path + ["training", "keep-probability"]
        forbid(
            layer.training.keepProbability < 1 && layer.hiddenUnits == .spin,
            [keep, ["training", "keep-probability"], path + ["hidden-units"]],
            "dropout switches hidden units off, to 0, which is no value of a spin (−1 or +1) in "
                + "layer \(index); expected 1, or bernoulli hidden-units")

        var visible: Int?
        var visibleKey = ["data", "ising"]
        if index > 0 {
            let below = configuration.layers[index - 1]
            visible = below.hidden
            visibleKey = ["layers", String(index - 1), "hidden"]
            let belowKey = ["layers", String(index - 1), "hidden-units"]
            forbid(
                layer.visibleUnits != below.hiddenUnits, [units, belowKey],
                "\(layer.visibleUnits.rawValue), but the layer below ends in "
                    + "\(below.hiddenUnits.rawValue) units, which this one sees; leave the key out")
        } else if case .ising(let ising) = configuration.data.source {
            visible = ising.size * ising.size
        }
        if let visible {
            forbid(
                visible * layer.hidden > ConfigurationLimit.weights,
                [path + ["hidden"], visibleKey],
                "\(visible) visible × \(layer.hidden) hidden units are more than the "
                    + "\(ConfigurationLimit.weights) weights a layer may have")
        }
    }

    private func checkTraining(_ configuration: Configuration) {
        checkTraining(configuration.training, at: ["training"], configuration)
        for (index, layer) in configuration.layers.enumerated()
        where layer.training != configuration.training {
            let path = ["layers", String(index), "training"]
            // Inherited faults are reported once, at the global keys.
            checkTraining(
                layer.training, at: path, configuration, unlike: configuration.training)
        }
    }

    private func checkTraining(
        _ training: TrainingOptions, at path: [String], _ configuration: Configuration,
        unlike inherited: TrainingOptions? = nil
    ) {
        /// Where a value stands: in the section itself, or inherited from the global one.
        func place(_ key: String) -> [String] {
            isGiven(path + [key]) ? path + [key] : ["training", key]
        }
        func forbid(
            _ isForbidden: (TrainingOptions) -> Bool, _ keys: [[String]],
            _ message: @autoclosure () -> String
        ) {
            if let inherited, isForbidden(inherited) { return }
            self.forbid(isForbidden(training), keys, message())
        }

        forbid(
            { $0.algorithm == .cd && $0.chains != .batch }, [place("chains"), place("algorithm")],
            "a number of chains has no meaning with algorithm cd, whose chains start at the batch; "
                + "expected batch, or algorithm pcd")
        forbid(
            { $0.nesterov && $0.momentum.largest == 0 }, [place("nesterov"), place("momentum")],
            "nesterov has no meaning with momentum 0; expected false, or a momentum above 0")
        forbid(
            { $0.sparsity.cost > 0 && $0.sparsity.target == 0 }, [place("sparsity")],
            "a cost of \(yamlText(training.sparsity.cost)) needs a target above 0")
        forbid(
            { $0.sparsity.target > 0 && $0.sparsity.cost == 0 }, [place("sparsity")],
            "a target of \(yamlText(training.sparsity.target)) has no effect with cost 0; expected "
                + "a cost above 0")
        forbid(
            {
                guard case .epochs(let warmUp) = $0.warmUp else { return false }
                return warmUp > Double($0.epochs)
            }, [place("warm-up"), place("epochs")],
            "\(training.warmUp) are longer than the training of \(training.epochs) epochs")
        forbid(
            { $0.earlyStop.gap != nil && configuration.data.heldOut == .fraction(0) },
            [place("early-stop"), ["data", "held-out"]],
            "the free-energy gap needs held-out cases, and data.held-out is 0")
        forbid(
            {
                guard case .minutes = configuration.monitor.every else { return false }
                return $0.earlyStop.gap != nil
            }, [place("early-stop"), ["monitor", "every"]],
            "monitor.every counts minutes, so the end would depend on the machine; expected a "
                + "monitor.every in steps or epochs")
    }
}
