import Analysis
import Foundation
import RandomStreams
import Testing

@testable import Ising

@Suite struct ObservableSumsTests {
    private func randomConfigurations(_ count: Int, size: Int) -> [UInt8] {
        var words = [UInt32](repeating: 0, count: count * size * size)
        var span = words.mutableSpan
        RandomStream(seed: 6, .benchmark).fill(&span, row: 0)
        return words.map { UInt8($0 >> 31) }
    }

    @Test(arguments: [2, 3, 4, 7, 8, 33])
    func countsAgreeWithADoubleLoop(size: Int) {
        let sites = size * size
        let bytes = randomConfigurations(5, size: size)
        for n in 0..<5 {
            var energy = 0
            var magnetization = 0
            func spin(_ y: Int, _ x: Int) -> Int {
                2 * Int(bytes[n * sites + y % size * size + x % size]) - 1
            }
            for y in 0..<size {
                for x in 0..<size {
                    energy -= spin(y, x) * (spin(y, x + 1) + spin(y + 1, x))
                    magnetization += spin(y, x)
                }
            }
            let counts = LatticeCounts(bytes.span, at: n * sites, size: size)
            #expect(counts.energy == energy)
            #expect(counts.magnetization == magnetization)
        }
    }

    @Test func partsAddUpToTheWhole() throws {
        let bytes = randomConfigurations(50, size: 6)
        var whole = try ObservableSums(size: 6, total: 50, blockLength: 8)
        try whole.add(bytes.span, first: 0)
        var merged = try ObservableSums(size: 6, total: 50, blockLength: 8)
        for (from, to) in [(20, 50), (0, 3), (3, 20)] {
            var part = try ObservableSums(size: 6, total: 50, blockLength: 8)
            try part.add(Array(bytes[from * 36..<to * 36]).span, first: from)
            merged.add(values: part.values)
        }
        #expect(merged == whole)
        #expect(whole.count == 50)
    }

    @Test func meansAgreeWithADirectCalculation() throws {
        let bytes = randomConfigurations(100, size: 5)
        var sums = try ObservableSums(size: 5, total: 100, blockLength: 1)
        try sums.add(bytes.span, first: 0)
        let energies = (0..<100).map {
            Double(LatticeCounts(bytes.span, at: $0 * 25, size: 5).energy)
        }
        let mean = energies.reduce(0, +) / 100
        let squares = energies.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        #expect(abs(sums.energyPerSite.value - mean / 25) < 1e-12)
        // For a mean, the jackknife is the textbook error.
        #expect(abs(sums.energyPerSite.error - (squares / 99 / 100).squareRoot() / 25) < 1e-12)
        // For a variance, removing the bias turns n into n − 1.
        let heat = sums.specificHeatPerSite(coupling: 0.3).value
        #expect(abs(heat - 0.09 * squares / 99 / 25) < 1e-12)
    }

    /// Deviations from exact values in units of the errors, over many data sets.
    @Test func errorsAreAsLargeAsTheySay() throws {
        let coupling = criticalCoupling
        let states = try DensityOfStates(size: 4)
        let exact = try states.thermodynamics(coupling: coupling)
        let magnetization = try states.absoluteMagnetization(coupling: coupling)
        let sets = 300
        var pulls: [[Double]] = [[], [], []]
        for seed in 0..<sets {
            let sampler = try IsingSampler(
                size: 4, coupling: coupling, method: .multispin, seed: UInt64(seed))
            let length = sampler.plan.samplesPerReplica
            var bytes = [UInt8](repeating: 0, count: 1024 * 16)
            var span = bytes.mutableSpan
            sampler.draw(0..<1024, into: &span)
            var sums = try ObservableSums(size: 4, total: 1024, blockLength: length)
            try sums.add(bytes.span, first: 0)
            let found = [
                (sums.energyPerSite, exact.energyPerSite),
                (sums.absoluteMagnetizationPerSite, magnetization),
                (sums.specificHeatPerSite(coupling: coupling), exact.specificHeatPerSite),
            ]
            for (index, (estimate, truth)) in found.enumerated() {
                pulls[index].append((estimate.value - truth) / estimate.error)
            }
        }
        for pull in pulls {
            let mean = pull.reduce(0, +) / Double(sets)
            let variance = pull.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(sets - 1)
            // 4 standard errors of either.
            #expect(abs(mean) < 4 / Double(sets).squareRoot())
            #expect(abs(variance.squareRoot() - 1) < 4 / Double(2 * sets).squareRoot())
        }
    }

    @Test func whatIsNotKnownIsNotANumber() throws {
        var sums = try ObservableSums(size: 4, total: 3, blockLength: 3)
        #expect(sums.energyPerSite.value.isNaN)
        try sums.add(randomConfigurations(3, size: 4).span, first: 0)
        #expect(sums.energyPerSite.value.isFinite)
        #expect(sums.energyPerSite.error.isNaN)
    }

    @Test func refusesBytesThatAreNoSpins() throws {
        var sums = try ObservableSums(size: 2, total: 10, blockLength: 1)
        let bytes: [UInt8] = [0, 1, 1, 0, 1, 1, 255, 0]
        #expect(throws: IsingError.notASpin(255, configuration: 6)) {
            try sums.add(bytes.span, first: 5)
        }
        #expect(sums.count == 0)
        #expect(throws: IsingError.self) {
            try ObservableSums(size: 1, total: 1, blockLength: 1)
        }
    }
}
