import RealModule

/// Turns the partition function of the Ising model into one tensor, which stands for twice as many sites
/// after each step.
///
/// After n steps the tensor stands for 2ⁿ sites, and its trace is the partition function of their torus,
/// which is L×L with L = 2^{n/2} if n is even. This is exact as long as the bond dimension χ holds all
/// states, up to L = 4 for χ = 16. Beyond, each step leaves out the states of least weight.
public struct TensorRenormalization: Sendable {
    public let method: TensorMethod
    /// χ, the largest number of states of a bond.
    public let bondDimension: Int
    /// n, the number of steps so far.
    public private(set) var steps = 0

    private var site: CoarseTensor
    /// The logarithm of the factors that were taken out of the tensor, per site.
    private var logScalePerSite: Double

    /// The largest number of steps; the 2ⁿ sites are counted in floating point.
    public static let mostSteps = 200

    /// Begins with single sites.
    ///
    /// - Parameters:
    ///   - bondDimension: χ, in `TensorMethod.bondDimensions`.
    ///   - coupling: K > 0.
    /// - Throws: `RenormalizationError.argument` for any other bond dimension or coupling.
    public init(method: TensorMethod, bondDimension: Int, coupling: Double)
        throws(RenormalizationError)
    {
        let allowed = TensorMethod.bondDimensions
        guard allowed.contains(bondDimension) else {
            throw .argument(
                "bond dimension \(bondDimension): expected \(allowed.lowerBound) to "
                    + "\(allowed.upperBound)")
        }
        guard coupling.isFinite, coupling > 0 else {
            let advice =
                coupling == 0
                ? "; without a coupling Z is 2 to the number of sites, and nothing flows"
                : coupling.isFinite
                    ? "; an antiferromagnet on the square lattice has the free energy of K = "
                        + "\(-coupling)" : ""
            throw .argument("coupling \(coupling): expected a positive number\(advice)")
        }
        self.method = method
        self.bondDimension = bondDimension
        let (tensor, logScale) = isingTensor(coupling: coupling)
        site = CoarseTensor(unweighted: tensor)
        logScalePerSite = logScale
    }

    /// Makes one site of two.
    ///
    /// - Throws: `RenormalizationError.argument` after `mostSteps`, or `.numerical` if LAPACK fails.
    public mutating func step() throws(RenormalizationError) {
        guard steps < Self.mostSteps else {
            throw .argument("step \(steps + 1): expected at most \(Self.mostSteps)")
        }
        site =
            switch method {
            case .trg:
                try site.levinNaveStep(bondDimension: bondDimension, bondExponent: 0)
            case .btrg:
                try site.levinNaveStep(bondDimension: bondDimension, bondExponent: -0.5)
            case .hotrg where steps.isMultiple(of: 2):
                try site.verticalHOTRGStep(bondDimension: bondDimension)
            case .hotrg:
                try site.horizontalHOTRGStep(bondDimension: bondDimension)
            }
        steps += 1
        logScalePerSite += .log(site.normalize()) / sites
    }

    private var sites: Double { .exp2(Double(steps)) }

    /// The share of the squared singular values that the last step left out.
    public var lostWeight: Double { site.lostWeight }

    /// −ln Z/N of the torus of N = 2ⁿ sites.
    public var freeEnergyPerSite: Double {
        -(logScalePerSite + .log(site.transferMatrix.trace) / sites)
    }

    /// X = (Z of the torus)² / Z of the torus twice as long [GuWen09].
    ///
    /// On a large lattice X is 1 above the critical temperature, where one state has the lowest free
    /// energy, and 2 below it, where two have. At the critical temperature it is `criticalPhaseNumber`.
    /// X does not depend on the basis of the bonds.
    public var phaseNumber: Double {
        let matrix = site.transferMatrix
        let trace = matrix.trace
        return trace * trace / (matrix * matrix).trace
    }

    /// Returns the spectrum of the transfer matrix; nil if the torus is not a square of whole sites.
    ///
    /// - Throws: `RenormalizationError.numerical` if LAPACK fails.
    public func spectrum() throws(RenormalizationError) -> TransferSpectrum? {
        guard steps.isMultiple(of: 2), steps <= 60 else { return nil }
        return try TransferSpectrum(
            site.transferMatrix, logScale: logScalePerSite * sites, size: 1 << (steps / 2))
    }
}
