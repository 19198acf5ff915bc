import Foundation
import Testing

@testable import Ising

@Suite struct DensityOfStatesTests {
    private static let known: [(Int, [Int: Int])] = [
        (3, [-18: 2, -10: 18, -6: 48, -2: 198, 2: 144, 6: 102]),
        (
            4,
            [
                -32: 2, -24: 32, -20: 64, -16: 424, -12: 1728, -8: 6688, -4: 13568, 0: 20524,
                4: 13568, 8: 6688, 12: 1728, 16: 424, 20: 64, 24: 32, 32: 2,
            ]
        ),
    ]

    @Test(arguments: known)
    func agreesWithKnownCounts(size: Int, known: [Int: Int]) throws {
        let states = try DensityOfStates(size: size)
        for energy in -40...40 {
            #expect(states.count(energy: energy) == known[energy] ?? 0)
        }
    }

    @Test(arguments: DensityOfStates.sizes)
    func countsEveryConfiguration(size: Int) throws {
        let states = try DensityOfStates(size: size)
        let all = (-2 * size * size...2 * size * size).reduce(0) { $0 + states.count(energy: $1) }
        #expect(all == 1 << (size * size))
    }

    /// One configuration after the other, each measured from its bytes.
    @Test(
        arguments: [2, 3],
        [(-0.3, 0.2), (0.0, 0.0), (0.0, -0.7), (criticalCoupling, 0.0), (2.0, 0.1)])
    func agreesWithMeasuringEachConfiguration(
        size: Int, point: (coupling: Double, field: Double)
    ) throws {
        let (coupling, field) = point
        let sites = size * size
        var partition = 0.0
        var magnetization = 0.0
        var absolute = 0.0
        for state in 0..<1 << sites {
            let bytes = (0..<sites).map { UInt8(state >> $0 & 1) }
            let counts = LatticeCounts(bytes.span, at: 0, size: size)
            let sum = Double(counts.magnetization)
            let weight = exp(field * sum - coupling * Double(counts.energy))
            partition += weight
            magnetization += weight * sum / Double(sites)
            absolute += weight * abs(sum) / Double(sites)
        }
        let states = try DensityOfStates(size: size)
        let logZ = try states.thermodynamics(coupling: coupling, field: field).logZ
        #expect(abs(logZ - log(partition)) < 1e-12)
        let mean = try states.magnetization(coupling: coupling, field: field)
        #expect(abs(mean - magnetization / partition) < 1e-12)
        let absoluteMean = try states.absoluteMagnetization(coupling: coupling, field: field)
        #expect(abs(absoluteMean - absolute / partition) < 1e-12)
    }

    @Test func frustratedLatticesFreezeIntoTheirGroundStates() throws {
        // The 3×3 antiferromagnet: 102 states of energy 6, as counted above.
        let states = try DensityOfStates(size: 3)
        let frozen = try states.thermodynamics(coupling: -1000)
        #expect(abs(frozen.logZ - (6000 + log(102))) < 1e-9)
        #expect(abs(frozen.energyPerSite - 6.0 / 9) < 1e-12)
    }

    @Test func refusesOtherSizesAndCouplings() throws {
        for size in [-3, 0, 1, 6, 1000] {
            #expect(throws: IsingError.size(size, allowed: 2...5, for: "enumeration")) {
                try DensityOfStates(size: size)
            }
        }
        let states = try DensityOfStates(size: 2)
        #expect(throws: IsingError.self) { try states.thermodynamics(coupling: .nan) }
        #expect(throws: IsingError.self) { try states.absoluteMagnetization(coupling: .infinity) }
        #expect(throws: IsingError.fieldNotFinite(.infinity)) {
            try states.magnetization(coupling: 0.4, field: .infinity)
        }
    }
}
