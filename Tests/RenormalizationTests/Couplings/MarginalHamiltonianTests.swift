import RBMCore
import TestSupport
import Testing

@testable import Renormalization

@Suite struct MarginalHamiltonianTests {
    @Test(
        arguments: [
            (Spin() as any UnitKind, Spin() as any UnitKind), (.spin, .bernoulli),
            (.bernoulli, .spin),
            (.bernoulli, .bernoulli),
        ],
        MarginalHamiltonian.Side.allCases)
    func valuesAreFreeEnergies(
        kinds: (visible: any UnitKind, hidden: any UnitKind), side: MarginalHamiltonian.Side
    ) throws {
        let machine = randomMachine(
            visible: 11, hidden: 12, visibleUnits: kinds.visible, hiddenUnits: kinds.hidden)
        let hamiltonian = MarginalHamiltonian(machine, side: side)
        let values = try hamiltonian.values()
        #expect(hamiltonian.units == (side == .visible ? 11 : 12))
        #expect(values.count == 1 << hamiltonian.units)
        for state in stride(from: 0, to: values.count, by: 7) {
            let energy =
                side == .visible
                ? machine.freeEnergy(
                    ofVisible: Machines.values(state, count: 11, kinds.visible))
                : machine.freeEnergy(ofHidden: Machines.values(state, count: 12, kinds.hidden))
            #expect(abs(values[state] + energy) < 1e-12)
        }
    }

    /// More units than factors of one logarithm.
    @Test func manyUnitsAreSummedOver() throws {
        let machine = randomMachine(visible: 3, hidden: 1100, scale: 3)
        let values = try MarginalHamiltonian(machine, side: .visible).values()
        for state in 0..<8 {
            let energy = machine.freeEnergy(ofVisible: Machines.values(state, count: 3, .spin))
            #expect(abs(values[state] + energy) < 1e-9)
        }
    }

    @Test func largeWeightsDoNotOverflow() throws {
        let machine = randomMachine(visible: 4, hidden: 4, scale: 1e6)
        for value in try MarginalHamiltonian(machine, side: .hidden).values() {
            #expect(value.isFinite)
        }
    }

    @Test func refusesWhatCannotBeWalkedThrough() {
        let machine = randomMachine(visible: 21, hidden: 2)
        #expect(throws: RenormalizationError.self) {
            try MarginalHamiltonian(machine, side: .visible).values()
        }
    }
}
