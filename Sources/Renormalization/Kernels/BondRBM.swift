import Analysis
public import Ising
public import RBMCore
import RealModule

/// The exact RBM of the Ising model on the L×L torus: one hidden spin for each bond.
///
/// The hidden spin of a bond has the weight w = ½ arccosh(e^{2K}) to both ends, and all biases are 0.
/// Summing over the hidden spin leaves ln 2 + K + K s s′. ln Z is therefore that of the torus plus
/// 2L²(ln 2 + K): this is an RBM of any size whose partition function is known.
public struct BondRBM: Sendable {
    public let size: Int
    /// K as it was given.
    public let coupling: Double
    public let rbm: RBM

    /// The sizes that can be built; at the largest the dense weights take 134 MB.
    public static let sizes = 2...64

    /// The strongest coupling, at which the lattice is long frozen.
    public static let largestCoupling = 50.0

    /// Builds the machine.
    ///
    /// - Throws: `RenormalizationError.argument` for any other size, or a coupling outside [0, 50].
    public init(size: Int, coupling: Double) throws(RenormalizationError) {
        guard Self.sizes.contains(size) else {
            throw .argument(
                """
                size \(size): a machine of bonds has 2L⁴ weights; expected a size of \
                \(Self.sizes.lowerBound) to \(Self.sizes.upperBound)
                """)
        }
        guard coupling >= 0, coupling <= Self.largestCoupling else {
            throw .argument(
                """
                coupling \(coupling): two equal weights make a ferromagnetic bond, K ≥ 0; expected a \
                number from 0 to \(Self.largestCoupling)
                """)
        }
        self.size = size
        self.coupling = coupling
        let sites = size * size
        var parameters = Parameters(visible: sites, hidden: 2 * sites)
        let weight = Float(Double.acosh(.exp(2 * coupling)) / 2)
        for row in 0..<size {
            for column in 0..<size {
                let site = row * size + column
                let right = row * size + (column + 1) % size
                let below = (row + 1) % size * size + column
                for (bond, neighbour) in [(2 * site, right), (2 * site + 1, below)] {
                    parameters[site, bond] = weight
                    parameters[neighbour, bond] = weight
                }
            }
        }
        rbm = RBM(visibleUnits: .spin, hiddenUnits: .spin, parameters: parameters)
    }

    /// The weight of a bond, rounded to float32.
    public var weight: Float { rbm.parameters[0, 0] }

    /// The coupling of the machine as it is stored: ½ ln cosh 2w of the rounded weight.
    public var storedCoupling: Double { logCosh(2 * Double(weight)) / 2 }

    /// Returns ln Z of the machine as it is stored, exact to the rounding of double precision.
    ///
    /// - Throws: `IsingError`, but never for a machine that could be built.
    public func logPartition() throws(IsingError) -> Double {
        let coupling = storedCoupling
        let bonds = Double(2 * size * size)
        return try Kaufman.torus(size: size, coupling: coupling).logZ + bonds * (.log(2) + coupling)
    }
}
