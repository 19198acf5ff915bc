import Foundation
import Ising
import RBMCore
import Testing

@Suite struct EnumerationTests {
    @Test(arguments: UnitKind.allCases, UnitKind.allCases)
    func meetsTheSumOverAllJointStates(visible: UnitKind, hidden: UnitKind) throws {
        var generator = TestGenerator(seed: 40)
        for (n, m) in [(1, 1), (3, 5), (5, 3), (4, 4), (7, 2), (1, 8)] {
            let rbm = generator.rbm(n, m, visible, hidden, weights: 1.2, biases: 0.8)
            let enumeration = try #require(Enumeration(rbm))
            #expect(enumeration.side == min(n, m))
            let exact = NaiveRBM(rbm).logPartition
            #expect(abs(enumeration.logPartition / exact - 1) < 1e-12, "\(n)×\(m)")
        }
    }

    /// Σ_v e^{−F(v)} = Σ_h e^{−F(h)}: marginalizing either side leaves the other's weight.
    @Test(arguments: UnitKind.allCases, UnitKind.allCases)
    func bothMarginalsGiveOnePartitionFunction(visible: UnitKind, hidden: UnitKind) throws {
        var generator = TestGenerator(seed: 41)
        for (n, m) in [(9, 6), (6, 9), (8, 8)] {
            let rbm = generator.rbm(n, m, visible, hidden)
            let overVisible = logSum(
                NaiveRBM.states(visible, n).map { -rbm.freeEnergy(ofVisible: $0) })
            let overHidden = logSum(
                NaiveRBM.states(hidden, m).map { -rbm.freeEnergy(ofHidden: $0) })
            #expect(abs(overVisible / overHidden - 1) < 1e-12)
            let enumerated = try #require(Enumeration(rbm)).logPartition
            #expect(abs(enumerated / overHidden - 1) < 1e-12)
        }
    }

    /// A side of 13 units has two blocks; their sums in any order, and either side the smaller.
    @Test(arguments: UnitKind.allCases, UnitKind.allCases)
    func blocksAddUpInAnyOrder(visible: UnitKind, hidden: UnitKind) throws {
        var generator = TestGenerator(seed: 42)
        for (n, m) in [(13, 15), (15, 13)] {
            let rbm = generator.rbm(n, m, visible, hidden, weights: 0.4)
            let enumeration = try #require(Enumeration(rbm))
            #expect(enumeration.blocks == 2)
            let logs = [1, 0].map(enumeration.logSum)
            #expect(Enumeration.combine(logs.reversed()) == enumeration.logPartition)
            let direct =
                n < m
                ? NaiveRBM.states(visible, n).map { -rbm.freeEnergy(ofVisible: $0) }
                : NaiveRBM.states(hidden, m).map { -rbm.freeEnergy(ofHidden: $0) }
            #expect(abs(enumeration.logPartition / logSum(direct) - 1) < 1e-12)
            // The first block holds the states with unit 12 down, in Gray-code order.
            #expect(abs(logs[1] / logSum(Array(direct[..<4096])) - 1) < 1e-12)
        }
    }

    /// More units on the other side than one product of factors takes, and not a multiple of four.
    @Test(arguments: UnitKind.allCases, [3, 511, 512, 513, 1030])
    func aWideOtherSideIsSummedWhole(kind: UnitKind, width: Int) throws {
        var generator = TestGenerator(seed: 43)
        let rbm = generator.rbm(width, 2, kind, .spin, weights: 0.3)
        let exact = logSum(NaiveRBM.states(.spin, 2).map { -rbm.freeEnergy(ofHidden: $0) })
        let enumerated = try #require(Enumeration(rbm)).logPartition
        #expect(abs(enumerated / exact - 1) < 1e-12)
    }

    @Test func energiesOfThousandsStayFinite() throws {
        let rbm = RBM(
            visibleUnits: .spin, hiddenUnits: .bernoulli,
            parameters: Parameters(weights: [500, -500], visibleBias: [1000], hiddenBias: [0, 0]))
        let exact = NaiveRBM(rbm).logPartition
        #expect(exact > 1400)
        let enumerated = try #require(Enumeration(rbm)).logPartition
        #expect(abs(enumerated / exact - 1) < 1e-14)
    }

    @Test func combiningNothingOrZeroesIsZeroInLogarithms() {
        #expect(Enumeration.combine([]) == -.infinity)
        #expect(Enumeration.combine([-.infinity, -.infinity]) == -.infinity)
        #expect(abs(Enumeration.combine([0, -.infinity]) - 0) < 1e-15)
        #expect(abs(Enumeration.combine([1000, 1000]) - 1000 - log(2)) < 1e-12)
    }

    @Test func moreThan25UnitsOnBothSidesAreRefused() {
        func machine(_ n: Int, _ m: Int) -> RBM {
            RBM(
                visibleUnits: .spin, hiddenUnits: .spin,
                parameters: Parameters(visible: n, hidden: m))
        }
        #expect(Enumeration(machine(26, 26)) == nil)
        #expect(Enumeration(machine(25, 1000)) != nil)
        #expect(Enumeration(machine(784, 25)) != nil)
    }

    // MARK: The Ising torus

    /// The RBM with one ±1 hidden unit for each bond of the torus, w = ½ arccosh(e^{2K}) to both
    /// its sites: its sum over hidden units is the Ising model.
    private func bondMachine(size: Int, coupling: Double) -> RBM {
        let sites = size * size
        var parameters = Parameters(visible: sites, hidden: 2 * sites)
        let weight = Float(acosh(exp(2 * coupling)) / 2)
        for row in 0..<size {
            for column in 0..<size {
                let site = row * size + column
                let right = row * size + (column + 1) % size
                let below = (row + 1) % size * size + column
                for (bond, neighbour) in [(2 * site, right), (2 * site + 1, below)] {
                    parameters[site, bond] = weight
                    parameters[neighbour, bond] = weight
                }
            }
        }
        return RBM(visibleUnits: .spin, hiddenUnits: .spin, parameters: parameters)
    }

    /// The coupling to which a machine of float32 weights belongs.
    private func coupling(ofWeight weight: Float) -> Double { log(cosh(2 * Double(weight))) / 2 }

    @Test(arguments: [(3, 29.4292249342), (4, 51.8046026290)])
    func theBondMachineOfTheCriticalTorusHasItsPartitionFunction(
        size: Int, exact: Double
    ) throws {
        let critical = log(1 + 2.0.squareRoot()) / 2
        let rbm = bondMachine(size: size, coupling: critical)
        // float32 rounds the coupling; ln Z follows with its exact slope. A bond's mean is a sum
        // over neighbours, taken here from the enumeration at two more couplings.
        let logPartition = try #require(Enumeration(rbm)).logPartition
        let error = coupling(ofWeight: rbm.parameters[0, 0]) - critical
        func reference(_ coupling: Double) throws -> Double {
            let sites = Double(size * size)
            return try Kaufman.torus(size: size, coupling: coupling).logZ
                + 2 * sites * (log(2) + coupling)
        }
        let slope = try (reference(critical + 1e-4) - reference(critical - 1e-4)) / 2e-4
        #expect(abs(logPartition - slope * error - exact) < 1e-9)
    }

    @Test(arguments: [2, 3, 4], [0.1, 0.3, 0.7])
    func theBondMachineHasThePartitionFunctionOfItsTorus(size: Int, coupling: Double) throws {
        let rbm = bondMachine(size: size, coupling: coupling)
        let actual = self.coupling(ofWeight: rbm.parameters[0, 0])
        let sites = Double(size * size)
        let exact = try Kaufman.torus(size: size, coupling: actual).logZ
        let logPartition = try #require(Enumeration(rbm)).logPartition
        #expect(abs(logPartition - exact - 2 * sites * (log(2) + actual)) < 1e-9)
    }
}
