/// Values that are right each by itself but not together; a rule stands beside the settings concerned.
struct Rule<Scope>: Sendable {
    /// The keys concerned, of which the first that is given is blamed.
    ///
    /// `layers.N` is the layer that is looked at, `layers.N-1` the one below.
    let keys: [String]

    /// Says what was found and what is expected; nil where the rule is kept.
    let fault: @Sendable (Scope) -> String?

    init(_ keys: String..., fault: @escaping @Sendable (Scope) -> String?) {
        self.keys = keys
        self.fault = fault
    }
}

extension ConfigurationReader {
    /// Reports values that are right each by itself but not together.
    ///
    /// A combination is judged only when none of its values was reported already.
    func checkCombinations(of run: RunConfiguration) {
        for rule in DataOptions.rules { report(rule.fault(run), rule.keys) }
        for index in run.layers.indices {
            let place = LayerInStack(run: run, index: index)
            for rule in LayerOptions.rules { report(rule.fault(place), rule.keys, layer: index) }
        }
        let global = TrainingInRun(run: run, training: run.training)
        for rule in TrainingOptions.rules { report(rule.fault(global), rule.keys) }
        for (index, layer) in run.layers.enumerated() {
            let own = TrainingInRun(run: run, training: layer.training)
            // Inherited faults are reported once, at the global keys.
            for rule in TrainingOptions.rules where rule.fault(global) == nil {
                let keys = rule.keys.map { key in
                    let ownKey = "layers.N.\(key)"
                    return isGiven(path(of: ownKey, layer: index)) ? ownKey : key
                }
                report(rule.fault(own), keys, layer: index)
            }
        }
    }

    /// Reports a fault at the first of its keys that is given, unless one of them is wrong in itself.
    private func report(_ fault: String?, _ keys: [String], layer: Int = 0) {
        guard let fault else { return }
        let paths = keys.map { path(of: $0, layer: layer) }
        guard !paths.contains(where: isWrongWithin) else { return }
        report(paths.first(where: isGiven) ?? paths[0], fault)
    }

    private func path(of key: String, layer: Int) -> [String] {
        key.split(separator: ".").map { step in
            switch step {
            case "N": String(layer)
            case "N-1": String(layer - 1)
            default: String(step)
            }
        }
    }
}
