import Analysis
import RealModule

/// A kernel with one hidden spin for each block of a lattice, and without an offset.
public protocol BlockKernel: RGKernel {
    var lattice: BlockLattice { get }
}

extension BlockKernel {
    public var visibleCount: Int { lattice.size * lattice.size }
    public var hiddenCount: Int { lattice.blocks }

    public func offset(of visible: [UInt8]) -> Double { 0 }
}

/// The majority rule: the spin of a block has the sign of the majority, and at a tie either sign with
/// probability ½.
public struct MajorityKernel: BlockKernel {
    public let lattice: BlockLattice

    public init(_ lattice: BlockLattice) { self.lattice = lattice }

    public func terms(of visible: [UInt8]) -> KernelTerms {
        let sums = lattice.magnetizations(of: visible)
        func term(_ sum: Int) -> Double { sum == 0 ? -.log(2) : (sum > 0 ? 0 : -.infinity) }
        return KernelTerms(lower: sums.map { term(-$0) }, upper: sums.map { term($0) })
    }
}

/// Decimation: the spin of a block is that of its first site, and the other sites are summed over.
public struct DecimationKernel: BlockKernel {
    public let lattice: BlockLattice

    public init(_ lattice: BlockLattice) { self.lattice = lattice }

    public func terms(of visible: [UInt8]) -> KernelTerms {
        let kept = (0..<lattice.blocks).map { visible[lattice.sites(of: $0)[0]] }
        return KernelTerms(
            lower: kept.map { $0 == 0 ? 0 : -.infinity },
            upper: kept.map { $0 == 0 ? -.infinity : 0 })
    }
}

/// Kadanoff's kernel: the spin of a block follows the sum of its sites with the strength p.
///
/// T(v, h) = Σⱼ [p hⱼ Σ_{i∈j} sᵢ − ln 2cosh(p Σ_{i∈j} sᵢ)]. The trace condition holds for every p. No
/// RBM has this kernel, because the last term is not the energy of an RBM. Source: [Kadanoff75].
public struct KadanoffKernel: BlockKernel {
    public let lattice: BlockLattice
    /// p.
    public let strength: Double

    /// Takes blocks and a finite strength.
    public init(_ lattice: BlockLattice, strength: Double) {
        precondition(strength.isFinite, "p = \(strength)")
        self.lattice = lattice
        self.strength = strength
    }

    public func terms(of visible: [UInt8]) -> KernelTerms {
        let fields = lattice.magnetizations(of: visible).map { strength * Double($0) }
        return KernelTerms(
            lower: fields.map { -$0 - logTwoCosh($0) }, upper: fields.map { $0 - logTwoCosh($0) })
    }
}

/// The null kernel: hidden spins are drawn without regard to the visible ones.
///
/// It meets the trace condition and tells nothing. It is the control of every other kernel, and shows
/// that the trace condition alone does not select a coarse graining.
public struct NullKernel: RGKernel {
    public let visibleCount: Int
    public let hiddenCount: Int

    public init(visible: Int, hidden: Int) {
        precondition(visible > 0 && hidden > 0, "\(visible) visible and \(hidden) hidden units")
        visibleCount = visible
        hiddenCount = hidden
    }

    public func offset(of visible: [UInt8]) -> Double { 0 }

    public func terms(of visible: [UInt8]) -> KernelTerms {
        let half = [Double](repeating: -.log(2), count: hiddenCount)
        return KernelTerms(lower: half, upper: half)
    }
}
