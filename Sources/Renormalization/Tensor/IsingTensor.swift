import RealModule

/// Returns the tensor of one site of the square lattice, and the logarithm of its scale.
///
/// The legs are left, up, right, down. e^{K s s′} = cosh K · Σ_n (tanh K)^n (s s′)^n with n = 0 or 1. The
/// state of a leg is the n of its bond, and each end of a bond carries half of its weight. The sum over
/// the spin leaves the states with an even Σ n, which have the weight (tanh K)^{Σ n/2}; the scale is
/// 2 cosh² K. The contraction over all bonds of a torus is the partition function.
func isingTensor(coupling: Double) -> (tensor: Tensor, logScale: Double) {
    let half = Double.tanh(coupling).squareRoot()
    let bond = Bond(even: 1, odd: 1)
    let values = (0..<16).map { states in
        let odd = states.nonzeroBitCount
        return odd % 2 == 0 ? .pow(half, odd) : 0
    }
    // ln cosh K, in a form that does not overflow.
    let logCosh = coupling + .log(onePlus: .exp(-2 * coupling)) - .log(2)
    return (
        Tensor(legs: Array(repeating: bond, count: 4), values: values), .log(2) + 2 * logCosh
    )
}
