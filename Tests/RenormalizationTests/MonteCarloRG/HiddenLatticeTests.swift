import RBMCore
import Renormalization
import Testing

struct HiddenLatticeTests {
    /// Hidden unit j looks at the block `order[j]` with a weight of the given sign.
    private func machine(size: Int, order: [Int], signs: [Float]) -> RBM {
        let half = size / 2
        var parameters = Parameters(visible: size * size, hidden: half * half)
        for (unit, block) in order.enumerated() {
            for site in 0..<4 {
                let x = 2 * (block % half) + site % 2
                let y = 2 * (block / half) + site / 2
                parameters[y * size + x, unit] = signs[unit]
            }
        }
        return RBM(visibleUnits: .spin, hiddenUnits: .spin, parameters: parameters)
    }

    private let order = (0..<16).map { $0 * 11 % 16 }
    private var signs: [Float] { (0..<16).map { $0 % 3 == 0 ? -1 : 1 } }

    @Test func aConfigurationIsInOrderAndPointsUp() throws {
        let rbm = machine(size: 8, order: order, signs: signs)
        let lattice = try #require(HiddenLattice.place(rbm, size: 8, below: nil).lattice)
        // All visible spins up: each hidden unit has the sign of its weights.
        let states = signs.map { UInt8($0 > 0 ? 1 : 0) }
        #expect(lattice.configuration(states.span) == Array(repeating: 1, count: 16))
        // One block down.
        var one = states
        one[4] = 1 - one[4]
        let configuration = lattice.configuration(one.span)
        let first = lattice.units.firstIndex(of: 4)
        #expect(configuration.firstIndex(of: 0) == first)
        #expect(configuration.filter { $0 == 0 }.count == 1)
    }

    @Test func aSecondLayerIsPlacedOnTheFirstOnesLattice() throws {
        let below = try #require(
            HiddenLattice.place(
                machine(size: 8, order: order, signs: signs), size: 8, below: nil
            ).lattice)
        // The blocks of the coarse lattice, in the order of the layer's own units.
        var parameters = Parameters(visible: 16, hidden: 4)
        for place in 0..<16 {
            let block = place / 4 / 2 * 2 + place % 4 / 2
            parameters[below.units[place], block] = below.reversed[place] ? -1 : 1
        }
        let rbm = RBM(visibleUnits: .spin, hiddenUnits: .spin, parameters: parameters)
        let lattice = try #require(HiddenLattice.place(rbm, size: 4, below: below).lattice)
        #expect(Set(lattice.units) == [0, 1, 2, 3])
        #expect(lattice.reversed == [false, false, false, false])
        #expect(lattice.placement.fields.allSatisfy { abs($0.alignment - 1) < 1e-12 })
        // In the order of the layer's own units the fields are scattered.
        let scattered = HiddenLattice.place(rbm, size: 4, below: nil).placement
        #expect(scattered.fields.contains { abs($0.alignment) < 0.6 })
    }

    @Test func aRandomMachineIsNoLattice() {
        var parameters = Parameters(visible: 64, hidden: 16)
        for i in 0..<parameters.weightCount {
            parameters.values[i] = Float((i * 7919 + 13) % 101) / 101 - 0.5
        }
        let rbm = RBM(visibleUnits: .spin, hiddenUnits: .spin, parameters: parameters)
        let (lattice, placement) = HiddenLattice.place(rbm, size: 8, below: nil)
        #expect(lattice == nil)
        #expect(placement.problem != nil)
    }
}
