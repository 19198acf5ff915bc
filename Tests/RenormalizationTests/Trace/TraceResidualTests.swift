import Analysis
import Foundation
import Ising
import Testing

@testable import Renormalization

@Suite struct TraceResidualTests {
    @Test func exactSumsAreWeighted() {
        let residual = TraceResidual(
            exact: [1, -3, .infinity, 2], probabilities: [0.5, 0.25, 0, 0.25])
        #expect(residual.mean == Estimate(exact: 0.25))
        #expect(abs(residual.variance - (0.5 + 2.25 + 1 - 0.0625)) < 1e-14)
        #expect(residual.largest == 3 && residual.states == 3)
    }

    @Test func blocksGiveTheErrorOfTheMean() {
        // Two blocks of equal pairs: the mean 2 of block means 1 and 3.
        let residual = TraceResidual(samples: [1, 1, 3, 3], blockLength: 2)
        #expect(residual.mean == Estimate(value: 2, error: 1))
        #expect(abs(residual.variance - 4.0 / 3) < 1e-14)
        let independent = TraceResidual(samples: [1, 1, 3, 3], blockLength: 1)
        #expect(abs(independent.mean.error - (1.0 / 3).squareRoot()) < 1e-14)
        #expect(TraceResidual(samples: [1, 2, 3], blockLength: 3).mean.error.isNaN)
    }

    @Test func casesAreADistribution() {
        let target = EmpiricalTarget(cases: [0, 1, 1, 1, 0, 1, 0, 0], units: 2)
        #expect(target.states == [[0, 1], [1, 1], [0, 0]])
        #expect(target.shares == [0.5, 0.25, 0.25])
        #expect(abs(target.energy(of: [0, 1]) - log(2)) < 1e-15)
        #expect(target.energy(of: [1, 0]) == .infinity)
        #expect(abs(target.entropy - 1.5 * log(2)) < 1e-15)
        #expect(target.logPartition == 0)
    }

    @Test func theEnergyOfTheLatticeIsThatOfItsPartitionFunction() throws {
        for (size, coupling) in [(2, 0.3), (3, 0.7), (4, -0.2)] {
            let target = try IsingTarget(size: size, coupling: coupling)
            let logs = (0..<1 << target.units).map { number in
                -target.energy(of: (0..<target.units).map { UInt8(number >> $0 & 1) })
            }
            #expect(abs(logSumExp(logs) - target.logPartition) < 1e-11)
            let entropy = logs.reduce(0.0) {
                let logP = $1 - target.logPartition
                return $0 - exp(logP) * logP
            }
            #expect(abs(entropy - target.entropy) < 1e-10)
        }
    }
}
