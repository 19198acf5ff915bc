import Foundation
import Testing

@testable import Ising

@Suite struct OnsagerTests {
    /// K, ln Z / N, e, c from an independent calculation in 40 digits.
    private static let table: [(Double, Double, Double, Double)] = [
        (1 / 2.0, 1.0257928127, -1.74556458, 0.72487145),
        (1 / 2.3, 0.9215777822, -1.34286639, 1.82236869),
        (1 / 2.5, 0.8793638208, -1.10607920, 0.86169836),
        (1 / 3.0, 0.8158827319, -0.81730959, 0.40137958),
        (0.408, 0.8883892096, -1.15085489, 0.96992016),
    ]

    @Test(arguments: table)
    func agreesWithTheTable(coupling: Double, logZ: Double, energy: Double, heat: Double) throws {
        let infinite = try Onsager.infinite(coupling: coupling)
        #expect(abs(-infinite.freeEnergyPerSite - logZ) < 6e-11)
        #expect(abs(infinite.energyPerSite - energy) < 6e-9)
        #expect(abs(infinite.specificHeatPerSite - heat) < 6e-9)
    }

    @Test func criticalPoint() throws {
        let catalan = 0.915965594177219
        let critical = try Onsager.infinite(coupling: criticalCoupling)
        #expect(abs(criticalCoupling - 0.440686793509772) < 1e-15)
        #expect(abs(-critical.freeEnergyPerSite - (0.5 * log(2) + 2 * catalan / .pi)) < 1e-14)
        #expect(abs(critical.energyPerSite + 2.0.squareRoot()) < 1e-14)
        #expect(critical.specificHeatPerSite == .infinity)
    }

    @Test func specificHeatDivergesAsALogarithm() throws {
        // c = −(8/π) K_c² ln|K − K_c| + constant: each decade adds the same.
        let decade = 8 / Double.pi * criticalCoupling * criticalCoupling * log(10)
        for side in [-1.0, 1.0] {
            let heats = try [1e-5, 1e-6, 1e-7].map {
                try Onsager.infinite(coupling: criticalCoupling + side * $0).specificHeatPerSite
            }
            #expect(abs(heats[1] - heats[0] - decade) < 1e-3)
            #expect(abs(heats[2] - heats[1] - decade) < 1e-3)
        }
    }

    @Test(arguments: [0.2, 0.25, 0.3, 0.35, 0.55, 0.7, 1.5])
    func bothFormsAgree(coupling: Double) {
        let modes = Onsager.modeAverage(coupling)
        let elliptic = Onsager.ellipticForm(coupling)
        #expect(abs(modes.0 - elliptic.0) < 1e-14 * max(1, elliptic.0))
        #expect(abs(modes.1 - elliptic.1) < 1e-13)
        #expect(abs(modes.2 - elliptic.2) < 1e-12)
    }

    @Test(arguments: [1e-6, 0.1, 0.299, 0.301, 0.38, 0.408, 0.5, 0.8])
    func isTheLimitOfTheTorus(coupling: Double) throws {
        let torus = try Kaufman.torus(size: 512, coupling: coupling)
        let infinite = try Onsager.infinite(coupling: coupling)
        // Two ordered states above K_c: ln 2 of the whole torus.
        let states = coupling > criticalCoupling ? log(2) / Double(512 * 512) : 0
        #expect(abs(torus.freeEnergyPerSite + states - infinite.freeEnergyPerSite) < 1e-12)
        #expect(abs(torus.energyPerSite - infinite.energyPerSite) < 1e-12)
        #expect(abs(torus.specificHeatPerSite - infinite.specificHeatPerSite) < 1e-11)
    }

    @Test func signOfTheCoupling() throws {
        let positive = try Onsager.infinite(coupling: 0.35)
        let negative = try Onsager.infinite(coupling: -0.35)
        #expect(negative.freeEnergyPerSite == positive.freeEnergyPerSite)
        #expect(negative.energyPerSite == -positive.energyPerSite)
        #expect(negative.specificHeatPerSite == positive.specificHeatPerSite)
        let free = try Onsager.infinite(coupling: 0)
        #expect(free.freeEnergyPerSite == -log(2))
        #expect(free.energyPerSite == 0)
    }

    @Test func spontaneousMagnetization() throws {
        #expect(abs(try Onsager.magnetization(coupling: 1 / 2.0) - 0.91131938) < 6e-9)
        #expect(abs(try Onsager.magnetization(coupling: 1 / 2.1) - 0.86874762) < 6e-9)
        #expect(abs(try Onsager.magnetization(coupling: 1 / 2.2) - 0.78475513) < 6e-9)
        #expect(try Onsager.magnetization(coupling: criticalCoupling) == 0)
        #expect(try Onsager.magnetization(coupling: 0.3) == 0)
        #expect(try Onsager.magnetization(coupling: -1) == 0)
        #expect(try Onsager.magnetization(coupling: 500) == 1)
    }

    @Test func refusesWhatIsNoNumber() {
        #expect(throws: IsingError.self) { try Onsager.infinite(coupling: .nan) }
        #expect(throws: IsingError.self) { try Onsager.magnetization(coupling: .infinity) }
    }
}
