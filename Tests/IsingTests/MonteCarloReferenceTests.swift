import Analysis
import TestSupport
import Testing

@testable import Ising

@Suite struct MonteCarloReferenceTests {
    @Test func smallLatticesAreExact() throws {
        let estimate = try MonteCarloReference.absoluteMagnetization(
            size: 4, coupling: criticalCoupling, seed: 1)
        let states = try DensityOfStates(size: 4)
        #expect(estimate.error == 0)
        #expect(estimate.value == (try states.absoluteMagnetization(coupling: criticalCoupling)))
    }

    @Test(.statistical) func reachesItsErrorAndAgreesWithAnotherMethod() throws {
        let reference = try MonteCarloReference.absoluteMagnetization(
            size: 8, coupling: criticalCoupling, seed: 1)
        #expect(reference.error <= 5e-4 * reference.value)
        #expect(reference.error > 2e-4 * reference.value)
        let sampler = try IsingSampler(
            size: 8, coupling: criticalCoupling, method: .swendsenWang, seed: 2)
        let count = 64 * 1024
        var bytes = [UInt8](repeating: 0, count: count * 64)
        var span = bytes.mutableSpan
        sampler.draw(0..<count, into: &span)
        var sums = try ObservableSums(
            size: 8, total: count, blockLength: sampler.plan.samplesPerReplica)
        try sums.add(bytes.span, first: 0)
        let other = sums.absoluteMagnetizationPerSite
        let error = (reference.error * reference.error + other.error * other.error).squareRoot()
        #expect(abs(reference.value - other.value) < 4 * error)
    }

    @Test func refusesSizesOutOfReach() {
        for size in [1, 129] {
            #expect(throws: IsingError.self) {
                try MonteCarloReference.absoluteMagnetization(size: size, coupling: 0.4, seed: 1)
            }
        }
    }

    @Test func refusesAccuraciesThatNoRunReaches() {
        for accuracy in [0, -1, Double.nan] {
            #expect(throws: IsingError.self) {
                try MonteCarloReference.absoluteMagnetization(
                    size: 8, coupling: 0.4, seed: 1, relativeError: accuracy)
            }
        }
    }
}
