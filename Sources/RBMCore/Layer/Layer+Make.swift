extension Layer {
    /// Creates a layer that is not trained, with all parameters zero.
    ///
    /// - Parameter group: The processes that hold the other hidden units; nil where there are none.
    public convenience init(
        _ shape: LayerSpec, frozen arithmetic: ArithmeticKind, group: (any HiddenGroup)? = nil
    ) {
        switch arithmetic.whenFrozen {
        case .integer, .integerOneByte:
            self.init(
                IntegerWeightProducts(shape, format: .bytePair, group: group), group: group)
        case .float32:
            precondition(group == nil, "hidden units in float32 are not divided among processes")
            self.init(Float32WeightProducts(shape))
        }
    }

    /// Creates the layer of an RBM on its own states, with the RBM's parameters loaded.
    ///
    /// The layer computes in float32 if integers cannot represent its units.
    ///
    /// - Parameter rounding: How finely integers represent the weights.
    convenience init(
        _ rbm: RBM, arithmetic: ArithmeticKind, rounding: FrozenRounding = .finest
    ) {
        let shape = LayerSpec(states: rbm)
        let kind = arithmetic.able(of: rbm).whenFrozen
        switch rounding {
        case .finest: self.init(shape, frozen: kind)
        case .asTrained: self.init(shape, trained: kind, seed: 0, layer: 0)
        }
        load(rbm.parameters)
    }

    /// Creates a layer that is trained, with all parameters zero.
    ///
    /// - Parameters:
    ///   - seed: Names, with `layer` and the step, the random numbers of a stochastic rounding.
    ///   - layer: The place of the layer in its stack.
    ///   - group: The processes that hold the other hidden units; nil where there are none.
    public convenience init(
        _ shape: LayerSpec, trained arithmetic: ArithmeticKind, seed: UInt64, layer: Int,
        group: (any HiddenGroup)? = nil
    ) {
        switch arithmetic {
        case .integer:
            // Grey states are multiplied by bytes.
            self.init(
                IntegerWeightProducts(
                    shape, format: shape.encoding == .bits ? .word : .bytePair, group: group),
                group: group)
        case .integerOneByte:
            self.init(
                IntegerWeightProducts(
                    shape, format: .byte, rounding: WeightRounding(seed: seed, layer: layer),
                    group: group), group: group)
        case .float32:
            precondition(group == nil, "hidden units in float32 are not divided among processes")
            self.init(Float32WeightProducts(shape))
        }
    }
}

/// How finely integers represent the weights of a layer that is not trained.
public enum FrozenRounding: Sendable {
    /// At the finest scale of 16 bits, as two bytes: two products.
    case finest
    /// As the trainer does: bits are multiplied by words of a coarser scale, in one product.
    case asTrained
}
