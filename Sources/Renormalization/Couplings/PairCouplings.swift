import Analysis
import RealModule

/// The fields and pair couplings of one side of an RBM, exact to rounding at any size.
///
/// A coupling is the mean over all states of sₐs_b times −H [Cossu19]. This mean has 2ⁿ terms, which
/// [Decelle24] replaces by a Gaussian variable. But ln cosh is an integral over waves, and the mean of a
/// wave over all states is a product of cosines. A coupling is therefore an integral over one variable:
///
/// J_ab = Σⱼ ∫₀^∞ cos(kθⱼ) sin(kwⱼₐ) sin(kwⱼ_b) Π_{i≠a,b} cos(kwⱼᵢ) / (k sinh(πk/2)) dk
///
/// A field has sin(kθⱼ) in the place of a second spin. The error of the midpoint rule is what a function
/// that falls as e^{−2|x|} has beyond |x| = π/step, which is less than rounding.
public struct PairCouplings: Sendable, Equatable {
    /// The largest number of units.
    public static let largest = 4096

    /// The largest sum of the magnitudes of what one unit of the other side feels; the nodes of the
    /// integral grow with it.
    public static let largestReach = 1e4

    /// The number of units.
    public let units: Int
    /// The coefficient of each spin, shape [units].
    public let fields: [Double]
    /// J_ab, shape [units, units]: symmetric, with a diagonal of 0.
    public let couplings: [Double]

    /// The coupling of two units.
    public subscript(a: Int, b: Int) -> Double { couplings[a * units + b] }

    /// Calculates all couplings.
    ///
    /// The cost is units² · others · nodes, with about a hundred nodes.
    ///
    /// - Throws: `RenormalizationError.argument` for more than 4096 units, and `model` for weights beyond
    ///   `largestReach`.
    public init(_ hamiltonian: MarginalHamiltonian) throws(RenormalizationError) {
        units = hamiltonian.units
        guard units <= Self.largest else {
            throw .argument(
                "\(units) units have \(units * (units - 1) / 2) pairs; expected up to "
                    + "\(Self.largest) units")
        }
        var fields = hamiltonian.fields
        var couplings = Matrix(
            rows: units, columns: units, elements: Array(repeating: 0, count: units * units))
        for j in 0..<hamiltonian.others {
            let row = hamiltonian.weights[j * units..<(j + 1) * units]
            let reach = row.reduce(hamiltonian.thresholds[j].magnitude) { $0 + $1.magnitude }
            guard reach <= Self.largestReach else {
                throw .model(
                    "the magnitudes of the bias and the weights of a unit add up to \(reach) kT; "
                        + "expected weights whose magnitudes add up to at most \(Self.largestReach)"
                )
            }
            let waves = Waves(threshold: hamiltonian.thresholds[j], weights: Array(row))
            waves.addFields(to: &fields)
            waves.addPairs(to: &couplings)
        }
        for a in 0..<units {
            couplings[a, a] = 0
            // The two halves are equal but for rounding.
            for b in 0..<a { couplings[a, b] = couplings[b, a] }
        }
        self.fields = fields
        self.couplings = couplings.elements
    }
}

/// The integrand that belongs to one unit of the other side, at the nodes of the midpoint rule.
private struct Waves {
    /// tan(kwᵢ), shape [nodes, units].
    private var tangents: [Double] = []
    /// Π cos(kwᵢ) / (k sinh(πk/2)) times the step and cos(kθ) or sin(kθ), shape [nodes].
    private var even: [Double] = []
    private var odd: [Double] = []
    private let units: Int

    /// The k beyond which the integrand is less than rounding: e^{−πk/2} < 10⁻¹⁶.
    private static let end = 24.0
    /// The distance from the largest argument of ln cosh to the aliases of the rule.
    private static let margin = 20.0

    init(threshold: Double, weights: [Double]) {
        units = weights.count
        let reach = weights.reduce(threshold.magnitude) { $0 + $1.magnitude }
        let step = 2 * Double.pi / (reach + Self.margin)
        let nodes = Int((Self.end / step).rounded(.up))
        tangents.reserveCapacity(nodes * units)
        for node in 0..<nodes {
            let k = (Double(node) + 0.5) * step
            var product = step / (k * .sinh(.pi / 2 * k))
            for weight in weights {
                let angle = k * weight
                product *= .cos(angle)
                tangents.append(.tan(angle))
            }
            even.append(product * .cos(k * threshold))
            odd.append(product * .sin(k * threshold))
        }
    }

    /// Adds what this unit contributes to the fields.
    func addFields(to fields: inout [Double]) {
        for node in odd.indices {
            for unit in 0..<units {
                fields[unit] += odd[node] * tangents[node * units + unit]
            }
        }
    }

    /// Adds what this unit contributes to the couplings of all pairs, the products of their tangents.
    func addPairs(to couplings: inout Matrix) {
        var scaled = tangents
        for node in even.indices {
            for unit in 0..<units { scaled[node * units + unit] *= even[node] }
        }
        couplings.addTransposed(
            Matrix(rows: even.count, columns: units, elements: tangents),
            times: Matrix(rows: even.count, columns: units, elements: scaled))
    }
}
