import RandomStreams
import TestSupport
import Testing

@testable import RBMCore

/// What is measured of a machine, and drawn from it, has the same bits where processes divide its columns.
@Suite struct MachineTests {
    /// Stands for a machine with all columns, or with those of one process.
    private typealias Divide = (RBM) -> any Machine

    /// Expects that each of three processes finds what one finds by itself.
    private func expectAlike<Found: Sendable & Equatable>(
        hidden: Int = 200, _ measure: @escaping @Sendable (_ divide: Divide) -> Found
    ) {
        let alone = measure { $0 }
        let slices = HiddenSlice.parts(of: hidden, among: 3)
        let team = ThreadTeam(slices)
        let together = team.run { member in
            measure { rbm in
                let slice = HiddenSlice(slices[member.place], of: hidden)
                return DividedRBM(
                    own: RBM(
                        visibleUnits: rbm.visibleUnits, hiddenUnits: rbm.hiddenUnits,
                        parameters: rbm.parameters.cut(to: slice)), group: member)
            }
        }
        #expect(together == [alone, alone, alone])
    }

    private static func rbm(_ visible: Int, _ hidden: Int, _ kind: Int, seed: UInt64 = 5) -> RBM {
        var generator = TestGenerator(seed: seed)
        return generator.rbm(
            visible, hidden, UnitKinds.binary[kind], UnitKinds.binary[1 - kind], weights: 0.2,
            biases: 0.5)
    }

    @Test(arguments: UnitKinds.binary.indices) func energiesInDoublePrecision(kind: Int) {
        let rbm = Self.rbm(30, 200, kind)
        var generator = TestGenerator(seed: 9)
        let values = (0..<(7 * 30)).map { _ in generator.normal() }
        expectAlike { divide in
            let machine = divide(rbm)
            let states = UpwardPass([machine]).hiddenStates(
                givenRows: values, cases: Array(3..<10), seed: 4)
            var found = machine.freeEnergies(ofVisible: values)
            found += UpwardPass([machine]).hiddenMeans(givenRows: values)
            found += states.map { Double($0) }
            found.append(machine.weightNorm)
            found.append(Double(machine.hiddenCount))
            found.append(machine.isSymmetric ? 1 : 0)
            return found
        }
        for row in 0..<7 {
            let one = Array(values[rowRange(row, of: 30)])
            #expect(rbm.freeEnergies(ofVisible: values)[row] == rbm.freeEnergy(ofVisible: one))
        }
    }

    @Test(arguments: UnitKinds.binary.indices) func chainsAndPassesDownward(kind: Int) {
        let rbm = Self.rbm(150, 200, kind)
        expectAlike { divide in
            let machine = divide(rbm)
            var chains = GibbsSampler(
                machine, chains: 3..<8, arithmetic: .integer, seed: 2, layer: 1)
            chains.run(sweeps: 3)
            let pass = DownwardPass(machine, arithmetic: .integer)
            let hidden = [UInt8](repeating: 1, count: 2 * 200)
            let drawn = pass.draw(
                from: hidden, firstChain: 1, chains: 2, seed: 3, layer: 0, sweep: 5)
            let states = (chains.visible + drawn.states).map { Float($0) }
            return [states, chains.visibleProbabilities, drawn.probabilities]
        }
    }

    @Test(arguments: UnitKinds.binary.indices) func temperingAndAnnealing(kind: Int) {
        let rbm = Self.rbm(40, 200, kind)
        expectAlike { divide in
            let machine = divide(rbm)
            var pilot = TemperingPilot()
            (pilot.baseRounds, pilot.ladderRounds, pilot.sweeps) = (1, 1, 4)
            let path = pilot.path(for: machine, arithmetic: .integer, seed: 6)
            var tempered = TemperedChains(
                machine, path: path, lanes: 2..<4, arithmetic: .integer, seed: 7)
            tempered.run(sweeps: 4)
            let sampling = AnnealedImportanceSampling(
                machine, base: path.base, schedule: AnnealingSchedule(linear: 20),
                arithmetic: .integer, rounding: .asTrained, seed: 8)
            var found = path.base.hiddenBias.map { Double($0) }
            found += path.ladder.betas
            found += tempered.visible.map { Double($0) }
            found += sampling.forward(chains: 0..<5).logWeights
            found += sampling.reverse(chains: 0..<2, from: tempered.visible).logWeights
            found += sampling.roundingErrors(of: tempered.visible, count: 2)
            return found
        }
    }

    @Test func pathsBetweenMachinesAndBoundsOfStacks() {
        let (first, second) = (Self.rbm(40, 200, 0), Self.rbm(40, 200, 0, seed: 6))
        let above = Self.rbm(200, 200, 1, seed: 7)
        var generator = TestGenerator(seed: 3)
        let states = generator.bytes(6 * 40, .bits)
        expectAlike { divide in
            let (start, end) = (divide(first), divide(second))
            let path = ModelPath(
                from: start, to: end, steps: 9, arithmetic: .integer, seed: 1, place: 0, time: 3)
            var moving = states
            let ahead = path.forward(&moving, chains: 0..<6)
            path.settle(&moving, chains: 0..<6, sweeps: 2)
            let back = path.reverse(&moving, chains: 0..<6)
            let bound = StackBound([start, divide(above)], seed: 5)
            var found = ahead + back
            found += moving.map { Double($0) }
            found.append(start.withoutWeights.independentLogPartition)
            found += bound.terms(of: states, numbers: Array(0..<6), draw: 1)
            return found
        }
    }

    @Test func theWholeIsJoined() {
        let rbm = Self.rbm(20, 200, 0)
        expectAlike { divide in divide(rbm).whole }
        expectAlike { divide in divide(rbm).with(divide(rbm).own.parameters).whole }
    }
}
