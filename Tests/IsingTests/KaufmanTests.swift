import Foundation
import TestSupport
import Testing

@testable import Ising

@Suite struct KaufmanTests {
    @Test(
        .slow, arguments: [2, 3, 4, 5],
        [1e-9, 1e-3, 0.05, 0.2, 0.408, criticalCoupling, 0.45, 0.7, 1, 3])
    func agreesWithEnumeration(size: Int, coupling: Double) throws {
        let states = try DensityOfStates(size: size)
        expect(
            try Kaufman.torus(size: size, coupling: coupling),
            try states.thermodynamics(coupling: coupling), within: 1e-12)
    }

    @Test(arguments: [2, 4], [-0.1, -0.44, -1])
    func agreesWithEnumerationOfAntiferromagnets(size: Int, coupling: Double) throws {
        let states = try DensityOfStates(size: size)
        expect(
            try Kaufman.torus(size: size, coupling: coupling),
            try states.thermodynamics(coupling: coupling), within: 1e-12)
    }

    /// L, K, ln Z / N, e, c from an independent calculation in 40 digits.
    private static let table: [(Int, Double, Double, Double, Double)] = [
        (4, 0.408, 0.9212619455, -1.41905872, 0.81630379),
        (4, criticalCoupling, 0.9701197162, -1.56562379, 0.78326683),
        (8, 0.408, 0.8943648526, -1.27758298, 1.15150135),
        (8, criticalCoupling, 0.9397153248, -1.49158911, 1.14555924),
        (16, criticalCoupling, 0.9321963150, -1.45306485, 1.49870496),
        (32, criticalCoupling, 0.9303203902, -1.43365847, 1.84676759),
        (40, 0.408, 0.8883953584, -1.15182115, 0.99467047),
        (40, criticalCoupling, 0.9300953751, -1.42977131, 1.95818165),
        (64, criticalCoupling, 0.9298516317, -1.42393839, 2.19221139),
        (64, 0.5, 1.0259620381, -1.74556458, 0.72487145),
    ]

    @Test(arguments: table)
    func agreesWithTheTable(
        size: Int, coupling: Double, logZ: Double, energy: Double, heat: Double
    ) throws {
        let torus = try Kaufman.torus(size: size, coupling: coupling)
        #expect(abs(-torus.freeEnergyPerSite - logZ) < 6e-11)
        #expect(abs(torus.energyPerSite - energy) < 6e-9)
        #expect(abs(torus.specificHeatPerSite - heat) < 6e-9)
    }

    @Test(arguments: [
        (3, 9.020213400944), (4, 15.521915458755), (40, 1488.1526002282),
        (256, 60929.1575389034),
    ])
    func logarithmOfTheWholeLatticeAtTheCriticalPoint(size: Int, logZ: Double) throws {
        let found = try Kaufman.torus(size: size, coupling: criticalCoupling).logZ
        #expect(abs(found - logZ) < 1e-12 * max(1, logZ))
    }

    @Test func finiteSizeConstantOfTheCriticalTorus() throws {
        // ln(2^{1/4} + 2^{−1/2}) of Ferdinand and Fisher; corrections fall as 1/N.
        let constant = log(pow(2, 0.25) + pow(2, -0.5))
        for size in [64, 256, 1024] {
            let torus = try Kaufman.torus(size: size, coupling: criticalCoupling)
            let infinite = try Onsager.infinite(coupling: criticalCoupling)
            let sites = Double(size * size)
            let excess = torus.logZ + sites * infinite.freeEnergyPerSite
            #expect(abs(excess - constant) < 0.1 / sites + 1e-15 * sites)
        }
    }

    @Test(arguments: [7, 40], [0.1, 0.408, criticalCoupling, 0.6])
    func derivativesAgreeWithDifferences(size: Int, coupling: Double) throws {
        let step = 1e-4
        let below = try Kaufman.torus(size: size, coupling: coupling - step)
        let at = try Kaufman.torus(size: size, coupling: coupling)
        let above = try Kaufman.torus(size: size, coupling: coupling + step)
        let sites = Double(size * size)
        let first = (above.logZ - below.logZ) / (2 * step)
        #expect(abs(at.energyPerSite * sites + first) < 1e-6 * abs(first))
        let second = -(above.energyPerSite - below.energyPerSite) / (2 * step)
        #expect(abs(at.specificHeatPerSite - coupling * coupling * second) < 1e-5)
    }

    @Test func limitsOfTheCoupling() throws {
        let free = try Kaufman.torus(size: 7, coupling: 0)
        #expect(abs(free.logZ - 49 * log(2)) < 1e-12)
        #expect(free.energyPerSite == 0)
        #expect(free.specificHeatPerSite == 0)
        for coupling in [1e-300, 1e-100, 1e-9] {
            let weak = try Kaufman.torus(size: 6, coupling: coupling)
            #expect(abs(weak.logZ - 36 * log(2)) < 1e-12)
            // High temperatures: e = −2 tanh K, c = 2 K².
            #expect(abs(weak.energyPerSite + 2 * coupling) < 1e-15)
            #expect(abs(weak.specificHeatPerSite - 2 * coupling * coupling) < 1e-15)
        }
        let below = try Kaufman.torus(size: 6, coupling: Kaufman.frozen)
        let above = try Kaufman.torus(size: 6, coupling: Kaufman.frozen.nextUp)
        expect(below, above, within: 1e-12)
        let frozen = try Kaufman.torus(size: 6, coupling: 1e6)
        #expect(frozen.logZ == 72e6 + log(2))
        #expect(frozen.energyPerSite == -2)
    }

    @Test func refusesWhatHasNoAnswer() {
        for size in [-1, 0, 1] {
            #expect(throws: IsingError.self) {
                try Kaufman.torus(size: size, coupling: 0.4)
            }
        }
        #expect(throws: IsingError.couplingNotFinite(.infinity)) {
            try Kaufman.torus(size: 4, coupling: .infinity)
        }
        #expect(throws: IsingError.self) { try Kaufman.torus(size: 4, coupling: .nan) }
        #expect(throws: IsingError.frustrated(size: 5, coupling: -0.1)) {
            try Kaufman.torus(size: 5, coupling: -0.1)
        }
    }

    private func expect(
        _ a: ExactThermodynamics, _ b: ExactThermodynamics, within tolerance: Double,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        #expect(
            abs(a.logZ - b.logZ) < tolerance * max(1, abs(b.logZ)), sourceLocation: sourceLocation)
        #expect(
            abs(a.freeEnergyPerSite - b.freeEnergyPerSite) < tolerance
                * max(1, abs(b.freeEnergyPerSite)), sourceLocation: sourceLocation)
        #expect(
            abs(a.energyPerSite - b.energyPerSite) < tolerance, sourceLocation: sourceLocation)
        #expect(
            abs(a.specificHeatPerSite - b.specificHeatPerSite) < tolerance,
            sourceLocation: sourceLocation)
    }
}
