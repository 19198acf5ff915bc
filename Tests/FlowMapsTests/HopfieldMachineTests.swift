import Foundation
import Testing

@testable import FlowMaps

@Suite struct HopfieldMachineTests {
    /// −ln ∫ e^{−E} dz of the machine in a state, from its stored weights.
    private func freeEnergy(_ machine: HopfieldMachine, _ state: [Int8]) -> Double {
        let count = machine.weights.count / state.count
        return (0..<count).reduce(0) { sum, pattern in
            let field = state.indices.reduce(0.0) {
                $0 + Double(machine.weights[$1 * count + pattern]) * Double(state[$1])
            }
            return sum - field * field / 2 - log(2 * Double.pi) / 2
        }
    }

    @Test(arguments: [(10, 1, 1.0), (50, 7, 4.0), (300, 20, 0.3)])
    func hebbsMachineIsTheMemory(units: Int, count: Int, beta: Double) throws {
        let patterns = HopfieldPatterns.random(
            units: units, count: count, bias: 0, seed: 3, load: 0, trial: 0)
        let memory = try #require(HopfieldMemory(patterns, rule: .hebb))
        let machine = HopfieldMachine(memory, inverseTemperature: beta)
        #expect(abs(machine.inverseTemperature / beta - 1) < 1e-6)
        for trial in 1...50 {
            let state = HopfieldPatterns.random(
                units: units, count: 1, bias: 0.1, seed: 4, load: 0, trial: trial)[0]
            let energy = Double(units) * memory.energy(of: state)
            let free = freeEnergy(machine, state)
            let difference = free - machine.inverseTemperature * energy - machine.constant
            #expect(abs(difference) < 1e-12 * max(1, abs(free)))
        }
    }

    @Test func theMachineOfTheProjectionRuleIsTheMemoryToFloats() throws {
        let patterns = HopfieldPatterns.random(
            units: 40, count: 9, bias: 0.6, seed: 5, load: 0, trial: 0)
        let memory = try #require(HopfieldMemory(patterns, rule: .projection))
        let machine = HopfieldMachine(memory, inverseTemperature: 2)
        for trial in 1...50 {
            let state = HopfieldPatterns.random(
                units: 40, count: 1, bias: 0, seed: 6, load: 0, trial: trial)[0]
            let difference =
                freeEnergy(machine, state) - 80 * memory.energy(of: state) - machine.constant
            #expect(abs(difference) < 1e-4)
        }
        // Each stored pattern lies in the projection's space: −½ β N (1 − d/N) exactly.
        #expect(abs(freeEnergy(machine, patterns[4]) - (-40 - 4.5 * log(2 * .pi))) < 1e-4)
    }
}
