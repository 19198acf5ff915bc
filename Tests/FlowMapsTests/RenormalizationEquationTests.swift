import Foundation
import Testing

@testable import FlowMaps

@Suite struct RenormalizationEquationTests {
    /// F(λx) = μF(x), for places over many orders of magnitude.
    ///
    /// A power of two moves no digit; another
    /// scale rounds the places, which a rough function shows.
    @Test(arguments: [(2.0, 1.7), (4.0, 1.5), (2.0, 3.5), (3.0, 2.0), (1.5, 1.2)])
    func theFunctionOfWeierstrassIsCovariant(scale: Double, weight: Double) {
        let equation = RenormalizationEquation(scale: scale, weight: weight)
        for x in [1e-6, 0.013, 0.7, 1, 5.5, 1234] {
            let ratio =
                equation.weierstrassMandelbrot(at: scale * x)
                / (weight * equation.weierstrassMandelbrot(at: x))
            let isExact = scale.significand == 1
            #expect(abs(ratio - 1) < (isExact ? 1e-12 : 10 * pow(0x1p-53, equation.exponent)))
        }
    }

    @Test func theSolutionSolves() {
        let equation = RenormalizationEquation(scale: 2.5, weight: 1.4)
        func g(_ x: Double) -> Double { 1 / (1 + x * x) + sin(x) }
        for x in [0.1, 1, 3.7] {
            let left = equation.solution(at: x, of: g)
            let right = g(x) + equation.solution(at: 2.5 * x, of: g) / 1.4
            #expect(abs(left - right) < 1e-12)
        }
    }

    @Test func exponents() {
        let equation = RenormalizationEquation(scale: 2, weight: 1.7)
        #expect(abs(equation.exponent - 0.765535) < 1e-6)
        #expect(abs(equation.angularFrequency - 9.0647203) < 1e-6)
        #expect(equation.imaginaryExponent(2) == 2 * equation.angularFrequency)
    }

    /// The exponents that the series itself shows.
    @Test func exponentsFromTheSeries() {
        let equation = RenormalizationEquation(scale: 2, weight: 1.7)
        let step = 0.02
        let values = (0..<600).map { equation.weierstrassMandelbrot(at: exp(step * Double($0))) }
        let found = RenormalizationEquation.exponents(of: values, step: step, frequencies: 4...14)
        #expect(abs(found.exponent - equation.exponent) < 1e-3)
        #expect(abs(found.angularFrequency - equation.angularFrequency) < 0.03)
    }

    @Test func diamondLattice() {
        #expect(abs(DiamondLattice.criticalCoupling - 0.60937786) < 1e-8)
        #expect(
            abs(log(cosh(2 * DiamondLattice.criticalCoupling)) - DiamondLattice.criticalCoupling)
                < 1e-15)
        #expect(abs(DiamondLattice.eigenvalue - 1.678574) < 1e-6)
        #expect(abs(DiamondLattice.thermalExponent - 0.747236) < 1e-6)
        #expect(abs(DiamondLattice.specificHeatExponent + 0.676532) < 1e-6)
        #expect(abs(DiamondLattice.angularFrequency - 12.1310) < 1e-4)
    }
}
