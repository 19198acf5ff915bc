import Analysis
import RealModule

/// The fields and pair couplings of a side of an RBM at any size, exact to rounding.
///
/// A coupling is the mean over all states of sₐs_b times −H [Cossu19]. Summed over the states it has
/// 2ⁿ terms, for which [Decelle24] puts a Gaussian variable; but since ln cosh is the integral of
/// waves, over which the mean is a product of cosines, it is an integral over one variable:
///
/// J_ab = Σⱼ ∫₀^∞ cos(kθⱼ) sin(kwⱼₐ) sin(kwⱼ_b) Π_{i≠a,b} cos(kwⱼᵢ) / (k sinh(πk/2)) dk
///
/// and a field has sin(kθⱼ) in the place of a second spin. The midpoint rule on it is wrong by what
/// lies beyond |x| = π/step of a function that falls as e^{−2|x|}: less than rounding.
public struct PairCouplings: Sendable, Equatable {
    /// The most units for which the matrix of pairs is made.
    public static let largest = 4096

    /// How many units there are.
    public let units: Int
    /// The coefficient of each spin, shape [units].
    public let fields: [Double]
    /// J_ab, symmetric, the diagonal 0; shape [units, units].
    public let couplings: [Double]

    /// The coupling of two units.
    public subscript(a: Int, b: Int) -> Double { couplings[a * units + b] }

    /// Integrates.
    ///
    /// The cost is units² · others · nodes, of which there are some hundred.
    ///
    /// - Throws: `RenormalizationError.argument` beyond 4096 units.
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
            let waves = Waves(threshold: hamiltonian.thresholds[j], weights: Array(row))
            waves.addFields(to: &fields)
            waves.addPairs(to: &couplings)
        }
        for a in 0..<units {
            couplings[a, a] = 0
            // Equal but for rounding.
            for b in 0..<a { couplings[a, b] = couplings[b, a] }
        }
        self.fields = fields
        self.couplings = couplings.elements
    }
}

/// The integrand of one unit that is summed over, at the nodes of the midpoint rule.
private struct Waves {
    /// tan(kwᵢ), shape [nodes, units].
    private var tangents: [Double] = []
    /// Π cos(kwᵢ) / (k sinh(πk/2)) times the step and cos(kθ) or sin(kθ), shape [nodes].
    private var even: [Double] = []
    private var odd: [Double] = []
    private let units: Int

    /// Beyond this k the integrand is below rounding: e^{−πk/2} < 10⁻¹⁶.
    private static let end = 24.0
    /// How far beyond the largest argument of ln cosh the aliases of the rule lie.
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

    func addFields(to fields: inout [Double]) {
        for node in odd.indices {
            for unit in 0..<units {
                fields[unit] += odd[node] * tangents[node * units + unit]
            }
        }
    }

    /// Adds Σ over nodes of the product of two tangents, for all pairs at once.
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
