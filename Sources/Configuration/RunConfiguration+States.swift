import RBMCore

extension RunConfiguration {
    /// Returns the configuration with the number of states of each categorical unit filled in.
    ///
    /// A configuration that was read knows only which units are categorical: their states are counted
    /// when the data are opened.
    ///
    /// - Parameter categories: The states of the first layer's visible units; nil for another kind.
    public func withStates(ofData categories: Int?) -> RunConfiguration {
        var result = self
        for index in layers.indices {
            let layer = layers[index]
            let visible =
                index > 0
                ? result.layers[index - 1].hiddenUnits
                : layer.visibleUnits.with(states: categories)
            result.layers[index].visibleUnits = visible
            result.layers[index].hiddenUnits = layer.hiddenUnits
                .with(states: layer.hiddenCategories ?? visible.columns)
        }
        return result
    }
}

extension LayerOptions {
    /// The number of columns that the hidden units take.
    public var hiddenColumns: Int { hidden * hiddenUnits.columns }
}

extension UnitKind {
    /// The same kind with as many states; itself where they are not counted, or not known.
    fileprivate func with(states: Int?) -> any UnitKind {
        states.flatMap { UnitKinds.kind(named: name, states: $0) } ?? self
    }
}
