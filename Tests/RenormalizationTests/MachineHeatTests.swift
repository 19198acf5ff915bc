import Foundation
import RBMCore
import Renormalization
import TestSupport
import Testing

struct MachineHeatTests {
    private func heats(
        _ rbm: RBM, _ temperatures: [Double]
    ) -> (machine: [Double], visible: [Double]) {
        let heat = MachineHeat(rbm)
        return MachineHeat.heats(
            (0..<heat.blocks).flatMap { heat.sums(ofBlock: $0, temperatures: temperatures) },
            temperatures: temperatures)
    }

    /// Both specific heats against the sums over all joint states, written out.
    @Test(arguments: Array(MeanFieldMapTests.kinds.prefix(3)))
    func heatsAreThoseOfAllStates(kinds: (any UnitKind, any UnitKind)) {
        let rbm = randomMachine(
            visible: 5, hidden: 4, visibleUnits: kinds.0, hiddenUnits: kinds.1, scale: 1.3, seed: 6)
        let temperatures = [0.3, 1, 2.5]
        let found = heats(rbm, temperatures)
        func values(_ state: Int, _ count: Int, _ kind: any UnitKind) -> [Double] {
            (0..<count).map { kind.value(state >> $0 & 1 == 1 ? 1 : 0) }
        }
        for (place, temperature) in temperatures.enumerated() {
            var (weight, first, second) = (0.0, 0.0, 0.0)
            var (weightF, firstF, secondF) = (0.0, 0.0, 0.0)
            for v in 0..<32 {
                let visible = values(v, 5, kinds.0)
                for h in 0..<16 {
                    let energy = rbm.energy(visible: visible, hidden: values(h, 4, kinds.1))
                    let w = exp(-energy / temperature)
                    weight += w
                    first += w * energy
                    second += w * energy * energy
                }
                let free = rbm.freeEnergy(ofVisible: visible)
                let w = exp(-free / temperature)
                weightF += w
                firstF += w * free
                secondF += w * free * free
            }
            let mean = first / weight
            let meanF = firstF / weightF
            let expected = (second / weight - mean * mean) / (temperature * temperature)
            let expectedF = (secondF / weightF - meanF * meanF) / (temperature * temperature)
            #expect(abs(found.machine[place] - expected) < 1e-10 * max(1, expected))
            #expect(abs(found.visible[place] - expectedF) < 1e-10 * max(1, expectedF))
        }
    }

    /// A machine without weights is a set of independent spins in fields: C = Σ (b/T)² / cosh²(b/T).
    @Test func independentSpinsHaveTheirHeat() {
        let rbm = RBM(
            visibleUnits: .spin, hiddenUnits: .spin,
            parameters: Parameters(
                weights: [0, 0], visibleBias: [0.5, -1.25], hiddenBias: [0.75]))
        for temperature in [0.2, 1, 3] {
            func heat(_ fields: [Double]) -> Double {
                fields.reduce(0) { $0 + pow($1 / temperature / cosh($1 / temperature), 2) }
            }
            let found = heats(rbm, [temperature])
            #expect(abs(found.machine[0] - heat([0.5, -1.25, 0.75])) < 1e-12)
            #expect(abs(found.visible[0] - heat([0.5, -1.25])) < 1e-12)
        }
    }
}
