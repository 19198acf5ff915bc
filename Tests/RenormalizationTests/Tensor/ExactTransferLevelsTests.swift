import Foundation
import Ising
import Renormalization
import Testing

@Suite struct ExactTransferLevelsTests {
    /// χ = 16 describes 4×4 sites without loss.
    @Test(arguments: [0.05, 0.3, criticalCoupling, 0.6, 1.2])
    func areThoseOfTheTensorThatLosesNothing(coupling: Double) throws {
        var lattice = try TensorRenormalization(
            method: .trg, bondDimension: 16, coupling: coupling)
        for _ in 0..<4 {
            try lattice.step()
            guard let found = try lattice.spectrum() else { continue }
            let exact = ExactTransferLevels(size: found.size, coupling: coupling)
            #expect(abs(found.logLargest - exact.logLargest) < 1e-12 * abs(exact.logLargest))
            let sigma = try #require(found.sigmaDimension)
            #expect(abs(sigma - exact.sigmaDimension) < 1e-10)
            let epsilon = try #require(found.epsilonDimension)
            // The smallest eigenvalues lose the digits that they are smaller by.
            #expect(abs(epsilon - exact.epsilonDimension) < 1e-6 * exact.epsilonDimension)
        }
    }

    @Test func approachTheConformalValuesAsTheInverseArea() {
        let (small, large) = (64, 128)
        let levels = [small, large, 256].map {
            ExactTransferLevels(size: $0, coupling: criticalCoupling)
        }
        for (deviation, half) in [
            (levels[0].sigmaDimension - 0.125, levels[1].sigmaDimension - 0.125),
            (levels[0].epsilonDimension - 1, levels[1].epsilonDimension - 1),
            (
                levels[0].centralCharge(with: levels[1]) - 0.5,
                levels[1].centralCharge(with: levels[2]) - 0.5
            ),
        ] {
            #expect(abs(deviation) < 1e-3 && abs(deviation / half - 4) < 0.05, "\(deviation)")
        }
    }
}
