/// A value of the schema that the trainer cannot carry out yet.
///
/// The table is the only place that knows: removing a line admits the value everywhere.
private struct NotYet: Sendable {
    /// The keys of the value within its part of the configuration.
    let key: [String]
    /// The values that can be used today.
    let supported: String
    let part: Part

    enum Part: Sendable {
        case whole(@Sendable (Configuration) -> Bool)
        case layer(@Sendable (_ layer: LayerOptions, _ global: TrainingOptions) -> Bool)
        case training(@Sendable (TrainingOptions) -> Bool)
    }

    static let table = [
        NotYet("data.values", "auto, bits, grey, spins") { $0.data.values == .real },
        NotYet(layer: "visible-units", "bernoulli, spin") { layer, _ in
            layer.visibleUnits == .gaussian
        },
    ]

    init(_ key: String, _ supported: String, _ isUsed: @escaping @Sendable (Configuration) -> Bool)
    {
        self.init(key: key, supported: supported, part: .whole(isUsed))
    }

    init(
        layer key: String, _ supported: String,
        _ isUsed: @escaping @Sendable (LayerOptions, TrainingOptions) -> Bool
    ) {
        self.init(key: key, supported: supported, part: .layer(isUsed))
    }

    init(
        training key: String, _ supported: String,
        _ isUsed: @escaping @Sendable (TrainingOptions) -> Bool
    ) {
        self.init(key: key, supported: supported, part: .training(isUsed))
    }

    private init(key: String, supported: String, part: Part) {
        self.key = key.split(separator: ".").map(String.init)
        self.supported = supported
        self.part = part
    }
}

extension ConfigurationReader {
    /// Reports each value whose time has not come.
    func checkSupport(of configuration: Configuration) {
        for entry in NotYet.table {
            switch entry.part {
            case .whole(let isUsed):
                if isUsed(configuration) { refuse(entry, at: entry.key) }
            case .layer(let isUsed):
                for (index, layer) in configuration.layers.enumerated()
                where isUsed(layer, configuration.training) {
                    refuse(entry, at: ["layers", String(index)] + entry.key)
                }
            case .training(let isUsed):
                if isUsed(configuration.training) { refuse(entry, at: ["training"] + entry.key) }
                for (index, layer) in configuration.layers.enumerated() {
                    let path = ["layers", String(index), "training"] + entry.key
                    if isGiven(path), isUsed(layer.training) { refuse(entry, at: path) }
                }
            }
        }
    }

    private func refuse(_ entry: NotYet, at path: [String]) {
        guard !isWrongWithin(path) else { return }
        report(path, "not yet supported; supported: \(entry.supported)")
    }
}
