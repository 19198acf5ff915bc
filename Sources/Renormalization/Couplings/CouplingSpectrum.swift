/// All couplings of a function of spins, −H(s) = Σ_A J_A Π_{i ∈ A} sᵢ over all sets A of units.
///
/// The couplings are the Walsh–Hadamard transform of −H, and determine it completely.
public struct CouplingSpectrum: Sendable, Equatable {
    /// The number of units.
    public let units: Int
    /// J_A, shape [2^units]: bit i of the index is set for every unit i in A.
    ///
    /// The first coupling is the constant.
    public let couplings: [Double]

    /// Transforms the Hamiltonian of one side of a machine.
    ///
    /// - Throws: `RenormalizationError.argument` for more than 20 units.
    public init(_ hamiltonian: MarginalHamiltonian) throws(RenormalizationError) {
        self.init(values: try hamiltonian.values())
    }

    /// Transforms −H, given for every state; bit i of the index is set where spin i is +1.
    ///
    /// - Precondition: The number of values is a power of two.
    public init(values: [Double]) {
        precondition(
            values.count.nonzeroBitCount == 1, "\(values.count) values are not one for each state")
        units = values.count.trailingZeroBitCount
        var transform = values
        Self.transform(&transform)
        let scale = 1 / Double(values.count)
        couplings = transform.map { $0 * scale }
    }

    /// Replaces values by their sums with the signs of each set of spins, the Walsh–Hadamard transform.
    private static func transform(_ values: inout [Double]) {
        var values = values.mutableSpan
        var stride = 1
        while stride < values.count {
            var start = 0
            while start < values.count {
                for k in start..<start + stride {
                    let (down, up) = (values[k], values[k &+ stride])
                    values[k] = down + up
                    values[k &+ stride] = up - down
                }
                start += 2 * stride
            }
            stride *= 2
        }
    }

    /// Returns the coupling of a set of units.
    public func coupling(_ set: [Int]) -> Double {
        couplings[set.reduce(0) { $0 ^ 1 << $1 }]
    }

    /// The couplings among one number of units.
    public struct Order: Sendable, Equatable {
        /// How many units interact.
        public let order: Int
        /// The number of couplings.
        public let count: Int
        /// The sum of their squares, divided by that of all couplings but the constant.
        ///
        /// By Parseval this is their share in the variance of H over all states. It is 0 if all
        /// couplings are 0.
        public let share: Double
        /// The root of the mean of their squares.
        public let rootMeanSquare: Double
        /// Their largest magnitude.
        public let largest: Double
    }

    /// The orders from 1 to the number of units.
    public var orders: [Order] {
        var squares = [Double](repeating: 0, count: units + 1)
        var counts = [Int](repeating: 0, count: units + 1)
        var largest = [Double](repeating: 0, count: units + 1)
        for set in couplings.indices {
            let order = set.nonzeroBitCount
            squares[order] += couplings[set] * couplings[set]
            counts[order] += 1
            largest[order] = max(largest[order], couplings[set].magnitude)
        }
        let total = squares.dropFirst().reduce(0, +)
        return (0..<units).map { index in
            let order = index + 1
            return Order(
                order: order, count: counts[order], share: total > 0 ? squares[order] / total : 0,
                rootMeanSquare: (squares[order] / Double(counts[order])).squareRoot(),
                largest: largest[order])
        }
    }
}
