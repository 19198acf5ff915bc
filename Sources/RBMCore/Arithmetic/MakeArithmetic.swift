/// Makes the arithmetic of a layer that is not trained.
public func makeArithmetic(_ kind: ArithmeticKind, _ shape: LayerShape) -> any LayerArithmetic {
    switch kind.whenFrozen {
    case .integer, .integerOneByte: IntegerArithmetic(shape, format: .bytePair)
    case .float32: Float32Arithmetic(shape)
    }
}

/// Makes the arithmetic of an RBM on its own states, loaded with its parameters: float32 where units
/// take real values.
func makeArithmetic(_ kind: ArithmeticKind, ofStates rbm: RBM) -> any LayerArithmetic {
    let arithmetic = makeArithmetic(kind.able(of: rbm.visibleUnits), LayerShape(states: rbm))
    arithmetic.load(rbm.parameters)
    return arithmetic
}

/// Makes the arithmetic in which a layer is trained.
///
/// - Parameters:
///   - seed: With `layer` and the step names the random numbers of a stochastic rounding.
///   - layer: The place of the layer in its stack.
public func makeTrainingArithmetic(
    _ kind: ArithmeticKind, _ shape: LayerShape, seed: UInt64, layer: Int
) -> any LayerArithmetic {
    switch kind {
    case .integer:
        // Grey states are multiplied by bytes.
        IntegerArithmetic(shape, format: shape.levels == .bits ? .word : .bytePair)
    case .integerOneByte:
        IntegerArithmetic(
            shape, format: .byte, rounding: WeightRounding(seed: seed, layer: layer))
    case .float32: Float32Arithmetic(shape)
    }
}
