public import RBMCore
import RealModule

/// The Hamiltonian of one side of an RBM, the other side summed over, in spins of −1 and +1.
///
/// −H(s) = constant + Σ ηᵢsᵢ + Σⱼ ln 2cosh(θⱼ + Σᵢ wⱼᵢsᵢ)
///
/// Bernoulli units enter as (1 + s)/2, so that machines of either kind can be set beside a lattice of
/// spins. In the words of [MehtaSchwab14] that of the hidden side is the renormalized Hamiltonian.
public struct MarginalHamiltonian: Sendable, Equatable {
    /// A side of an RBM.
    public enum Side: String, Sendable, CaseIterable {
        case visible
        case hidden
    }

    /// How many spins it is a function of.
    public let units: Int
    /// η, shape [units].
    let fields: [Double]
    /// θ of the units summed over, shape [others].
    let thresholds: [Double]
    /// w, shape [others, units].
    let weights: [Double]
    let constant: Double

    var others: Int { thresholds.count }

    /// Takes a side of a machine.
    public init(_ rbm: RBM, side: Side) {
        let parameters = rbm.parameters
        let (own, other) =
            side == .visible
            ? (rbm.visibleUnits, rbm.hiddenUnits) : (rbm.hiddenUnits, rbm.visibleUnits)
        let (ownBias, otherBias) =
            side == .visible
            ? (parameters.visibleBias, parameters.hiddenBias)
            : (parameters.hiddenBias, parameters.visibleBias)
        // A unit's value is its middle plus half the step times a spin.
        let (middle, half) = (own.value(0.5), own.scale / 2)
        // So does one that is summed over: ln Σ_u e^{ux} = middle·x + ln 2cosh(half·x).
        let (otherMiddle, otherHalf) = (other.value(0.5), other.scale / 2)
        let count = ownBias.count
        var fields = ownBias.map { half * Double($0) }
        var constant = ownBias.reduce(0) { $0 + middle * Double($1) }
        var thresholds: [Double] = []
        var weights: [Double] = []
        for j in otherBias.indices {
            let row = (0..<count).map {
                Double(side == .visible ? parameters[$0, j] : parameters[j, $0])
            }
            let threshold = Double(otherBias[j]) + middle * row.reduce(0, +)
            thresholds.append(otherHalf * threshold)
            weights += row.map { half * (otherHalf * $0) }
            constant += otherMiddle * threshold
            for i in row.indices { fields[i] += half * (otherMiddle * row[i]) }
        }
        units = count
        self.fields = fields
        self.constant = constant
        self.thresholds = thresholds
        self.weights = weights
    }

    /// Sizes whose states are walked through.
    public static let enumerated = 1...20

    /// −H of every state, bit i of its index set where spin i is +1; shape [2^units].
    ///
    /// - Throws: `RenormalizationError.argument` beyond 20 units.
    public func values() throws(RenormalizationError) -> [Double] {
        guard Self.enumerated.contains(units) else {
            throw .argument(
                """
                \(units) units have 2^\(units) states; up to \(Self.enumerated.upperBound) units are \
                walked through
                """)
        }
        // A state is a block and a place in it; the sums over the units of either are added.
        let low = min(units, 10)
        let size = 1 << low
        let places = (0..<others).map { j in partialSums(j, from: 0, count: low) }
        let blocks = (0..<others).map { j in partialSums(j, from: low, count: units - low) }
        let fieldPlaces = sums(fields[..<low])
        let fieldBlocks = sums(fields[low...])
        var values: [Double] = []
        values.reserveCapacity(1 << units)
        for block in fieldBlocks.indices {
            var linear = fieldPlaces.map { $0 + fieldBlocks[block] + constant }
            // ln 2cosh x = |x| + ln(1 + e^{−2|x|}), of which 512 factors are at most 2⁵¹².
            var product = [Double](repeating: 1, count: size)
            for j in 0..<others {
                addUnit(places[j], blocks[j][block] + thresholds[j], &linear, &product)
                guard j % 512 == 511 || j == others - 1 else { continue }
                for place in 0..<size {
                    linear[place] += .log(product[place])
                    product[place] = 1
                }
            }
            values += linear
        }
        return values
    }

    private func addUnit(
        _ places: [Double], _ offset: Double, _ linear: inout [Double], _ product: inout [Double]
    ) {
        let places = places.span
        var linear = linear.mutableSpan
        var product = product.mutableSpan
        for place in places.indices {
            let x = (places[place] + offset).magnitude
            linear[place] += x
            product[place] *= 1 + .exp(-2 * x)
        }
    }

    /// Σ ±w of the unit j over all signs of some of its weights.
    private func partialSums(_ j: Int, from first: Int, count: Int) -> [Double] {
        let start = j * units + first
        return sums(weights[start..<start + count])
    }

    /// Σ ±x over all signs, bit i of the index set for +.
    private func sums(_ terms: ArraySlice<Double>) -> [Double] {
        var sums = [0.0]
        for term in terms { sums = sums.map { $0 - term } + sums.map { $0 + term } }
        return sums
    }
}
