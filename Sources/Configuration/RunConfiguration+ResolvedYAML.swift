extension RunConfiguration {
    /// Returns the whole configuration as YAML, every default written out.
    ///
    /// Equal configurations give equal text, and `load` gives back an equal configuration. A layer
    /// lists only those keys of its `training` in which it differs from the global one.
    public func resolvedYAML() -> String {
        YAMLOutline.block(pairs(.resolved)).text + "\n"
    }

    /// The keys of a layer; in a resolved configuration without the training that it inherits.
    func outline(of layer: LayerOptions, _ wording: Wording) -> YAMLOutline {
        guard wording == .resolved else { return .block(layer.pairs(wording)) }
        let own = layer.training.pairs(differingFrom: training)
        let training: YAMLOutline = own.isEmpty ? .flow([]) : .block(own)
        return .block(
            layer.pairs(wording).map { $0.key == "training" ? ($0.key, training) : $0 })
    }
}
