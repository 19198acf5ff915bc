import Analysis
import Foundation
import Ising
import RBMCore
import RandomStreams
import TestSupport
import Testing

@testable import Renormalization

@Suite struct MutualInformationTests {
    private func bytes(_ number: Int, _ units: Int) -> [UInt8] {
        (0..<units).map { UInt8(number >> $0 & 1) }
    }

    /// I(v; h) = Σ P(v) p(h|v) ln [p(h|v)/P(h)], term by term.
    @Test func exactIsTheSumOfItsDefinition() throws {
        let target = try IsingTarget(size: 3, coupling: 0.5)
        let kernel = try RBMKernel(randomMachine(visible: 9, hidden: 5, seed: 3), on: target)
        var joint: [[Double]] = []
        for v in 0..<512 {
            let state = bytes(v, 9)
            let probability = exp(-target.energy(of: state) - target.logPartition)
            let trace = kernel.logTrace(of: state)
            joint.append(
                (0..<32).map { h in
                    probability
                        * exp(kernel.value(visible: state, hidden: bytes(h, 5)) - trace)
                })
        }
        let visible = joint.map { $0.reduce(0, +) }
        let hidden = (0..<32).map { h in joint.reduce(0) { $0 + $1[h] } }
        var expected = 0.0
        for v in 0..<512 {
            for h in 0..<32 {
                expected += joint[v][h] * log(joint[v][h] / (visible[v] * hidden[h]))
            }
        }
        let exact = try #require(try ExactTrace(kernel, on: target).mutualInformation)
        #expect(abs(exact - expected) < 1e-12)
        #expect(exact > 0.3)
    }

    /// Bounds from independent configurations enclose the exact value.
    @Test func boundsEncloseTheExactInformation() throws {
        let target = try IsingTarget(size: 4, coupling: 0.3)
        let sampler = try IsingSampler(
            size: 4, coupling: 0.3, method: .swendsenWang, seed: 1)
        let count = 800
        var cases = [UInt8](repeating: 0, count: count * 16)
        var span = cases.mutableSpan
        sampler.draw(0..<count, into: &span)
        let lattice = try BlockLattice(size: 4, scale: 2)
        let kernels: [any RGKernel] = [
            try RBMKernel(randomMachine(visible: 16, hidden: 8, seed: 4), on: target),
            MajorityKernel(lattice), KadanoffKernel(lattice, strength: 0.7),
        ]
        for kernel in kernels {
            let exact = try #require(try information(kernel, target))
            let terms = MutualInformation.lowerBoundTerms(
                kernel, cases: cases, share: 0..<count, seed: 2)
            let lower = Estimate.mean(of: terms, blockLength: sampler.plan.samplesPerReplica)
            let upper = MutualInformation.upperBound(kernel, cases: cases, limit: target.entropy)
            #expect(lower.value - 4 * lower.error < exact)
            #expect(lower.value > 0.6 * exact)
            #expect(upper > exact - 0.1 && upper <= target.entropy)
            let parts = [0..<100, 100..<800].flatMap {
                MutualInformation.lowerBoundTerms(kernel, cases: cases, share: $0, seed: 2)
            }
            #expect(parts == terms)
        }
        let null = NullKernel(visible: 16, hidden: 4)
        let terms = MutualInformation.lowerBoundTerms(
            null, cases: cases, share: 0..<10, seed: 2)
        #expect(terms.allSatisfy { abs($0) < 1e-12 })
        #expect(
            abs(MutualInformation.upperBound(null, cases: cases, limit: target.entropy)) < 1e-12)
    }

    private func information(_ kernel: some RGKernel, _ target: IsingTarget) throws -> Double? {
        try ExactTrace(kernel, on: target).mutualInformation
    }
}
