import Analysis
public import RBMCore
import RealModule

/// The deterministic flow of a machine: means upward, means downward, and nothing is drawn.
///
/// f(v) = m(b + W m(c + Wᵀv)), where m is the mean of a unit in a field. The fixed points of f are the
/// stationary points of the mean-field free energy G(v, h) = −b·v − c·h − vᵀWh − S(v) − S(h). Each half
/// of a step minimizes G over one side, so G never rises. In double precision, for units of two
/// states.
///
/// Source: [Peterson87].
public struct MeanFieldMap: Sendable {
    private let rbm: RBM
    /// The same machine without biases, whose pre-activations are the products of its weights alone.
    private let unbiased: RBM

    public init(_ rbm: RBM) {
        self.rbm = rbm
        var unbiased = rbm
        for place in rbm.parameters.visibleBiasRange { unbiased.parameters.values[place] = 0 }
        for place in rbm.parameters.hiddenBiasRange { unbiased.parameters.values[place] = 0 }
        self.unbiased = unbiased
    }

    public var visibleCount: Int { rbm.visibleCount }
    public var hiddenCount: Int { rbm.hiddenCount }

    /// The visible means of a state that knows nothing: 0 for spins, ½ for Bernoulli units.
    public var undecided: [Double] {
        Array(repeating: rbm.visibleUnits.value(0.5), count: visibleCount)
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
        let energy = zip(rbm.hiddenPreactivations(given: visible), hidden)
            .reduce(rbm.visibleEnergy(visible)) { $0 - $1.0 * $1.1 }
        let entropy =
            visible.reduce(0) { $0 + rbm.visibleUnits.entropy(mean: $1) }
            + hidden.reduce(0) { $0 + rbm.hiddenUnits.entropy(mean: $1) }
        return energy - entropy
    }

    /// Returns the spectral radius of the Jacobian of f at a fixed point; the point attracts where it
    /// is below 1.
    ///
    /// The Jacobian is D_v W D_h Wᵀ, where D are the variances of units. Its eigenvalues are those of
    /// AᵀA with A = D_h^½ Wᵀ D_v^½, and none is negative.
    public func spectralRadius(at visible: [Double]) -> Double {
        let hidden = hiddenMeans(visible)
        let rootV = visible.map { rbm.visibleUnits.variance(mean: $0).squareRoot() }
        let rootH = hidden.map { rbm.hiddenUnits.variance(mean: $0).squareRoot() }
        // No symmetry of a lattice makes this start orthogonal to the eigenvector.
        let start = (0..<visibleCount).map { 1 + 0.5 * .sin(Double($0 * $0 + 1)) }
        return largestSquaredSingularValue(from: start) { vector in
            product(unbiased.hiddenPreactivations(given: product(vector, rootV)), rootH)
        } transposed: { vector in
            product(unbiased.visiblePreactivations(given: product(vector, rootH)), rootV)
        }
    }
}

/// Returns the products of elements.
private func product(_ a: [Double], _ b: [Double]) -> [Double] { zip(a, b).map { $0 * $1 } }
