import Ising
import Renormalization
import Testing

struct ThermometerTests {
    @Test(arguments: [2, 3, 8, 40, 64]) func readsTheCouplingOfAnExactEnergy(size: Int) throws {
        let thermometer = try Thermometer(size: size)
        for coupling in [0.001, 0.1, 0.3, 0.408, criticalCoupling, 0.5, 0.9, 1.2, 1.499] {
            let energy = try Kaufman.torus(size: size, coupling: coupling).energyPerSite
            let read = try #require(try thermometer.reading(energy: energy).coupling)
            #expect(abs(read - coupling) < 1e-10, "\(coupling) read as \(read)")
        }
    }

    @Test func saysWhereNoTemperatureHasTheEnergy() throws {
        let thermometer = try Thermometer(size: 8)
        #expect(try thermometer.reading(energy: 0) == .hotterThanAny)
        #expect(try thermometer.reading(energy: 0.3) == .hotterThanAny)
        #expect(try thermometer.reading(energy: -2) == .colderThanAll)
        #expect(try thermometer.reading(energy: -1.99999) == .colderThanAll)
        #expect(try thermometer.reading(energy: -2).coupling == nil)
        #expect(try thermometer.reading(energy: -1e-9).coupling != nil)
    }

    @Test func theErrorOfACouplingIsThatOfTheEnergyOverItsSlope() throws {
        let thermometer = try Thermometer(size: 16)
        let step = 1e-5
        let energies = try [0.43 - step, 0.43 + step].map {
            try thermometer.exact($0).energyPerSite
        }
        let slope = (energies[1] - energies[0]) / (2 * step)
        let error = try thermometer.couplingError(energyError: 0.01, at: 0.43)
        #expect(abs(error - 0.01 / abs(slope)) < 1e-6)
    }

    @Test func theSpecificHeatIsLargestWhereItSays() throws {
        for size in [8, 32] {
            let thermometer = try Thermometer(size: size)
            let peak = try thermometer.couplingOfLargestSpecificHeat()
            let heats = try [peak - 1e-4, peak, peak + 1e-4].map {
                try thermometer.exact($0).specificHeatPerSite
            }
            #expect(heats[1] > heats[0] && heats[1] > heats[2])
        }
    }

    @Test func sizesOutOfReachAreRefused() {
        #expect(throws: RenormalizationError.self) { try Thermometer(size: 1) }
        #expect(throws: RenormalizationError.self) { try Thermometer(size: 1 << 20) }
    }
}
