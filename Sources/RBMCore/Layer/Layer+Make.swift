extension Layer {
    /// Creates a layer that is not trained, with all parameters zero.
    ///
    /// - Parameters:
    ///   - group: The processes that hold the other hidden units; nil where there are none.
    ///   - joins: Whether fields and states of hidden units have the columns of all processes.
    public convenience init(
        _ shape: LayerSpec, frozen arithmetic: ArithmeticKind, group: (any HiddenGroup)? = nil,
        joins: Bool = false
    ) {
        switch arithmetic.whenFrozen {
        case .integer, .integerOneByte:
            self.init(
                IntegerWeightProducts(shape, format: .bytePair, group: group), group: group,
                joins: joins)
        case .float32:
            self.init(
                Float32WeightProducts(shape, group: group), group: group, joins: joins)
        }
    }

    /// Creates the layer of a machine on its own states, with the machine's parameters loaded.
    ///
    /// The layer computes in float32 if integers cannot represent its units. Fields and states of its
    /// hidden units have the columns of all processes.
    ///
    /// - Parameter rounding: How finely integers represent the weights.
    convenience init(
        _ machine: any Machine, arithmetic: ArithmeticKind, rounding: FrozenRounding = .finest
    ) {
        let shape = LayerSpec(LayerSpec(states: machine), slice: machine.slice)
        let (kind, group) = (arithmetic.able(of: machine).whenFrozen, machine.group)
        switch rounding {
        case .finest: self.init(shape, frozen: kind, group: group, joins: true)
        case .asTrained:
            self.init(shape, trained: kind, seed: 0, layer: 0, group: group, joins: true)
        }
        load(machine.own.parameters)
    }

    /// Creates a layer that is trained, with all parameters zero.
    ///
    /// - Parameters:
    ///   - seed: Names, with `layer` and the step, the random numbers of a stochastic rounding.
    ///   - layer: The place of the layer in its stack.
    ///   - group: The processes that hold the other hidden units; nil where there are none.
    ///   - joins: Whether fields and states of hidden units have the columns of all processes.
    public convenience init(
        _ shape: LayerSpec, trained arithmetic: ArithmeticKind, seed: UInt64, layer: Int,
        group: (any HiddenGroup)? = nil, joins: Bool = false
    ) {
        switch arithmetic {
        case .integer:
            // Grey states are multiplied by bytes.
            self.init(
                IntegerWeightProducts(
                    shape, format: shape.encoding == .bits ? .word : .bytePair, group: group),
                group: group, joins: joins)
        case .integerOneByte:
            self.init(
                IntegerWeightProducts(
                    shape, format: .byte, rounding: WeightRounding(seed: seed, layer: layer),
                    group: group), group: group, joins: joins)
        case .float32:
            self.init(
                Float32WeightProducts(shape, group: group), group: group, joins: joins)
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
