import Ising
import RandomStreams
import TestSupport
import Testing

@testable import Renormalization

@Suite struct KadanoffBoundTests {
    @Test func theFreeEnergyIsBoundedFromBelow() throws {
        let numbers = RandomStream(seed: 5, .benchmark)
        for row in 0..<200 {
            let coupling = 0.05 + 0.95 * Double(numbers.word(row: row, unit: 0).unitInterval)
            let strength = 2 * Double(numbers.word(row: row, unit: 1).unitInterval)
            let bound = try KadanoffBound(coupling: coupling, strength: strength)
            #expect(bound.gap >= 1e-6, "K = \(coupling), p = \(strength)")
            let mirrored = try KadanoffBound(coupling: coupling, strength: -strength)
            #expect(abs(mirrored.gap - bound.gap) < 1e-13)
            // What is moved has the mean 0 for antiferromagnets, too.
            #expect(try KadanoffBound(coupling: -coupling, strength: strength).gap >= 1e-6)
        }
    }

    private static let lowest: [(Double, Double, Double)] = [
        (0.1, 0.240269, 0.003886527151), (0.2, 0.363123, 0.011915655310),
        (0.3, 0.476368, 0.019555576952), (0.408, 0.607539, 0.021319293464),
        (criticalCoupling, 0.655359, 0.018247573708), (0.5, 0.768723, 0.008587736386),
        (0.6, 0.918198, 0.003679800646), (0.8, 1.194075, 0.000773188149),
    ]

    /// From an independent calculation.
    @Test(arguments: lowest)
    func theLowestBound(coupling: Double, strength: Double, gap: Double) throws {
        let best = try KadanoffBound.best(coupling: coupling)
        #expect(abs(best.strength - strength) < 1e-5)
        #expect(abs(best.gap - gap) < 1e-11)
        for other in stride(from: 0.0, through: 3, by: 0.11) {
            let bound = try KadanoffBound(coupling: coupling, strength: other)
            #expect(bound.logPartitionPerSite >= best.logPartitionPerSite)
        }
    }

    @Test func limits() throws {
        let free = try KadanoffBound(coupling: 0, strength: 0)
        #expect(abs(free.gap) < 1e-15)
        #expect(try abs(KadanoffBound.best(coupling: 100).gap) < 1e-12)
        #expect(try KadanoffBound(coupling: 100, strength: 1000).gap.isFinite)
        for (coupling, strength) in [(101, 0.1), (.nan, 0.1), (0.4, .infinity), (0.4, -1001)] {
            #expect(throws: RenormalizationError.self) {
                try KadanoffBound(coupling: coupling, strength: strength)
            }
        }
    }
}
