/// A Restricted Boltzmann Machine: two kinds of units and the parameters between them.
///
/// E(v, h) = −vᵀWh − b·v − c·h, with Bernoulli units in {0, 1} and spins in {−1, +1}; with Gaussian
/// visible units E(v, h) = Σ (vᵢ − bᵢ)²/2σᵢ² − Σ vᵢWᵢⱼhⱼ/σᵢ² − c·h. Energies are in units of kT and
/// logarithms are natural. The functions here are the exact reference in double
/// precision, one case at a time; training and evaluation run on `LayerArithmetic`.
public struct RBM: Sendable, Equatable {
    public let visibleUnits: UnitKind
    public let hiddenUnits: UnitKind
    public var parameters: Parameters

    public init(visibleUnits: UnitKind, hiddenUnits: UnitKind, parameters: Parameters) {
        self.visibleUnits = visibleUnits
        self.hiddenUnits = hiddenUnits
        self.parameters = parameters
    }

    public var visibleCount: Int { parameters.visibleCount }
    public var hiddenCount: Int { parameters.hiddenCount }

    /// The energy of a joint state, in kT.
    ///
    /// - Parameters:
    ///   - visible: Unit values (not bytes), shape `[visible]`.
    ///   - hidden: Unit values, shape `[hidden]`.
    public func energy(visible: [Double], hidden: [Double]) -> Double {
        let field = hiddenPreactivations(given: visible)
        return visibleEnergy(visible) - zip(field, hidden).reduce(0) { $0 + $1.0 * $1.1 }
    }

    /// The part of the energy that is of the visible units alone: −b·v, or Σ (vᵢ − bᵢ)²/2σᵢ².
    public func visibleEnergy(_ visible: [Double]) -> Double {
        let bias = parameters.values[parameters.visibleBiasRange]
        guard visibleUnits == .gaussian else {
            return -zip(bias, visible).reduce(0) { $0 + Double($1.0) * $1.1 }
        }
        let variances = visibleVariances
        return zip(bias, visible).enumerated().reduce(0) { sum, unit in
            let difference = unit.element.1 - Double(unit.element.0)
            return sum + difference * difference / (2 * variances[unit.offset])
        }
    }

    /// The free energy of a visible state: −ln Σ_h e^{−E(v, h)}, in nats.
    public func freeEnergy(ofVisible visible: [Double]) -> Double {
        hiddenPreactivations(given: visible)
            .reduce(visibleEnergy(visible)) { $0 - hiddenUnits.logPartition(field: $1) }
    }

    /// The free energy of a hidden state: −ln Σ_v e^{−E(v, h)}, in nats.
    ///
    /// The renormalized Hamiltonian of the hidden units in the words of [MehtaSchwab14].
    public func freeEnergy(ofHidden hidden: [Double]) -> Double {
        let bias = zip(parameters.values[parameters.hiddenBiasRange], hidden)
            .reduce(0) { $0 + Double($1.0) * $1.1 }
        if visibleUnits == .gaussian { return -bias - logGaussians(given: hidden) }
        return visiblePreactivations(given: hidden)
            .reduce(-bias) { $0 - visibleUnits.logPartition(field: $1) }
    }

    /// c + Wᵀv, shape `[hidden]`; with Gaussian visible units v/σ² for v.
    public func hiddenPreactivations(given visible: [Double]) -> [Double] {
        precondition(
            visible.count == visibleCount, "\(visible.count) values, \(visibleCount) units")
        var fields = parameters.values[parameters.hiddenBiasRange].map(Double.init)
        let values = parameters.values.span
        var visible = visible
        if visibleUnits == .gaussian {
            for (i, variance) in visibleVariances.enumerated() { visible[i] /= variance }
        }
        var span = fields.mutableSpan
        for (i, value) in visible.enumerated() where value != 0 {
            let weights = values.extracting(rowRange(i, of: hiddenCount))
            for j in span.indices { span[j] += value * Double(weights[j]) }
        }
        return fields
    }

    /// b + Wh, shape `[visible]`: the means, where visible units are Gaussian.
    public func visiblePreactivations(given hidden: [Double]) -> [Double] {
        precondition(hidden.count == hiddenCount, "\(hidden.count) values, \(hiddenCount) units")
        return (0..<visibleCount).map { i in
            let row = i * hiddenCount
            let bias = Double(parameters.values[parameters.visibleBiasRange.lowerBound + i])
            return (0..<hiddenCount).reduce(bias) {
                $0 + hidden[$1] * Double(parameters.values[row + $1])
            }
        }
    }
}

extension UnitKind {
    /// ln Σ_u e^{ux} over the unit's two values: ln(1 + eˣ), or ln 2cosh x.
    ///
    /// - Precondition: A kind of two values.
    public func logPartition(field x: Double) -> Double {
        switch self {
        case .bernoulli: max(x, 0) + logarithm(1 + exponential(-abs(x)))
        case .spin: abs(x) + logarithm(1 + exponential(-2 * abs(x)))
        case .gaussian: preconditionFailure("a Gaussian unit's sum depends on its variance")
        }
    }

    /// The probability of the unit's upper value in a field x.
    public func probability(field x: Double) -> Double {
        switch self {
        case .bernoulli: 1 / (1 + exponential(-x))
        case .spin: 1 / (1 + exponential(-2 * x))
        case .gaussian: preconditionFailure("a Gaussian unit has no upper value")
        }
    }

    /// The mean of the unit's value in a field x.
    public func mean(field x: Double) -> Double {
        switch self {
        case .bernoulli: 1 / (1 + exponential(-x))
        case .spin: 2 / (1 + exponential(-2 * x)) - 1
        case .gaussian: x
        }
    }
}
