import Analysis
import Foundation
import Ising
import Testing

@testable import Renormalization

@Suite struct PotentialMovingTests {
    private static let potential = PlaquettePotential(
        [0.2, 0.05, -0.03, 0.1, 0.02],
        of: [.neighbours, .diagonals, .fourSpins, .spins, .triples])

    @Test func interactionsAreOrthogonalSums() {
        let families: [[PlaquetteInteraction]] = [
            [.neighbours, .diagonals, .fourSpins, .spins, .triples],
            [.pairs, .anisotropy, .fourSpins, .spins, .triples],
        ]
        for interactions in families {
            for a in interactions {
                let values = (0..<16).map(a.value)
                for b in interactions { #expect(b.coefficient(of: values) == (a == b ? 1 : 0)) }
            }
        }
        let all = Self.potential.values
        #expect(abs(PlaquetteInteraction.diagonals.coefficient(of: all) - 0.05) < 1e-15)
        #expect(abs(PlaquetteInteraction.triples.coefficient(of: all) - 0.02) < 1e-15)
    }

    /// Z of one plaquette counted both ways: the block spins of an unmoved block sum to 1.
    @Test(arguments: [0, 0.3, 0.766, 2.5])
    func theBlockSpinsOfABlockSumToOne(strength: Double) {
        for state in 0..<16 {
            let sum = Double(PlaquettePotential.magnetization(state))
            let total = [-1.0, 1].reduce(0) {
                $0 + exp(strength * $1 * sum - logTwoCosh(strength * sum))
            }
            #expect(abs(total - 1) < 1e-15)
        }
    }

    @Test(arguments: [0.3, 0.766, 1.4])
    func derivativesAgreeWithDifferences(strength: Double) {
        let moving = PotentialMoving(strength: strength)
        let derivative = moving.derivative(at: Self.potential)
        let step = 1e-6
        for state in 0..<16 {
            var above = Self.potential
            var below = Self.potential
            above.values[state] += step
            below.values[state] -= step
            let (high, low) = (moving.image(of: above).values, moving.image(of: below).values)
            for block in 0..<16 {
                let difference = (high[block] - low[block]) / (2 * step)
                #expect(abs(derivative[block][state] - difference) < 1e-8)
            }
        }
        // A constant counts four times: there are four plaquettes for each that is left.
        for row in derivative { #expect(abs(row.reduce(0, +) - 4) < 1e-14) }
        let slope = moving.strengthDerivative(at: Self.potential)
        let above = PotentialMoving(strength: strength + step).image(of: Self.potential).values
        let below = PotentialMoving(strength: strength - step).image(of: Self.potential).values
        for block in 0..<16 {
            #expect(abs(slope[block] - (above[block] - below[block]) / (2 * step)) < 1e-8)
        }
    }

    /// Without a hold on their blocks, block spins are free and four plaquettes fold into one.
    @Test func withoutStrengthOnePlaquetteIsLeft() {
        let potential = PlaquettePotential(nearestNeighbour: 0.7)
        let folded = log((0..<16).reduce(0) { $0 + exp(4 * potential.values[$1]) })
        let bound = PotentialMoving(strength: 0).logPartitionBound(potential)
        #expect(abs(bound - folded / 4) < 1e-14)
    }

    @Test func aConstantAndAFieldGoThrough() {
        let moving = PotentialMoving(strength: 0.6)
        var shifted = Self.potential
        for state in 0..<16 { shifted.values[state] += 0.37 }
        let difference =
            moving.logPartitionBound(shifted) - moving.logPartitionBound(Self.potential)
        #expect(abs(difference - 0.37) < 1e-14)
        // Turning over all spins turns over all block spins.
        let turned = PlaquettePotential(values: Self.potential.values.reversed())
        let image = moving.image(of: Self.potential).values
        for (a, b) in zip(moving.image(of: turned).values, image.reversed()) {
            #expect(abs(a - b) < 1e-14)
        }
    }
}
