import RealModule

/// The transfer matrix T(s, s′) = e^{Kss′ + h(s + s′)/2}, given by its eigenvalues
/// e^K cosh h ± √(e^{2K} sinh² h + e^{−2K}).
///
/// All terms are divided by e^{|K| + |h|}, so that none overflows.
struct LinearChainTransferMatrix {
    /// |K| + |h|.
    private let scale: Jet
    /// The eigenvalues are `mean` ± `root`.
    private let mean: Jet
    private let root: Jet
    /// The weight of either eigenvalue in a chain with open ends is `middle` ± `difference`, divided by
    /// e^{`fieldScale`}.
    private let middle: Jet
    private let difference: Jet
    /// |h|.
    private let fieldScale: Jet

    init(coupling: Jet, field: Jet) {
        let k = (coupling.value < 0 ? -1.0 : 1) * coupling
        let h = (field.value < 0 ? -1.0 : 1) * field
        let aligned = (coupling - k).exponential
        let opposed = ((-1) * (coupling + k)).exponential
        let faded = ((-1) * h).exponential
        let cosh = 0.5 * (Jet(value: 1) + faded * faded)
        let sinh = 0.5 * (Jet(value: 1) - faded * faded)
        let flips = opposed * faded
        let root = (aligned * aligned * sinh * sinh + flips * flips).squareRoot
        scale = k + h
        mean = aligned * cosh
        self.root = root
        fieldScale = h
        middle = cosh
        // (e^K sinh² h + e^{−K}) / √…
        difference = (aligned * sinh * sinh + flips * faded) * root.reciprocal
    }

    /// ln λ₊.
    var logLargest: Jet { scale + (mean + root).logarithm }

    func logPartition(size: Int, ends: LinearChain.Ends) -> Jet {
        let ratio = (mean - root) * (mean + root).reciprocal
        switch ends {
        case .periodic:
            return Double(size) * logLargest + onePlusPower(ratio, size).logarithm
        case .open:
            let minor = (middle - difference) * power(ratio, size - 1)
            // `fieldScale` holds the factors e^{|h|/2} of the two ends.
            return Double(size - 1) * logLargest + fieldScale
                + (middle + difference + minor).logarithm
        }
    }

    /// Returns 1 + qᴺ of a ratio q.
    ///
    /// A frustrated ring leaves little of it; then the result follows from 1 + q, which keeps its
    /// digits.
    private func onePlusPower(_ ratio: Jet, _ size: Int) -> Jet {
        guard ratio.value < 0, size % 2 == 1 else {
            return Jet(value: 1) + power(ratio, size)
        }
        let rest = 2 * mean * (mean + root).reciprocal
        let n = Double(size)
        let base = 1 - rest.value
        return rest.apply(
            -.expMinusOne(n * .log(onePlus: -rest.value)), n * .pow(base, size - 1),
            -n * (n - 1) * .pow(base, size - 2))
    }

    private func power(_ base: Jet, _ exponent: Int) -> Jet {
        let n = Double(exponent)
        guard exponent > 0 else { return Jet(value: 1) }
        return base.apply(
            .pow(base.value, exponent), n * .pow(base.value, exponent - 1),
            exponent > 1 ? n * (n - 1) * .pow(base.value, exponent - 2) : 0)
    }
}
