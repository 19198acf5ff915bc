import Analysis
import Foundation
import Ising
import RBMCore
import Renormalization
import Testing

@Suite struct BondRBMTests {
    @Test func theWeightsAreThoseOfTheFormula() throws {
        #expect(abs(try BondRBM(size: 4, coupling: criticalCoupling).weight - 0.764285) < 1e-6)
        #expect(abs(try BondRBM(size: 4, coupling: 0.408).weight - 0.728115) < 1e-6)
        #expect(try BondRBM(size: 4, coupling: 0).weight == 0)
        let bonds = try BondRBM(size: 5, coupling: 0.7)
        #expect(abs(bonds.storedCoupling - 0.7) < 1e-7)
    }

    /// float32 rounds the coupling; ln Z follows with its exact slope, the mean energy.
    @Test(arguments: [
        (3, criticalCoupling, 29.4292249342), (4, criticalCoupling, 51.8046026290),
        (4, 0.408, 49.9769009053),
    ])
    func thePartitionFunctionIsTheKnownOne(size: Int, coupling: Double, known: Double) throws {
        let bonds = try BondRBM(size: size, coupling: coupling)
        let torus = try Kaufman.torus(size: size, coupling: coupling)
        let sites = Double(size * size)
        let slope = sites * (2 - torus.energyPerSite)
        let shift = slope * (bonds.storedCoupling - coupling)
        #expect(abs(try bonds.logPartition() - shift - known) < 1e-9)
    }

    @Test(arguments: [2, 3, 4], [0.0, 0.1, 0.3, 0.7])
    func enumerationMeetsTheTorus(size: Int, coupling: Double) throws {
        let bonds = try BondRBM(size: size, coupling: coupling)
        let enumerated = try #require(Enumeration(bonds.rbm)).logPartition
        #expect(abs(enumerated - (try bonds.logPartition())) < 1e-10)
    }

    /// 500 temperatures and 100 chains meet the exact ln Z of 192 units, on several seeds.
    @Test func annealingMeetsTheCriticalTorusOfEight() throws {
        let bonds = try BondRBM(size: 8, coupling: criticalCoupling)
        let exact = try bonds.logPartition()
        // Threads that wait for each other on a busy machine cost more than they bring.
        MatrixProducts.setThreads(1)
        for seed: UInt64 in 1...3 {
            let sampling = AnnealedImportanceSampling(
                bonds.rbm, base: TemperingBase(plainFor: bonds.rbm),
                schedule: AnnealingSchedule(linear: 500), arithmetic: .integer, seed: seed)
            let estimate = MeanWeight(
                logWeights: sampling.forward(chains: 0..<100).logWeights
            ).logarithm
            #expect(abs(estimate.value - exact) < 4 * estimate.error)
            #expect(estimate.error < 0.3)
        }
    }

    /// −ln Z/N − f of the torus falls as 1/N to its constant, and a bond adds ln 2 + K.
    @Test func theFreeEnergyIsExtensive() throws {
        let infinite = -(try Onsager.infinite(coupling: criticalCoupling)).freeEnergyPerSite
        let constants = try [16, 32, 64].map { size in
            let sites = Double(size * size)
            return try Kaufman.torus(size: size, coupling: criticalCoupling).logZ
                - sites * infinite
        }
        #expect(abs(constants[0] - 0.640235) < 1e-6)
        #expect(abs(constants[2] - 0.639932) < 1e-6)
        // What is left falls by four at each doubling: extrapolated, the constant of the torus.
        #expect(abs(constants[2] + (constants[2] - constants[1]) / 3 - 0.6399119) < 1e-6)

        for size in [8, 16, 32] {
            let bonds = try BondRBM(size: size, coupling: criticalCoupling)
            let k = bonds.storedCoupling
            let sites = Double(size * size)
            let perSite = try bonds.logPartition() / sites
            let limit = -(try Onsager.infinite(coupling: k)).freeEnergyPerSite + 2 * (log(2) + k)
            #expect(abs((perSite - limit) * sites - 0.63991) < 0.0015)
        }
    }

    /// Σ_v e^{−F(v)} = Σ_h e^{−F(h)}: marginalizing keeps the free energy.
    @Test func marginalizingKeepsTheFreeEnergy() throws {
        let bonds = try BondRBM(size: 3, coupling: 0.408)
        func logSum(_ units: Int, _ freeEnergy: ([Double]) -> Double) -> Double {
            let logs = (0..<1 << units).map { number in
                -freeEnergy((0..<units).map { 2 * Double(number >> $0 & 1) - 1 })
            }
            let largest = logs.max() ?? 0
            return largest + log(logs.reduce(0) { $0 + exp($1 - largest) })
        }
        let overVisible = logSum(9) { bonds.rbm.freeEnergy(ofVisible: $0) }
        let overHidden = logSum(18) { bonds.rbm.freeEnergy(ofHidden: $0) }
        #expect(abs(overVisible / overHidden - 1) < 1e-12)
        #expect(abs(overVisible / (try bonds.logPartition()) - 1) < 1e-12)
    }

    @Test func otherSizesAndCouplingsAreRefused() {
        for (size, coupling) in [(1, 0.4), (65, 0.4), (8, -0.1), (8, .nan), (8, 51)] {
            #expect(throws: RenormalizationError.self) {
                try BondRBM(size: size, coupling: coupling)
            }
        }
    }
}
