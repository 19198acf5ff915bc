extension Configuration {
    /// Returns the whole configuration as YAML, every default written out.
    ///
    /// Equal configurations give equal text, and `load` gives back an equal configuration. A layer
    /// lists only those keys of its `training` in which it differs from the global one.
    public func resolvedYAML() -> String {
        outline { layer in layer.outline.differing(from: training.outline) }.text + "\n"
    }

    /// The tree in the order of the keys; `layerTraining` says how a layer's training is shown.
    func outline(_ layerTraining: (TrainingOptions) -> YAMLOutline) -> YAMLOutline {
        .block([
            ("data", data.outline),
            ("layers", .list(layers.map { $0.outline(training: layerTraining($0.training)) })),
            ("training", training.outline),
            (
                "monitor",
                .flow([
                    ("every", .scalar(monitor.every.description)),
                    ("cases", .scalar(String(monitor.cases))),
                    (
                        "pseudo-likelihood-cases",
                        .scalar(String(monitor.pseudoLikelihoodCases))
                    ),
                ])
            ),
            (
                "checkpoint",
                .flow([
                    ("every", .scalar(checkpoint.every.description)),
                    ("keep", .scalar(String(checkpoint.keep))),
                ])
            ),
            ("arithmetic", .scalar(arithmetic.rawValue)),
            ("initial-model", .scalar(initialModel.map(yamlText) ?? "none")),
        ])
    }
}

extension DataOptions {
    fileprivate var outline: YAMLOutline {
        let origin: (key: String, value: YAMLOutline) =
            switch source {
            case .file(let name): ("train", .scalar(yamlText(name)))
            case .ising(let ising): ("ising", ising.outline)
            }
        let heldOutText =
            switch heldOut {
            case .file(let name): yamlText(name)
            case .fraction(let fraction): yamlText(fraction)
            }
        return .block([
            origin, ("held-out", .scalar(heldOutText)), ("values", .scalar(values.rawValue)),
            ("binarize", .scalar(binarize.rawValue)),
            ("standardize", .scalar(String(standardize))),
        ])
    }
}

extension IsingSource {
    fileprivate var outline: YAMLOutline {
        let couplingText =
            switch coupling {
            case .critical: "critical"
            case .value(let value): yamlText(value)
            }
        return .flow([
            ("size", .scalar(String(size))), ("coupling", .scalar(couplingText)),
            ("samples", .scalar(String(samples))),
        ])
    }
}

extension LayerOptions {
    fileprivate func outline(training: YAMLOutline) -> YAMLOutline {
        .block([
            ("visible-units", .scalar(visibleUnits.rawValue)),
            ("visible-variance", .scalar(visibleVariance.rawValue)),
            ("hidden", .scalar(String(hidden))),
            ("hidden-units", .scalar(hiddenUnits.rawValue)),
            ("biases", .scalar(String(biases))),
            ("initial-weights", .scalar(yamlText(initialWeights))),
            ("initial-visible-bias", .scalar(initialVisibleBias.rawValue)),
            ("propagate", .scalar(propagate.rawValue)),
            ("training", training),
        ])
    }
}

extension TrainingOptions {
    var outline: YAMLOutline {
        let chainsText =
            switch chains {
            case .batch: "batch"
            case .count(let count): String(count)
            }
        return .block([
            ("algorithm", .scalar(algorithm.rawValue)), ("sweeps", .scalar(String(sweeps))),
            ("chains", .scalar(chainsText)), ("batch", .scalar(String(batch))),
            ("epochs", .scalar(String(epochs))), ("learning-rate", .scalar(yamlText(learningRate))),
            ("schedule", schedule.outline), ("warm-up", .scalar(warmUp.description)),
            ("momentum", momentum.outline), ("nesterov", .scalar(String(nesterov))),
            (
                "weight-decay",
                .flow([
                    ("l1", .scalar(yamlText(weightDecay.l1))),
                    ("l2", .scalar(yamlText(weightDecay.l2))),
                ])
            ),
            (
                "sparsity",
                .flow([
                    ("target", .scalar(yamlText(sparsity.target))),
                    ("cost", .scalar(yamlText(sparsity.cost))),
                    ("memory", .scalar(yamlText(sparsity.memory))),
                ])
            ),
            ("keep-probability", .scalar(yamlText(keepProbability))),
            ("average", .scalar(yamlText(average))),
            (
                "early-stop",
                .flow([
                    ("gap", .scalar(earlyStop.gap.map(yamlText) ?? "none")),
                    ("patience", .scalar(String(earlyStop.patience))),
                ])
            ),
            ("seed", .scalar(String(seed))),
        ])
    }
}

extension LearningRateSchedule {
    fileprivate var outline: YAMLOutline {
        switch self {
        case .linear: .scalar("linear")
        case .constant: .scalar("constant")
        case .exponential(let factor): .flow([("exponential", .scalar(yamlText(factor)))])
        case .inverseTime(let halfLife): .flow([("inverse-time", .scalar(yamlText(halfLife)))])
        }
    }
}

extension ConfiguredMomentum {
    fileprivate var outline: YAMLOutline {
        switch self {
        case .constant(let value): .scalar(yamlText(value))
        case .ramp(let from, let to, let over):
            .flow([
                ("from", .scalar(yamlText(from))), ("to", .scalar(yamlText(to))),
                ("over", .scalar(over.description)),
            ])
        }
    }
}

extension YAMLOutline {
    /// Returns the pairs of a mapping that `other` has otherwise; `{}` when there are none.
    fileprivate func differing(from other: YAMLOutline) -> YAMLOutline {
        guard case .block(let pairs) = self, case .block(let others) = other else { return self }
        let own = zip(pairs, others).filter { $0.value != $1.value }.map(\.0)
        return own.isEmpty ? .flow([]) : .block(own)
    }
}
