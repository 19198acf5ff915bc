import Analysis
import Foundation
import Ising
import RBMCore
import TestSupport
import Testing

@testable import Renormalization

@Suite struct ExactTraceTests {
    private func bytes(_ number: Int, _ units: Int) -> [UInt8] {
        (0..<units).map { UInt8(number >> $0 & 1) }
    }

    /// The identities of [MehtaSchwab14] for random parameters: renormalized Hamiltonian, trace and
    /// free energies.
    @Test(arguments: [
        (Spin() as any UnitKind, Spin() as any UnitKind), (.spin, .bernoulli),
        (.bernoulli, .bernoulli),
    ])
    func theMappingIsAnIdentityForAllParameters(visible: any UnitKind, hidden: any UnitKind) throws
    {
        let target = try IsingTarget(size: 3, coupling: 0.408)
        for seed: UInt64 in 1...4 {
            let rbm = randomMachine(
                visible: 9, hidden: 4, visibleUnits: visible, hiddenUnits: hidden, seed: seed)
            let kernel = try RBMKernel(rbm, on: target)
            for number in 0..<16 {
                let h = bytes(number, 4)
                let own = rbm.freeEnergy(ofHidden: h.map { hidden.value(Double($0)) })
                let renormalized = try kernel.renormalizedHamiltonian(of: h, on: target)
                #expect(abs(renormalized - own) < 1e-13 * max(1, abs(own)))
            }
            let logZ = try #require(Enumeration(rbm)).logPartition
            let exact = try ExactTrace(kernel, on: target)
            #expect(abs(exact.freeEnergyDifference - (target.logPartition - logZ)) < 1e-12)
            // ln Tr_h e^T = ln p/P + ln Z_λ − ln Z, and KL from its definition.
            var divergence = 0.0
            for number in 0..<512 {
                let v = bytes(number, 9)
                let free = rbm.freeEnergy(ofVisible: v.map { visible.value(Double($0)) })
                let logModel = -free - logZ
                let logTarget = -target.energy(of: v) - target.logPartition
                let expected = logModel - logTarget + logZ - target.logPartition
                #expect(abs(kernel.logTrace(of: v) - expected) < 1e-12)
                divergence += exp(logTarget) * (logTarget - logModel)
            }
            #expect(abs(exact.divergence - divergence) < 1e-12)
            #expect(exact.divergence > 0.01 && exact.residual.variance > 0.01)
        }
    }

    /// A constant shift of the energy takes ΔF to zero and leaves the residual where it was.
    @Test func aVanishingFreeEnergyDifferenceIsNoEvidence() throws {
        let target = try IsingTarget(size: 3, coupling: 0.408)
        let kernel = try RBMKernel(randomMachine(visible: 9, hidden: 4, seed: 2), on: target)
        let before = try ExactTrace(kernel, on: target)
        let shifted = ShiftedKernel(kernel: kernel, shift: before.freeEnergyDifference)
        let after = try ExactTrace(shifted, on: target)
        #expect(abs(before.freeEnergyDifference) > 0.1)
        #expect(abs(after.freeEnergyDifference) < 1e-13)
        #expect(abs(after.residual.variance / before.residual.variance - 1) < 1e-12)
        #expect(abs(after.divergence - before.divergence) < 1e-12)
        #expect(after.residual.largest > 0.5)
    }

    /// At a perfect fit the residual is one number: |B|(ln 2 + K).
    @Test func theBondMachineMeetsTheTraceConditionUpToAConstant() throws {
        let bonds = try BondRBM(size: 3, coupling: 0.408)
        let target = try IsingTarget(size: 3, coupling: bonds.storedCoupling)
        let exact = try ExactTrace(try RBMKernel(bonds.rbm, on: target), on: target)
        let constant = 18 * (log(2) + bonds.storedCoupling)
        #expect(abs(exact.residual.mean.value - constant) < 1e-12)
        // The weight is rounded to float32.
        #expect(abs(constant - 19.82064925) < 1e-5)
        #expect(exact.residual.variance < 1e-24)
        #expect(abs(exact.residual.largest - constant) < 1e-12)
        #expect(abs(exact.freeEnergyDifference + constant) < 1e-12)
        #expect(abs(exact.divergence) < 1e-12)
    }

    @Test func blocksLoseNoWeightButInformation() throws {
        let target = try IsingTarget(size: 4, coupling: criticalCoupling)
        let blocks = try BlockLattice(size: 4, scale: 2)
        func measure(_ kernel: some RGKernel) throws -> Double {
            let exact = try ExactTrace(kernel, on: target)
            #expect(exact.residual.largest < 1e-14)
            #expect(abs(exact.freeEnergyDifference) < 1e-12)
            #expect(abs(exact.divergence) < 1e-12)
            return try #require(exact.mutualInformation)
        }
        let majority = try measure(MajorityKernel(blocks))
        let decimation = try measure(DecimationKernel(blocks))
        let kadanoff = try measure(KadanoffKernel(blocks, strength: 0.765983))
        let weak = try measure(KadanoffKernel(blocks, strength: 0.1))
        let null = try measure(NullKernel(visible: 16, hidden: 4))
        // Rounding errors of 65,536 terms.
        #expect(abs(null) < 1e-11)
        #expect(weak > 0.01 && weak < kadanoff)
        #expect(kadanoff < majority + 0.5 && kadanoff < 4 * log(2))
        // A deterministic kernel tells all that its spins hold.
        #expect(decimation > 0.5 && decimation < min(4 * log(2), target.entropy))
    }

    @Test func beyondTheReachOfJointSumsNothingIsSaidOfInformation() throws {
        let target = try IsingTarget(size: 4, coupling: 0.3)
        let exact = try ExactTrace(NullKernel(visible: 16, hidden: 11), on: target)
        #expect(exact.mutualInformation == nil)
    }
}

/// A kernel of which a constant is added to T.
private struct ShiftedKernel<Kernel: RGKernel>: RGKernel {
    let kernel: Kernel
    let shift: Double
    var visibleCount: Int { kernel.visibleCount }
    var hiddenCount: Int { kernel.hiddenCount }
    func offset(of visible: [UInt8]) -> Double { kernel.offset(of: visible) + shift }
    func terms(of visible: [UInt8]) -> KernelTerms { kernel.terms(of: visible) }
}
