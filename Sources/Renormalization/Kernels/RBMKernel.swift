public import RBMCore

/// The kernel of an RBM on a target: T(v, h) = −E(v, h) + H(v).
///
/// For all parameters its renormalized Hamiltonian is that of the RBM's hidden units. This is an identity
/// and not evidence of anything. Its trace Tr_h e^T = e^{H(v) − F(v)} is 1 only at a perfect fit.
///
/// Source: [MehtaSchwab14, eq. 18].
public struct RBMKernel: RGKernel {
    public let rbm: RBM
    public let target: any TargetDistribution

    /// Takes an RBM as a kernel.
    ///
    /// - Throws: `RenormalizationError.model` if the target has another number of units.
    public init(_ rbm: RBM, on target: any TargetDistribution) throws(RenormalizationError) {
        guard rbm.visibleCount == target.units else {
            throw .model(
                "the model has \(rbm.visibleCount) visible units, but the target has \(target.units)"
            )
        }
        self.rbm = rbm
        self.target = target
    }

    public var visibleCount: Int { rbm.visibleCount }
    public var hiddenCount: Int { rbm.hiddenCount }

    public func offset(of visible: [UInt8]) -> Double {
        var sum = target.energy(of: visible)
        for (bias, value) in zip(rbm.parameters.visibleBias, values(visible)) {
            sum += Double(bias) * value
        }
        return sum
    }

    public func terms(of visible: [UInt8]) -> KernelTerms {
        let fields = rbm.hiddenPreactivations(given: values(visible))
        return KernelTerms(
            lower: fields.map { $0 * rbm.hiddenUnits.value(0) },
            upper: fields.map { $0 * rbm.hiddenUnits.value(1) })
    }

    private func values(_ visible: [UInt8]) -> [Double] {
        visible.map { rbm.visibleUnits.value(Double($0)) }
    }
}
