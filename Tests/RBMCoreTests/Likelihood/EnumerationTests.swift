import Foundation
import RBMCore
import TestSupport
import Testing

@Suite struct EnumerationTests {
    @Test(arguments: UnitKinds.binary, UnitKinds.binary)
    func meetsTheSumOverAllJointStates(visible: any UnitKind, hidden: any UnitKind) throws {
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
    @Test(arguments: UnitKinds.binary, UnitKinds.binary)
    func bothMarginalsGiveOnePartitionFunction(visible: any UnitKind, hidden: any UnitKind) throws {
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
    @Test(arguments: UnitKinds.binary, UnitKinds.binary)
    func blocksAddUpInAnyOrder(visible: any UnitKind, hidden: any UnitKind) throws {
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
    @Test(arguments: UnitKinds.binary, [3, 511, 512, 513, 1030])
    func aWideOtherSideIsSummedWhole(kind: any UnitKind, width: Int) throws {
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
}
