/// A Restricted Boltzmann Machine: two kinds of units and the parameters between them.
///
/// E(v, h) = −vᵀWh − b·v − c·h, with Bernoulli units in {0, 1} and spins in {−1, +1}; with Gaussian
/// visible units E(v, h) = Σ (vᵢ − bᵢ)²/2σᵢ² − Σ vᵢWᵢⱼhⱼ/σᵢ² − c·h. With Gaussian hidden units
/// Σ (hⱼ − cⱼ)²/2 takes the place of −c·h. Energies are in units of kT and logarithms are natural. The functions here are the exact reference in double precision, one case
/// at a time; training and evaluation run on `Layer`.
public struct RBM: Sendable {
    public let visibleUnits: any UnitKind
    public let hiddenUnits: any UnitKind
    public var parameters: Parameters

    public init(
        visibleUnits: any UnitKind, hiddenUnits: any UnitKind, parameters: Parameters
    ) {
        self.visibleUnits = visibleUnits
        self.hiddenUnits = hiddenUnits
        self.parameters = parameters
    }

    public var visibleCount: Int { parameters.visibleCount }
    public var hiddenCount: Int { parameters.hiddenCount }

    /// The law of the visible units with their own parameters.
    public var visibleLaw: any UnitLaw { visibleUnits.law(own: parameters.logVariances) }

    /// The law of the hidden units.
    public var hiddenLaw: any UnitLaw { hiddenUnits.law(own: []) }

    /// Whether turning over all units of both sides changes no energy.
    public var isSymmetric: Bool {
        visibleUnits.isSymmetric && hiddenUnits.isSymmetric
            && parameters.visibleBias.allSatisfy { $0 == 0 }
            && parameters.hiddenBias.allSatisfy { $0 == 0 }
    }

    /// The energy of a joint state, in kT.
    ///
    /// - Parameters:
    ///   - visible: Unit values (not bytes), shape `[visible]`.
    ///   - hidden: Unit values, shape `[hidden]`.
    public func energy(visible: [Double], hidden: [Double]) -> Double {
        let (bias, field) = (hiddenBias, hiddenPreactivations(given: visible))
        let products = zip(field, bias).map { $0 - $1 }
        return visibleEnergy(visible) + hiddenLaw.energy(of: hidden.span, bias: bias.span)
            - dot(products.span, hidden.span)
    }

    /// The energy of the visible units without the hidden ones: −b·v, or Σ (vᵢ − bᵢ)²/2σᵢ².
    public func visibleEnergy(_ visible: [Double]) -> Double {
        visibleLaw.energy(of: visible.span, bias: visibleBias.span)
    }

    /// The free energy of a visible state: −ln Σ_h e^{−E(v, h)}, in nats.
    public func freeEnergy(ofVisible visible: [Double]) -> Double {
        let fields = hiddenPreactivations(given: visible)
        return visibleEnergy(visible)
            - hiddenLaw.logPartition(fields: fields.span, bias: hiddenBias.span)
    }

    /// The free energy of a hidden state: −ln Σ_v e^{−E(v, h)}, in nats.
    ///
    /// [MehtaSchwab14] calls it the renormalized Hamiltonian of the hidden units.
    public func freeEnergy(ofHidden hidden: [Double]) -> Double {
        let fields = visiblePreactivations(given: hidden)
        return hiddenLaw.energy(of: hidden.span, bias: hiddenBias.span)
            - visibleLaw.logPartition(fields: fields.span, bias: visibleBias.span)
    }

    /// c + Wᵀv, shape `[hidden]`; for Gaussian visible units v/σ² takes the place of v.
    public func hiddenPreactivations(given visible: [Double]) -> [Double] {
        precondition(
            visible.count == visibleCount, "\(visible.count) values, \(visibleCount) units")
        var fields = hiddenBias
        let weights = parameters.values.span
        var inputs = visible
        var inputSpan = inputs.mutableSpan
        visibleLaw.weigh(&inputSpan)
        var span = fields.mutableSpan
        for (i, value) in inputs.enumerated() where value != 0 {
            let row = weights.extracting(rowRange(i, of: hiddenCount))
            for j in span.indices { span[j] += value * Double(row[j]) }
        }
        return fields
    }

    /// b + Wh, shape `[visible]`; for Gaussian visible units these are their means.
    public func visiblePreactivations(given hidden: [Double]) -> [Double] {
        precondition(hidden.count == hiddenCount, "\(hidden.count) values, \(hiddenCount) units")
        return visibleBias.enumerated().map { i, bias in
            let row = i * hiddenCount
            return (0..<hiddenCount).reduce(bias) {
                $0 + hidden[$1] * Double(parameters.values[row + $1])
            }
        }
    }

    private var visibleBias: [Double] {
        parameters.values[parameters.visibleBiasRange].map(Double.init)
    }

    private var hiddenBias: [Double] {
        parameters.values[parameters.hiddenBiasRange].map(Double.init)
    }
}

extension RBM: Equatable {
    public static func == (a: RBM, b: RBM) -> Bool {
        a.visibleUnits == b.visibleUnits && a.hiddenUnits == b.hiddenUnits
            && a.parameters == b.parameters
    }
}
