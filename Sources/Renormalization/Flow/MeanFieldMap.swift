import Analysis
public import RBMCore
import RealModule

/// The deterministic flow of a machine: means upward, means downward, and nothing is drawn.
///
/// f(v) = m(b + W m(c + Wᵀv)), where m is the mean of a unit in a field. The fixed points of f are the
/// stationary points of the mean-field free energy G(v, h) = −b·v − c·h − vᵀWh − S(v) − S(h). Each half
/// of a step minimizes G over one side, so G never rises. In double precision, for units of two
/// states and for Gaussian ones. Of these G contains Σ (v − b)²/2σ² in place of −b·v − S(v), and
/// −½ ln 2πσ² of each.
///
/// Source: [Peterson87].
public struct MeanFieldMap: Sendable {
    private let rbm: RBM
    /// The same machine without biases, whose pre-activations are the products of its weights alone.
    private let unbiased: RBM
    /// σ of the visible units, where they are real numbers; nil where they have two states.
    private let deviations: [Double]?

    /// - Precondition: The units have two states or real ones.
    public init(_ rbm: RBM) {
        precondition(
            rbm.visibleUnits.columns == 1 && rbm.hiddenUnits.columns == 1,
            "the mean-field map of \(rbm.visibleUnits) and \(rbm.hiddenUnits) units")
        self.rbm = rbm
        let logVariances = rbm.parameters.logVariances
        deviations =
            rbm.visibleUnits.isDiscrete
            ? nil
            : (0..<rbm.visibleCount).map {
                logVariances.isEmpty ? 1 : .exp(Double(logVariances[$0]) / 2)
            }
        var unbiased = rbm
        for place in rbm.parameters.visibleBiasRange { unbiased.parameters.values[place] = 0 }
        for place in rbm.parameters.hiddenBiasRange { unbiased.parameters.values[place] = 0 }
        self.unbiased = unbiased
    }

    public var visibleCount: Int { rbm.visibleCount }
    public var hiddenCount: Int { rbm.hiddenCount }

    /// The visible means of a state that knows nothing: 0 for spins, ½ for Bernoulli units, the biases of
    /// Gaussian ones.
    public var undecided: [Double] {
        rbm.visibleLaw.undecidedLevels(bias: rbm.parameters.visibleBias.map { $0 })
            .map { rbm.visibleUnits.value(Double($0)) }
    }

    /// Returns the hidden means given visible means.
    public func hiddenMeans(_ visible: [Double]) -> [Double] {
        rbm.hiddenUnits.levels(fields: rbm.hiddenPreactivations(given: visible))
            .map(rbm.hiddenUnits.value)
    }

    /// Returns the visible means given hidden means.
    public func visibleMeans(_ hidden: [Double]) -> [Double] {
        rbm.visibleUnits.levels(fields: rbm.visiblePreactivations(given: hidden))
            .map(rbm.visibleUnits.value)
    }

    /// Returns f(v).
    public func callAsFunction(_ visible: [Double]) -> [Double] {
        visibleMeans(hiddenMeans(visible))
    }

    /// Returns G of visible and hidden means, in nats.
    public func freeEnergy(visible: [Double], hidden: [Double]) -> Double {
        let products = unbiased.hiddenPreactivations(given: visible)
        let biases = rbm.parameters.hiddenBias.map(Double.init)
        let energy = zip(products, hidden).reduce(
            rbm.visibleEnergy(visible) + rbm.hiddenLaw.energy(of: hidden.span, bias: biases.span)
        ) { $0 - $1.0 * $1.1 }
        let logTwoPi = Double.log(2 * .pi)
        let ofVisible =
            deviations.map { $0.reduce(0) { $0 + .log($1) + logTwoPi / 2 } }
            ?? visible.reduce(0) { $0 + rbm.visibleUnits.entropy(mean: $1) }
        let ofHidden =
            rbm.hiddenUnits.isDiscrete
            ? hidden.reduce(0) { $0 + rbm.hiddenUnits.entropy(mean: $1) }
            : Double(hiddenCount) * logTwoPi / 2
        return energy - ofVisible - ofHidden
    }

    /// Returns the spectral radius of the Jacobian of f at a fixed point; the point attracts where it
    /// is below 1.
    ///
    /// The Jacobian is D_v W D_h Wᵀ, where D are the variances of units. Its eigenvalues are those of
    /// AᵀA with A = D_h^½ Wᵀ D_v^½, and none is negative.
    public func spectralRadius(at visible: [Double]) -> Double {
        let hidden = hiddenMeans(visible)
        let rootV =
            deviations ?? visible.map { rbm.visibleUnits.variance(mean: $0).squareRoot() }
        let rootH = hidden.map {
            rbm.hiddenUnits.isDiscrete ? rbm.hiddenUnits.variance(mean: $0).squareRoot() : 1
        }
        // The input of a Gaussian unit to the other side is v/σ².
        var downV = rootV
        var span = downV.mutableSpan
        rbm.visibleLaw.weigh(&span)
        // No symmetry of a lattice makes this start orthogonal to the eigenvector.
        let start = (0..<visibleCount).map { 1 + 0.5 * .sin(Double($0 * $0 + 1)) }
        return largestSquaredSingularValue(from: start) { vector in
            product(unbiased.hiddenPreactivations(given: product(vector, rootV)), rootH)
        } transposed: { vector in
            product(unbiased.visiblePreactivations(given: product(vector, rootH)), downV)
        }
    }
}

/// Returns the products of elements.
private func product(_ a: [Double], _ b: [Double]) -> [Double] { zip(a, b).map { $0 * $1 } }
