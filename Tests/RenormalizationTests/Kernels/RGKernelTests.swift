import Foundation
import Ising
import RBMCore
import RandomStreams
import Renormalization
import TestSupport
import Testing

@Suite struct RGKernelTests {
    /// ln Tr_h e^T by the definition of T, all hidden states summed.
    private func traceByDefinition(_ kernel: some RGKernel, _ visible: [UInt8]) -> Double {
        let traces = (0..<1 << kernel.hiddenCount).map { number in
            exp(kernel.value(visible: visible, hidden: bytes(number, kernel.hiddenCount)))
        }
        return log(traces.reduce(0, +))
    }

    private func bytes(_ number: Int, _ units: Int) -> [UInt8] {
        (0..<units).map { UInt8(number >> $0 & 1) }
    }

    private func spins(_ bytes: [UInt8]) -> [Double] { bytes.map { 2 * Double($0) - 1 } }

    @Test func kadanoffsKernelHoldsTheTraceConditionForEveryStrength() throws {
        let block = try BlockLattice(size: 2, scale: 2)
        let numbers = RandomStream(seed: 5, .benchmark)
        for trial in 0..<200 {
            let p = 4 * Double(numbers.word(row: 0, unit: trial).unitInterval) - 2
            let kernel = KadanoffKernel(block, strength: p)
            for state in 0..<16 {
                #expect(abs(kernel.logTrace(of: bytes(state, 4))) < 1e-15)
                #expect(abs(traceByDefinition(kernel, bytes(state, 4))) < 2e-15)
            }
        }
    }

    @Test func kadanoffsKernelIsHisFormula() throws {
        let lattice = try BlockLattice(size: 4, scale: 2)
        let kernel = KadanoffKernel(lattice, strength: 0.7)
        let numbers = RandomStream(seed: 6, .benchmark)
        for trial in 0..<50 {
            let visible = (0..<16).map { UInt8(numbers.word(row: trial, unit: $0) & 1) }
            let hidden = (0..<4).map { UInt8(numbers.word(row: trial, unit: 16 + $0) & 1) }
            var expected = 0.0
            for block in 0..<4 {
                let (row, column) = (block / 2 * 2, block % 2 * 2)
                let sum = [(0, 0), (0, 1), (1, 0), (1, 1)].reduce(0.0) {
                    $0 + spins(visible)[(row + $1.0) * 4 + column + $1.1]
                }
                expected += 0.7 * spins(hidden)[block] * sum - log(2 * cosh(0.7 * sum))
            }
            #expect(abs(kernel.value(visible: visible, hidden: hidden) - expected) < 1e-13)
        }
    }

    @Test func projectionsHoldTheTraceConditionExactly() throws {
        let lattice = try BlockLattice(size: 4, scale: 2)
        let kernels: [any RGKernel] = [
            MajorityKernel(lattice), DecimationKernel(lattice), NullKernel(visible: 16, hidden: 4),
        ]
        for kernel in kernels {
            for state in stride(from: 0, to: 1 << 16, by: 257) {
                #expect(abs(kernel.logTrace(of: bytes(state, 16))) < 1e-15)
                #expect(abs(traceByDefinition(kernel, bytes(state, 16))) < 1e-14)
            }
        }
    }

    @Test func theMajorityDecidesAndTiesAreHalved() throws {
        let kernel = MajorityKernel(try BlockLattice(size: 2, scale: 2))
        for state in 0..<16 {
            let up = kernel.logConditionals(of: bytes(state, 4)).upper[0]
            switch state.nonzeroBitCount {
            case 2: #expect(abs(up + log(2)) < 1e-15)
            case 3...: #expect(up == 0)
            default: #expect(up == -.infinity)
            }
        }
    }

    @Test func decimationKeepsTheFirstSiteOfEachBlock() throws {
        let kernel = DecimationKernel(try BlockLattice(size: 4, scale: 2))
        var visible = [UInt8](repeating: 0, count: 16)
        for site in [2, 8, 5, 15] { visible[site] = 1 }
        #expect(kernel.value(visible: visible, hidden: [0, 1, 1, 0]) == 0)
        #expect(kernel.value(visible: visible, hidden: [0, 1, 1, 1]) == -.infinity)
    }

    @Test func theKernelOfAnRBMIsItsEnergyBesideTheTargets() throws {
        for (visible, hidden) in [
            (Spin() as any UnitKind, Spin() as any UnitKind), (.bernoulli, .spin),
            (.spin, .bernoulli),
        ] {
            let rbm = randomMachine(
                visible: 9, hidden: 4, visibleUnits: visible, hiddenUnits: hidden, seed: 7)
            let target = try IsingTarget(size: 3, coupling: 0.408)
            let kernel = try RBMKernel(rbm, on: target)
            for number in stride(from: 0, to: 1 << 13, by: 37) {
                let v = bytes(number & 511, 9)
                let h = bytes(number >> 9, 4)
                let energy = rbm.energy(
                    visible: v.map { visible.value(Double($0)) },
                    hidden: h.map { hidden.value(Double($0)) })
                let expected = target.energy(of: v) - energy
                #expect(abs(kernel.value(visible: v, hidden: h) - expected) < 1e-12)
            }
        }
    }

    @Test func whatDoesNotFitIsRefused() throws {
        #expect(throws: RenormalizationError.self) { try BlockLattice(size: 5, scale: 2) }
        let target = try IsingTarget(size: 3, coupling: 0.4)
        #expect(throws: RenormalizationError.self) {
            try RBMKernel(randomMachine(visible: 8, hidden: 2), on: target)
        }
        #expect(throws: RenormalizationError.self) {
            try ExactTrace(NullKernel(visible: 8, hidden: 2), on: target)
        }
        let large = try IsingTarget(size: 5, coupling: 0.4)
        #expect(throws: RenormalizationError.self) {
            try ExactTrace(NullKernel(visible: 25, hidden: 2), on: large)
        }
    }
}
