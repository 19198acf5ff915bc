import Analysis
import Foundation
import TestSupport
import Testing

@testable import Ising

@Suite struct IsingSamplerTests {
    private func draw(_ sampler: IsingSampler, _ indices: Range<Int>) -> [UInt8] {
        var bytes = [UInt8](repeating: 255, count: indices.count * sampler.size * sampler.size)
        var span = bytes.mutableSpan
        sampler.draw(indices, into: &span)
        return bytes
    }

    private func measure(_ sampler: IsingSampler, _ count: Int) throws -> ObservableSums {
        var sums = try ObservableSums(
            size: sampler.size, total: count, blockLength: sampler.plan.samplesPerReplica)
        try sums.add(draw(sampler, 0..<count).span, first: 0)
        return sums
    }

    @Test(
        .statistical, arguments: SamplingMethod.allCases,
        [(8, criticalCoupling), (16, 0.408), (16, criticalCoupling), (6, -0.42)])
    func energyAndSpecificHeatAgreeWithKaufman(
        method: SamplingMethod, point: (size: Int, coupling: Double)
    ) throws {
        let sampler = try IsingSampler(
            size: point.size, coupling: point.coupling, method: method, seed: 20)
        let sums = try measure(sampler, 20_480)
        let exact = try Kaufman.torus(size: point.size, coupling: point.coupling)
        let energy = sums.energyPerSite
        #expect(abs(energy.value - exact.energyPerSite) < 4 * energy.error)
        #expect(energy.error < 0.004)
        let heat = sums.specificHeatPerSite(coupling: point.coupling)
        #expect(abs(heat.value - exact.specificHeatPerSite) < 4 * heat.error)
        #expect(heat.error < 0.03)
    }

    @Test(arguments: [(40, 0.408), (32, 0.6), (7, criticalCoupling), (2, 0.3), (12, 0.55)])
    func theDefaultMethodAgreesWithKaufman(size: Int, coupling: Double) throws {
        let sampler = try IsingSampler(size: size, coupling: coupling, seed: 21)
        let energy = try measure(sampler, 4096).energyPerSite
        let exact = try Kaufman.torus(size: size, coupling: coupling).energyPerSite
        #expect(abs(energy.value - exact) < 4 * energy.error)
        #expect(energy.error < 0.02)
    }

    @Test(.statistical, arguments: SamplingMethod.allCases)
    func energiesHaveTheEnumeratedDistribution(method: SamplingMethod) throws {
        let coupling = criticalCoupling
        let sampler = try IsingSampler(
            size: 4, coupling: coupling, method: method, seed: 22)
        // The last configuration of each replica: these are independent.
        let replicas = 4096
        let length = sampler.plan.samplesPerReplica
        let bytes = draw(sampler, 0..<replicas * length)
        var found: [Int: Int] = [:]
        var up = 0
        for replica in 0..<replicas {
            let counts = LatticeCounts(
                bytes.span, at: (replica * length + length - 1) * 16, size: 4)
            found[counts.energy, default: 0] += 1
            up += counts.magnetization > 0 ? 1 : counts.magnetization == 0 ? 0 : -1
        }
        // Both signs equally often: 4 standard deviations.
        #expect(abs(up) < 4 * 64)
        let states = try DensityOfStates(size: 4)
        let logZ = try states.thermodynamics(coupling: coupling).logZ
        var chi = 0.0
        var cells = 0.0
        var rareFound = 0.0
        var rareExpected = 0.0
        for energy in -32...32 {
            let expected =
                Double(replicas * states.count(energy: energy))
                * exp(-coupling * Double(energy) - logZ)
            guard expected >= 8 else {
                rareFound += Double(found[energy] ?? 0)
                rareExpected += expected
                continue
            }
            let deviation = Double(found[energy] ?? 0) - expected
            chi += deviation * deviation / expected
            cells += 1
        }
        if rareExpected > 0 {
            chi += (rareFound - rareExpected) * (rareFound - rareExpected) / rareExpected
            cells += 1
        }
        let freedom = cells - 1
        #expect(freedom >= 6)
        #expect(chi < freedom + 4 * (2 * freedom).squareRoot())
    }

    /// On the 2×2 torus local updates that always took what costs nothing would reach half of it.
    @Test(.statistical, arguments: SamplingMethod.allCases, [0.12, 0.5])
    func reachesEveryConfiguration(method: SamplingMethod, coupling: Double) throws {
        let sampler = try IsingSampler(
            size: 2, coupling: coupling, method: method, seed: 27)
        let length = sampler.plan.samplesPerReplica
        let replicas = 4096
        let bytes = draw(sampler, 0..<replicas * length)
        var found = [Int](repeating: 0, count: 16)
        for replica in 0..<replicas {
            let last = (replica * length + length - 1) * 4
            found[(0..<4).reduce(0) { $0 | Int(bytes[last + $1]) << $1 }] += 1
        }
        let logZ = try DensityOfStates(size: 2).thermodynamics(coupling: coupling).logZ
        var chi = 0.0
        for state in 0..<16 {
            let spins = (0..<4).map { UInt8(state >> $0 & 1) }
            let energy = LatticeCounts(spins.span, at: 0, size: 2).energy
            let expected = Double(replicas) * exp(-coupling * Double(energy) - logZ)
            chi += (Double(found[state]) - expected) * (Double(found[state]) - expected) / expected
        }
        #expect(chi < 15 + 4 * 30.0.squareRoot())
    }

    @Test(arguments: SamplingMethod.allCases)
    func magnetizationAgreesWithEnumeration(method: SamplingMethod) throws {
        let sampler = try IsingSampler(size: 4, coupling: 0.4, method: method, seed: 23)
        let estimate = try measure(sampler, 16_384).absoluteMagnetizationPerSite
        let exact = try DensityOfStates(size: 4).absoluteMagnetization(coupling: 0.4)
        #expect(abs(estimate.value - exact) < 4 * estimate.error)
        #expect(estimate.error < 0.01)
    }

    @Test(arguments: [(4, 0.4, 0.05), (4, 0.8, -0.1), (5, 0.2, 0.3), (3, 0, -0.5), (2, 0.5, 0.01)])
    func magnetizationInAFieldAgreesWithEnumeration(
        size: Int, coupling: Double, field: Double
    ) throws {
        let sampler = try IsingSampler(
            size: size, coupling: coupling, field: field, seed: 28)
        #expect(sampler.plan.method == .metropolis)
        let sums = try measure(sampler, 16_384)
        let states = try DensityOfStates(size: size)
        let exact = try states.thermodynamics(coupling: coupling, field: field)
        let magnetization = sums.magnetizationPerSite
        let expected = try states.magnetization(coupling: coupling, field: field)
        #expect(abs(magnetization.value - expected) < 4 * magnetization.error)
        #expect(magnetization.error < 0.01)
        let energy = sums.energyPerSite
        #expect(abs(energy.value - exact.energyPerSite) < 4 * energy.error)
        let heat = sums.specificHeatPerSite(coupling: coupling)
        #expect(abs(heat.value - exact.specificHeatPerSite) < 4 * max(heat.error, 1e-12))
    }

    @Test(arguments: SamplingMethod.allCases)
    func anyDivisionDrawsTheSameBytes(method: SamplingMethod) throws {
        let sampler = try IsingSampler(size: 6, coupling: 0.4, method: method, seed: 24)
        let total = 2500
        let all = draw(sampler, 0..<total)
        #expect(Set(all) == [0, 1])
        for cuts in [[0, 1, 63, 64, 65, 1023, 1024, 1500, 2048, 2500], [0, 0, 1250, 2500, 2500]] {
            let parts = zip(cuts, cuts.dropFirst()).flatMap { draw(sampler, $0..<$1) }
            #expect(parts == all)
        }
        #expect(draw(sampler, 0..<100) == Array(all.prefix(100 * 36)))
    }

    @Test func replicasAndTimesAllDiffer() throws {
        for method in SamplingMethod.allCases {
            let sampler = try IsingSampler(
                size: 12, coupling: 0.3, method: method, seed: 25)
            let bytes = draw(sampler, 0..<2048)
            let distinct = Set((0..<2048).map { Array(bytes[$0 * 144..<($0 + 1) * 144]) })
            #expect(distinct.count == 2048)
        }
    }

    private static let checksums: [(SamplingMethod, UInt64)] = [
        (.multispin, 9_889_480_117_314_415_879), (.swendsenWang, 3_430_528_445_949_387_281),
        (.wolff, 8_457_071_172_550_872_194), (.metropolis, 7_755_404_214_760_571_810),
    ]

    /// Samples must not change by accident: data sets are cited by their seed.
    @Test(arguments: checksums)
    func bitsOfASeed(method: SamplingMethod, checksum: UInt64) throws {
        let sampler = try IsingSampler(
            size: 8, coupling: criticalCoupling, method: method, seed: 42)
        #expect(Checksum(draw(sampler, 0..<1100)).hash == checksum)
    }

    @Test func negativeCouplingsTurnOneSublattice() throws {
        let positive = try IsingSampler(size: 6, coupling: 0.4, seed: 26)
        let negative = try IsingSampler(size: 6, coupling: -0.4, seed: 26)
        #expect(positive.plan == negative.plan)
        let ferromagnet = draw(positive, 0..<50)
        let turned = ferromagnet.enumerated().map { index, spin in
            spin ^ UInt8((index % 36 / 6 + index % 6) & 1)
        }
        #expect(draw(negative, 0..<50) == turned)
    }

    @Test func updatesCountWholeBlocks() throws {
        let sampler = try IsingSampler(
            size: 8, coupling: 0.3, method: .multispin, seed: 1)
        let plan = sampler.plan
        #expect(plan.blockSize == 1024)
        let block = 64 * 64 * (plan.equilibration + 15 * plan.spacing)
        #expect(sampler.updates(drawing: 0..<0) == 0)
        #expect(sampler.updates(drawing: 5..<6) == block)
        #expect(sampler.updates(drawing: 1023..<1025) == 2 * block)
    }

    @Test func thePlanIsPrintable() {
        let plan = SamplingPlan(
            method: .multispin, autocorrelationTime: 16.37, clustersPerSweep: 0)
        #expect(
            plan.description == """
                multispin: autocorrelation time 16.4 sweeps, equilibration 328, spacing 66, \
                16 configurations per replica, blocks of 1024
                """)
    }

    @Test func refusesWhatItCannotSample() {
        func error(_ size: Int, _ coupling: Double, _ method: SamplingMethod? = nil)
            -> IsingError?
        {
            #expect(throws: IsingError.self) {
                try IsingSampler(size: size, coupling: coupling, method: method, seed: 1)
            }
        }
        #expect(error(1, 0.4)?.description.contains("2 to 4096") == true)
        #expect(error(5000, 0.4) != nil)
        #expect(error(8, .nan) != nil)
        #expect(error(7, -0.4)?.description.contains("frustrated") == true)
        #expect(error(7, 0.4, .multispin)?.description.contains("swendsen-wang") == true)
        #expect(error(8, 0, .multispin)?.description.contains("swendsen-wang") == true)
        #expect(error(8, 0.01, .wolff)?.description.contains("parity") == true)
        for (coupling, field, method) in [
            (0.4, 0.1, SamplingMethod.wolff), (-0.4, 0.1, .metropolis), (0.4, .nan, .metropolis),
        ] {
            #expect(throws: IsingError.self) {
                try IsingSampler(
                    size: 8, coupling: coupling, field: field, method: method, seed: 1)
            }
        }
    }
}
