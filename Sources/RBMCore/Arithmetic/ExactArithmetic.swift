/// Chooses the arithmetic of a layer that is measured, not trained.
///
/// Integer products where their sums stay within 32 bits, else float32.
public func exactArithmetic(_ rbm: RBM, _ levels: ByteLevels) -> ArithmeticKind {
    let shape = LayerShape(rbm, levels: levels)
    return IntegerArithmetic.refusal(of: shape, batch: 0, chains: 0) == nil ? .integer : .float32
}
