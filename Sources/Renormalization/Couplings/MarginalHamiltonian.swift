public import RBMCore
import RealModule

/// The Hamiltonian of one side of an RBM, with the other side summed over, in spins of −1 and +1.
///
/// −H(s) = constant + Σ ηᵢsᵢ + Σⱼ ln 2cosh(θⱼ + Σᵢ wⱼᵢsᵢ)
///
/// Bernoulli units enter as (1 + s)/2, so that machines of either kind can be compared with a lattice of
/// spins. The Hamiltonian of the hidden side is the renormalized one in the words of [MehtaSchwab14].
public struct MarginalHamiltonian: Sendable, Equatable {
    /// A side of an RBM.
    public enum Side: String, Sendable, CaseIterable {
        case visible
        case hidden
    }

    /// The number of spins.
    public let units: Int
    /// η, shape [units].
    let fields: [Double]
    /// θ of the units that are summed over, shape [others].
    let thresholds: [Double]
    /// w, shape [others, units].
    let weights: [Double]
    let constant: Double

    /// The number of units that are summed over.
    var others: Int { thresholds.count }

    /// Sums over the other side of a machine of units with two states.
    public init(_ rbm: RBM, side: Side) {
        let parameters = rbm.parameters
        let (own, other) =
            side == .visible
            ? (rbm.visibleUnits, rbm.hiddenUnits) : (rbm.hiddenUnits, rbm.visibleUnits)
        let (ownBias, otherBias) =
            side == .visible
            ? (parameters.visibleBias, parameters.hiddenBias)
            : (parameters.hiddenBias, parameters.visibleBias)
        // The value of a unit is its middle plus half its step times a spin.
        let (middle, half) = (own.value(0.5), own.scale / 2)
        // A unit that is summed over likewise leaves ln Σ_u e^{ux} = middle·x + ln 2cosh(half·x).
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

    /// The numbers of units whose states can be enumerated.
    public static let enumerated = 1...20

    /// Returns −H of every state, shape [2^units]; bit i of the index is set where spin i is +1.
    ///
    /// - Throws: `RenormalizationError.argument` for more than 20 units.
    public func values() throws(RenormalizationError) -> [Double] {
        guard Self.enumerated.contains(units) else {
            throw .argument(
                """
                \(units) units have 2^\(units) states; expected up to \
                \(Self.enumerated.upperBound) units
                """)
        }
        // The high bits of a state are its block, the low bits its place in the block; the sums over
        // the units of either are added.
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
            // ln 2cosh x = |x| + ln(1 + e^{−2|x|}); the product of 512 factors is at most 2⁵¹².
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

    /// Adds |x| of one unit to `linear` and multiplies `product` by 1 + e^{−2|x|}, at each place.
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

    /// Returns Σ ±w of the unit j over all signs of some of its weights.
    private func partialSums(_ j: Int, from first: Int, count: Int) -> [Double] {
        let start = j * units + first
        return sums(weights[start..<start + count])
    }

    /// Returns Σ ±x for all signs; bit i of the index is set for +.
    private func sums(_ terms: ArraySlice<Double>) -> [Double] {
        var sums = [0.0]
        for term in terms { sums = sums.map { $0 - term } + sums.map { $0 + term } }
        return sums
    }
}
