import Analysis
import Foundation
import RBMCore
import Testing

@testable import Renormalization

@Suite struct ChainDecimationTests {
    @Test func theFlowFromOne() {
        let flow = ChainDecimation.flow(from: 1)
        let known = [0.6625013737, 0.3500611389, 0.1136720675, 0.012811542, 1.641177e-4]
        for (step, image) in zip(flow, known) { #expect(abs(step.image - image) < 6e-10) }
        for (step, next) in zip(flow, flow.dropFirst()) {
            #expect(step.image == next.coupling)
            // The other form of the recursion.
            #expect(abs(tanh(step.image) - tanh(step.coupling) * tanh(step.coupling)) < 1e-15)
        }
    }

    @Test(arguments: [
        (0.3, 0.7374879504858857), (1, 1.1269280110429725), (2, 2.01814992791781),
        (0, 0.6931471805599453),
        (-1, 1.1269280110429725),
    ])
    func theFreeEnergySurvives(coupling: Double, logPartition: Double) {
        let found = ChainDecimation.logPartitionPerSite(ChainDecimation.flow(from: coupling))
        #expect(abs(found - logPartition) < 1e-14)
        #expect(abs(found - logTwoCosh(coupling)) < 1e-14)
    }

    @Test func strongCouplingsKeepTheirDigits() {
        #expect(abs(ChainDecimation(coupling: 500).image - (500 - log(2) / 2)) < 1e-12)
        let weak = ChainDecimation(coupling: 1e-9)
        #expect(abs(weak.image / 1e-18 - 1) < 1e-15)
    }

    @Test(arguments: [0.3, 1.25, -0.7] as [Float])
    func theMachineIsTheStep(coupling: Float) {
        let spins = 6
        let machine = ChainDecimation.machine(spins: spins, coupling: coupling)
        let step = ChainDecimation(coupling: Double(coupling))
        for state in 0..<1 << spins {
            let s = (0..<spins).map { state >> $0 & 1 == 1 ? 1.0 : -1 }
            let bonds = (0..<spins).reduce(0) { $0 + s[$1] * s[($1 + 1) % spins] }
            let chain = Double(spins) * step.constant + step.image * bonds
            #expect(abs(-machine.freeEnergy(ofVisible: s) - chain) < 1e-13)
            #expect(abs(-machine.freeEnergy(ofHidden: s) - chain) < 1e-13)
        }
    }
}
