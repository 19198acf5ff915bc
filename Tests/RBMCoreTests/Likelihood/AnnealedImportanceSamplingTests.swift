import Foundation
import RandomStreams
import TestSupport
import Testing

@testable import RBMCore

@Suite struct AnnealedImportanceSamplingTests {
    /// Chains enough for an error of a few hundredths; each pairing of units meets its exact ln Z
    /// within four standard errors, on several seeds, from base models with and without biases.
    @Test(.statistical, arguments: UnitKinds.binary, UnitKinds.binary)
    func meetsEnumeration(visible: any UnitKind, hidden: any UnitKind) throws {
        var generator = TestGenerator(seed: 60)
        var squares = 0.0
        for seed: UInt64 in 1...6 {
            let rbm = generator.rbm(12, 8, visible, hidden, weights: 0.7, biases: 0.4)
            let exact = try #require(Enumeration(rbm)).logPartition
            let base = seed % 2 == 0 ? (0..<12).map { _ in Float(0.5 * generator.normal()) } : nil
            let estimate = AnnealedImportanceSampling(
                rbm, baseBias: base, temperatures: 60,
                arithmetic: seed % 3 == 0 ? .float32 : .integer, seed: seed
            ).estimate(chains: 600)
            #expect(estimate.error > 0 && estimate.error < 0.1)
            let deviation = (estimate.logZ - exact) / estimate.error
            #expect(abs(deviation) < 4, "seed \(seed): \(estimate) for \(exact)")
            squares += deviation * deviation
        }
        // The errors are honest: χ² of six deviations, at 1 in 1000.
        #expect(squares < 22.5)
    }

    /// Gaussian visible units in variances of their own, from their biases and from elsewhere.
    @Test(.statistical, arguments: UnitKinds.binary, [true, false])
    func gaussianUnitsMeetEnumeration(hidden: any UnitKind, learned: Bool) throws {
        var generator = TestGenerator(seed: 64)
        let rbm = GaussianUnitsTests.machine(hidden, learned: learned, visible: 7, hidden: 6)
        let exact = try #require(Enumeration(rbm)).logPartition
        #expect(abs(exact - NaiveGaussian(rbm).logPartition) < 1e-9)
        var squares = 0.0
        for seed: UInt64 in 1...6 {
            let base = seed % 2 == 0 ? (0..<7).map { _ in Float(generator.normal()) } : nil
            let sampling = AnnealedImportanceSampling(
                rbm, baseBias: base, temperatures: 60, arithmetic: .integer, seed: seed)
            let estimate = sampling.estimate(chains: 600)
            #expect(estimate.error > 0 && estimate.error < 0.15)
            let deviation = (estimate.logZ - exact) / estimate.error
            #expect(abs(deviation) < 4, "seed \(seed): \(estimate) for \(exact)")
            squares += deviation * deviation
        }
        #expect(squares < 22.5)
    }

    /// Without weights its own biases and variances are the machine.
    @Test func independentGaussianUnitsAreExact() throws {
        var rbm = GaussianUnitsTests.machine(.bernoulli)
        for i in 0..<rbm.parameters.weightCount { rbm.parameters.values[i] = 0 }
        for i in rbm.parameters.hiddenBiasRange { rbm.parameters.values[i] = 0 }
        let estimate = AnnealedImportanceSampling(
            rbm, temperatures: 5, arithmetic: .float32, seed: 1
        ).estimate(chains: 20)
        #expect(abs(estimate.logZ - (try #require(Enumeration(rbm)).logPartition)) < 1e-12)
        #expect(estimate.error < 1e-12)
    }

    /// Without weights the base model with the RBM's own biases is the RBM: nothing is left to
    /// chance.
    @Test(arguments: UnitKinds.binary, UnitKinds.binary)
    func independentUnitsAreExact(visible: any UnitKind, hidden: any UnitKind) throws {
        var generator = TestGenerator(seed: 61)
        var rbm = generator.rbm(9, 5, visible, hidden, weights: 0, biases: 1)
        for i in rbm.parameters.hiddenBiasRange { rbm.parameters.values[i] = 0 }
        let estimate = AnnealedImportanceSampling(
            rbm, baseBias: rbm.parameters.visibleBias, temperatures: 7, arithmetic: .integer,
            seed: 1
        ).estimate(chains: 20)
        let exact = try #require(Enumeration(rbm)).logPartition
        #expect(abs(estimate.logZ - exact) < 1e-12)
        #expect(estimate.error < 1e-12)
        #expect(abs(estimate.effectiveSampleSize - 20) < 1e-9)
    }

    /// One large weight of a unit that is never on coarsens the rounding of all others by 0.002.
    ///
    /// The tempered models then lack weights of 0.0009, 0.2 nats in all; the last ratio restores
    /// them.
    @Test func roundedWeightsLeaveNoTrace() throws {
        let n = 20
        var parameters = Parameters(visible: n, hidden: n)
        for i in parameters.values.indices { parameters.values[i] = 0.0009 }
        parameters[0, 0] = 60
        for i in parameters.visibleBiasRange { parameters.values[i] = 3 }
        for j in parameters.hiddenBiasRange { parameters.values[j] = 3 }
        parameters.values[parameters.visibleBiasRange.lowerBound] = -200
        let rbm = RBM(visibleUnits: .bernoulli, hiddenUnits: .bernoulli, parameters: parameters)
        let exact = try #require(Enumeration(rbm)).logPartition
        let estimate = AnnealedImportanceSampling(
            rbm, baseBias: parameters.visibleBias, temperatures: 100, arithmetic: .integer, seed: 2
        ).estimate(chains: 400)
        #expect(estimate.error < 0.02)
        #expect(abs(estimate.logZ - exact) < 4 * estimate.error)
    }

    /// Weights depend on the chains' numbers alone, across blocks of 256 too.
    @Test(arguments: UnitKinds.binary)
    func chainsMayBeSharedOut(kind: any UnitKind) {
        var generator = TestGenerator(seed: 62)
        let rbm = generator.rbm(21, 13, kind, kind, weights: 0.3)
        let sampling = AnnealedImportanceSampling(
            rbm, temperatures: 5, arithmetic: .integer, seed: 3)
        let whole = sampling.logWeights(chains: 0..<300)
        let parts = [0..<7, 7..<7, 7..<290, 290..<300].flatMap { sampling.logWeights(chains: $0) }
        #expect(parts == whole)
        #expect(Set(whole).count > 290)
        let other = AnnealedImportanceSampling(
            rbm, temperatures: 5, arithmetic: .integer, seed: 4)
        #expect(other.logWeights(chains: 0..<300) != whole)
    }

    @Test func noTwoDrawsShareACounter() {
        var generator = TestGenerator(seed: 66)
        let rbm = generator.rbm(70, 66, .bernoulli, .spin)
        let sampling = AnnealedImportanceSampling(
            rbm, temperatures: 5, arithmetic: .integer, seed: 8400)
        let draws = DrawRecorder.record(seed: 8400) {
            _ = sampling.logWeights(chains: 0..<300)
            _ = sampling.logWeights(chains: 300..<310)
        }
        #expect(draws.count == 310 * (1 + 2 * 4))
        #expect(DrawRecorder.repeated(draws) == [])
    }

    @Test func progressEndsAtOne() {
        var generator = TestGenerator(seed: 63)
        let sampling = AnnealedImportanceSampling(
            generator.rbm(3, 2, .spin, .spin), temperatures: 2, arithmetic: .integer, seed: 3)
        var shares: [Double] = []
        _ = sampling.logWeights(chains: 5..<517) { shares.append($0) }
        #expect(shares == [0.25, 0.5, 0.75, 1])
    }
}
