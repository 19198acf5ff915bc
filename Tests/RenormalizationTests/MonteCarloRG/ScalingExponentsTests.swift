import Analysis
import Foundation
import Ising
import Renormalization
import TestSupport
import Testing

struct ScalingExponentsTests {
    /// Blocks configurations of the critical torus.
    private func measure(size: Int, samples: Int, seed: UInt64) throws -> [ScalingExponents] {
        let sizes = try BlockingSizes.of(size)
        let sampler = try IsingSampler(
            size: size, coupling: criticalCoupling, method: .swendsenWang, seed: seed)
        let blocks = MajorityBlocks(seed: seed)
        var correlations = OperatorCorrelations(
            lattices: sizes.count, total: samples, runLength: sampler.plan.samplesPerReplica)
        var bytes = [UInt8](repeating: 0, count: 64 * size * size)
        for first in stride(from: 0, to: samples, by: 64) {
            var span = bytes.mutableSpan
            sampler.draw(first..<first + 64, into: &span)
            for n in 0..<64 {
                var spins = Array(bytes[(n * size * size)..<((n + 1) * size * size)])
                var sums = [LatticeOperators.sums(spins, size: size)]
                for (step, fine) in sizes.dropLast().enumerated() {
                    spins = blocks.coarsen(
                        spins, size: fine, configuration: first + n, step: step)
                    sums.append(LatticeOperators.sums(spins, size: fine / 2))
                }
                correlations.add(sums, configuration: first + n)
            }
        }
        return try ScalingExponents.steps(correlations)
    }

    @Test(.statistical) func theSecondBlockingHasTheExponentsOfTheIsingModel() throws {
        let steps = try measure(size: 64, samples: 6400, seed: 1)
        #expect(steps.count == 4)
        let second = steps[1]
        #expect(second.thermal.value > 0.96 && second.thermal.value < 1.03)
        #expect(second.magnetic.value > 1.86 && second.magnetic.value < 1.89)
        // Gates are only worth something where the error is small beside them.
        #expect(second.thermal.error > 0 && second.thermal.error < 0.012)
        #expect(second.magnetic.error > 0 && second.magnetic.error < 0.002)
        // One operator is not enough, by many standard errors.
        #expect(second.truncatedThermal[0].value < 0.985)
        #expect(second.truncatedThermal[2].value == second.thermal.value)
    }

    @Test(.statistical) func independentSpinsHaveThoseOfTheInfiniteTemperatureFixedPoint() throws {
        // ∂K′/∂K of uncoupled spins under the majority rule: the magnetization alone transforms by
        // ⟨S′S⟩/⟨S′S′⟩ = Σ_block ⟨s′s⟩ = 4·3/8, so that y_H = log₂ 1.5 with one operator.
        let size = 8
        let samples = 40_000
        let sampler = try IsingSampler(
            size: size, coupling: 0, method: .swendsenWang, seed: 3)
        let blocks = MajorityBlocks(seed: 3)
        var correlations = OperatorCorrelations(lattices: 2, total: samples, runLength: 1)
        var bytes = [UInt8](repeating: 0, count: samples * size * size)
        var span = bytes.mutableSpan
        sampler.draw(0..<samples, into: &span)
        for n in 0..<samples {
            let spins = Array(bytes[(n * 64)..<((n + 1) * 64)])
            let coarse = blocks.coarsen(spins, size: size, configuration: n, step: 0)
            correlations.add(
                [
                    LatticeOperators.sums(spins, size: size),
                    LatticeOperators.sums(coarse, size: size / 2),
                ], configuration: n)
        }
        let magnetic = try ScalingExponents.steps(correlations)[0].truncatedMagnetic[0]
        #expect(abs(magnetic.value - log2(1.5)) < 4 * magnetic.error)
        #expect(magnetic.error < 0.01)
    }

    @Test func nothingMeasuredIsRefusedAndFrozenSpinsHaveNone() throws {
        #expect(throws: RenormalizationError.self) {
            try ScalingExponents.steps(
                OperatorCorrelations(lattices: 2, total: 0, runLength: 1))
        }
        var frozen = OperatorCorrelations(lattices: 2, total: 4, runLength: 1)
        for n in 0..<4 {
            frozen.add(
                [[128, 128, 64, 64, 256], [32, 32, 16, 16, 64]], configuration: n)
        }
        let step = try ScalingExponents.steps(frozen)[0]
        #expect(step.thermal.value.isNaN && step.magnetic.value.isNaN)
    }
}
