import Foundation
import Testing

@testable import Renormalization

@Suite struct CouplingRecursionTests {
    private static let known: [(CouplingRecursion, Double, Double, Double)] = [
        (.migdalKadanoff, 0.30468893, 1.678574, 0.747236),
        (.diamond, 0.60937786, 1.678574, 0.747236),
        (.niemeijerVanLeeuwen, 0.335614, 1.623524, 0.882203),
        (.marisKadanoff, 0.50698102, 1.448922, 1.069961),
    ]

    @Test(arguments: known)
    func fixedPointsAndExponents(
        recursion: CouplingRecursion, coupling: Double, eigenvalue: Double, exponent: Double
    ) {
        let found = recursion.fixedPoint
        #expect(abs(recursion.image(of: found) - found) < 1e-15)
        #expect(abs(found - coupling) < 6e-7)
        #expect(abs(recursion.eigenvalue - eigenvalue) < 6e-7)
        #expect(abs(recursion.thermalExponent - exponent) < 6e-7)
    }

    @Test func otherExponents() {
        #expect(abs(CouplingRecursion.migdalKadanoff.correlationExponent - 1.338266) < 6e-7)
        #expect(abs(CouplingRecursion.diamond.heatExponent + 0.676532) < 6e-7)
        #expect(abs(CouplingRecursion.marisKadanoff.heatExponent - 0.130772) < 6e-7)
    }

    @Test(arguments: CouplingRecursion.allCases, [0.05, 0.3, 0.6, 2])
    func derivativesAgreeWithDifferences(recursion: CouplingRecursion, coupling: Double) {
        let step = 1e-6
        let difference =
            (recursion.image(of: coupling + step) - recursion.image(of: coupling - step))
            / (2 * step)
        #expect(abs(recursion.derivative(at: coupling) - difference) < 1e-8)
    }

    /// The diamond by summing over its two middle spins.
    @Test(arguments: [0.1, 0.6, 3])
    func theDiamondIsSummedExactly(coupling: Double) {
        func weight(_ end: Double) -> Double {
            var sum = 0.0
            for a in [-1.0, 1] {
                for b in [-1.0, 1] { sum += exp(coupling * (a + b) * (1 + end)) }
            }
            return sum
        }
        let image = log(weight(1) / weight(-1)) / 2
        #expect(abs(CouplingRecursion.diamond.image(of: coupling) - image) < 1e-14 * max(1, image))
    }

    /// The mean of a spin over the four states of a triangle of majority +1.
    @Test(arguments: [0.05, 0.34, 1])
    func theTriangleByItsStates(coupling: Double) {
        let aligned = exp(3 * coupling)
        let mixed = exp(-coupling)
        let mean = (aligned + mixed * (1 + 1 - 1)) / (aligned + 3 * mixed)
        let image = 2 * coupling * mean * mean
        #expect(
            abs(CouplingRecursion.niemeijerVanLeeuwen.image(of: coupling) - image) < 1e-15)
    }
}
