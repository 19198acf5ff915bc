public import RBMCore
import RealModule

/// The deterministic flow of a machine: means upward, means downward, without drawing.
///
/// f(v) = m(b + W m(c + Wᵀv)) with the mean m of a unit in a field. Its fixed points are the
/// stationary points of the mean-field free energy
/// G(v, h) = −b·v − c·h − vᵀWh − S(v) − S(h), and each half-step minimizes G over one side: G never
/// rises. In double precision.
///
/// Source: [Peterson87].
public struct MeanFieldMap: Sendable {
    public let visibleCount: Int
    public let hiddenCount: Int
    private let visibleUnits: any UnitKind
    private let hiddenUnits: any UnitKind
    /// Shape [visible, hidden].
    private let weights: [Double]
    private let visibleBias: [Double]
    private let hiddenBias: [Double]

    public init(_ rbm: RBM) {
        visibleCount = rbm.visibleCount
        hiddenCount = rbm.hiddenCount
        visibleUnits = rbm.visibleUnits
        hiddenUnits = rbm.hiddenUnits
        weights = rbm.parameters.weights.map(Double.init)
        visibleBias = rbm.parameters.visibleBias.map(Double.init)
        hiddenBias = rbm.parameters.hiddenBias.map(Double.init)
    }

    /// The visible means of a state of no knowledge: 0 for spins, ½ for Bernoulli units.
    public var undecided: [Double] {
        Array(repeating: visibleUnits.value(0.5), count: visibleCount)
    }

    /// The hidden means given visible means.
    public func hiddenMeans(_ visible: [Double]) -> [Double] {
        upward(visible, from: hiddenBias).map { hiddenUnits.mean(field: $0) }
    }

    /// The visible means given hidden means.
    public func visibleMeans(_ hidden: [Double]) -> [Double] {
        downward(hidden, from: visibleBias).map { visibleUnits.mean(field: $0) }
    }

    /// f(v).
    public func callAsFunction(_ visible: [Double]) -> [Double] {
        visibleMeans(hiddenMeans(visible))
    }

    /// G of visible and hidden means, in nats.
    public func freeEnergy(visible: [Double], hidden: [Double]) -> Double {
        let field = upward(visible, from: hiddenBias)
        let bias = zip(visibleBias, visible).reduce(0) { $0 + $1.0 * $1.1 }
        let energy = zip(field, hidden).reduce(-bias) { $0 - $1.0 * $1.1 }
        let entropy =
            visible.reduce(0) { $0 + Self.entropy(visibleUnits, mean: $1) }
            + hidden.reduce(0) { $0 + Self.entropy(hiddenUnits, mean: $1) }
        return energy - entropy
    }

    /// Returns the spectral radius of the Jacobian D_v W D_h Wᵀ of f, D being variances of units.
    ///
    /// Below 1 a fixed point attracts. The eigenvalues are those of AᵀA with A = D_h^½ Wᵀ D_v^½, and
    /// none is negative; power iteration finds the largest.
    ///
    /// - Parameter visible: A fixed point.
    public func spectralRadius(at visible: [Double]) -> Double {
        let hidden = hiddenMeans(visible)
        let rootV = visible.map { Self.variance(visibleUnits, mean: $0).squareRoot() }
        let rootH = hidden.map { Self.variance(hiddenUnits, mean: $0).squareRoot() }
        let zeroV = [Double](repeating: 0, count: visibleCount)
        let zeroH = [Double](repeating: 0, count: hiddenCount)
        // No symmetry of a lattice that could make it orthogonal to the eigenvector.
        var vector = (0..<visibleCount).map { 1 + 0.5 * .sin(Double($0 * $0 + 1)) }
        var before = Double.nan
        for _ in 0..<10_000 {
            let norm = vector.reduce(0) { $0 + $1 * $1 }.squareRoot()
            guard norm > 0 else { return 0 }
            let unit = vector.map { $0 / norm }
            let up = zip(upward(zip(unit, rootV).map { $0 * $1 }, from: zeroH), rootH)
                .map { $0 * $1 }
            // Rayleigh's quotient: the square of the length of A times a unit vector.
            let value = up.reduce(0) { $0 + $1 * $1 }
            if abs(value - before) <= 1e-14 * value { return value }
            before = value
            vector = zip(downward(zip(up, rootH).map { $0 * $1 }, from: zeroV), rootV)
                .map { $0 * $1 }
        }
        return before
    }

    /// The variance of a unit of two values, (upper − mean)(mean − lower).
    private static func variance(_ kind: any UnitKind, mean: Double) -> Double {
        (kind.value(1) - mean) * (mean - kind.value(0))
    }

    /// −Σ p ln p over the two values of a unit.
    private static func entropy(_ kind: any UnitKind, mean: Double) -> Double {
        let up = (mean - kind.offset) / kind.scale
        func term(_ p: Double) -> Double { p > 0 ? -p * .log(p) : 0 }
        return term(up) + term(1 - up)
    }

    private func upward(_ visible: [Double], from bias: [Double]) -> [Double] {
        precondition(
            visible.count == visibleCount, "\(visible.count) values, \(visibleCount) units")
        var field = bias
        var span = field.mutableSpan
        let weights = weights.span
        for i in 0..<visibleCount {
            let row = weights.extracting(i * hiddenCount..<(i + 1) * hiddenCount)
            let value = visible[i]
            for j in row.indices { span[j] += value * row[j] }
        }
        return field
    }

    private func downward(_ hidden: [Double], from bias: [Double]) -> [Double] {
        precondition(hidden.count == hiddenCount, "\(hidden.count) values, \(hiddenCount) units")
        let (weights, hidden) = (weights.span, hidden.span)
        return (0..<visibleCount).map { i in
            let row = weights.extracting(i * hiddenCount..<(i + 1) * hiddenCount)
            var sum = bias[i]
            for j in row.indices { sum += row[j] * hidden[j] }
            return sum
        }
    }
}
