import Foundation
import Ising
import Testing

@testable import Renormalization

@Suite struct KadanoffFixedPointTests {
    @Test func theStationaryFixedPointHasKadanoffsExponents() throws {
        let point = try KadanoffFixedPoint.stationary()
        #expect(abs(point.strength - 0.765983) < 1e-6)
        #expect(abs(point.neighbourCoupling - 0.13971663) < 1e-8)
        #expect(point.diagonalCoupling == point.neighbourCoupling)
        #expect(abs(point.fourSpinCoupling + 0.00686501) < 1e-8)
        #expect(abs(point.thermalExponent - 1.000879) < 1e-6)
        #expect(abs(point.magneticExponent - 1.875316) < 1e-6)
        #expect(abs(point.correlationExponent - 0.999122) < 1e-6)
        #expect(abs(point.isothermExponent - 15.0405) < 1e-4)
        #expect(abs(point.thermalEigenvalue - 2.00121883) < 1e-8)
        #expect(abs(point.magneticEigenvalue - 3.6688192) < 1e-7)
        #expect(point.strengthSlope.magnitude < 1e-14)
        // Beside the sub-space the fixed point is unstable.
        #expect(abs((point.anisotropyEigenvalue ?? 0) - 1.15134568) < 1e-8)
        #expect(abs(point.criticalPairCoupling - 0.138670) < 1e-6)
    }

    @Test func nearestNeighboursFlowToAnotherFixedPoint() throws {
        let point = try KadanoffFixedPoint.stationary(family: .square)
        #expect(abs(point.strength - 0.76098854) < 1e-8)
        #expect(abs(point.thermalExponent - 1.017535) < 1e-6)
        #expect(abs(point.magneticExponent - 1.877736) < 1e-6)
        #expect(abs(point.criticalCoupling - 0.48365) < 1e-5)
        #expect(point.anisotropyEigenvalue == nil)
    }

    @Test(arguments: KadanoffFixedPoint.Family.allCases)
    func itIsFixed(family: KadanoffFixedPoint.Family) throws {
        let point = try KadanoffFixedPoint.stationary(family: family)
        let potential = PlaquettePotential(
            [point.neighbourCoupling, point.diagonalCoupling, point.fourSpinCoupling],
            of: [.neighbours, .diagonals, .fourSpins])
        let image = PotentialMoving(strength: point.strength).image(of: potential)
        let shift = image.values[0] - potential.values[0]
        for state in 0..<16 {
            #expect(abs(image.values[state] - potential.values[state] - shift) < 1e-13)
        }
    }

    /// The slope is the derivative of the bound itself, the potential held.
    @Test(arguments: [0.7, 0.72, 0.7659830352])
    func theSlopeAgreesWithDifferences(strength: Double) throws {
        let point = try KadanoffFixedPoint(strength: strength)
        let potential = PlaquettePotential(
            [point.neighbourCoupling, point.fourSpinCoupling], of: [.pairs, .fourSpins])
        let step = 1e-5
        let above = PotentialMoving(strength: strength + step).logPartitionBound(potential)
        let below = PotentialMoving(strength: strength - step).logPartitionBound(potential)
        #expect(abs(point.strengthSlope - (above - below) / (2 * step)) < 1e-7)
    }

    /// From an independent calculation with general matrices.
    @Test(arguments: [
        (0.7, 0.7101869593), (0.72, 0.8119460491), (0.74, 0.8993493430), (0.76, 0.9783170886),
        (0.78, 1.0525184050), (0.8, 1.1246595842), (1, 1.7094432113), (1.4, 1.9355727106),
    ])
    func exponentsDependOnTheStrength(strength: Double, exponent: Double) throws {
        let point = try KadanoffFixedPoint(strength: strength)
        #expect(abs(point.thermalExponent - exponent) < 1e-9)
    }

    @Test func refusesStrengthsWithoutFixedPoint() {
        for strength in [-1, 0.3, 0.6, 5, .nan, .infinity] {
            #expect(throws: RenormalizationError.self) {
                try KadanoffFixedPoint(strength: strength)
            }
        }
    }
}
