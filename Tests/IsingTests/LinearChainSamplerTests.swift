import Analysis
import Foundation
import TestSupport
import Testing

@testable import Ising

@Suite struct LinearChainSamplerTests {
    private func draw(_ sampler: LinearChainSampler, _ indices: Range<Int>) -> [UInt8] {
        var bytes = [UInt8](repeating: 255, count: indices.count * sampler.size)
        var span = bytes.mutableSpan
        sampler.draw(indices, into: &span)
        return bytes
    }

    @Test(
        arguments: LinearChain.Ends.allCases,
        [(5, 0.6, 0.0), (5, -0.5, 0.2), (2, 0.3, -0.4), (4, 0.0, 0.1), (5, 2.0, 0.02)])
    func statesHaveTheirWeight(
        ends: LinearChain.Ends, point: (size: Int, coupling: Double, field: Double)
    ) throws {
        let (size, coupling, field) = point
        let sampler = try LinearChainSampler(
            size: size, ends: ends, coupling: coupling, field: field, seed: 30)
        let count = 40_000
        let bytes = draw(sampler, 0..<count)
        var found = [Double](repeating: 0, count: 1 << size)
        for n in 0..<count {
            found[(0..<size).reduce(0) { $0 | Int(bytes[n * size + $1]) << $1 }] += 1
        }
        let weights = (0..<1 << size).map { state in
            let spins = (0..<size).map { state >> $0 & 1 == 1 ? 1.0 : -1 }
            let last = ends == .open ? size - 1 : size
            let bonds = (0..<last).reduce(0) { $0 + spins[$1] * spins[($1 + 1) % size] }
            return exp(coupling * bonds + field * spins.reduce(0, +))
        }
        let total = weights.reduce(0, +)
        for state in weights.indices {
            let expected = weights[state] / total
            let error = (expected * (1 - expected) / Double(count)).squareRoot()
            #expect(abs(found[state] / Double(count) - expected) < 4.5 * error + 1e-4)
        }
    }

    @Test func longChainsAgreeWithTheTransferMatrix() throws {
        let sampler = try LinearChainSampler(
            size: 500, ends: .periodic, coupling: 1, field: 0.05, seed: 31)
        let exact = try LinearChain.finite(size: 500, ends: .periodic, coupling: 1, field: 0.05)
        let count = 2000
        let bytes = draw(sampler, 0..<count)
        let sums = (0..<count).map { n in
            bytes[n * 500..<(n + 1) * 500].reduce(0.0) { $0 + 2 * Double($1) - 1 } / 500
        }
        let mean = sums.reduce(0, +) / Double(count)
        let variance = sums.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(count - 1)
        #expect(
            abs(mean - exact.magnetizationPerSite) < 4 * (variance / Double(count)).squareRoot())
        // Relative error of a variance: √(2/n).
        #expect(abs(variance * 500 / exact.susceptibilityPerSite - 1) < 4 * 0.032)
    }

    @Test func anyDivisionDrawsTheSameBytes() throws {
        let sampler = try LinearChainSampler(size: 7, ends: .open, coupling: 0.7, seed: 32)
        let all = draw(sampler, 0..<300)
        #expect(Set(all) == [0, 1])
        #expect(draw(sampler, 0..<1) + draw(sampler, 1..<177) + draw(sampler, 177..<300) == all)
    }

    /// Samples must not change by accident: data sets are cited by their seed.
    @Test(
        arguments: [
            (LinearChain.Ends.open, 10_615_696_377_405_457_982),
            (.periodic, 17_777_988_543_419_354_681),
        ] as [(LinearChain.Ends, UInt64)])
    func bitsOfASeed(ends: LinearChain.Ends, checksum: UInt64) throws {
        let sampler = try LinearChainSampler(
            size: 101, ends: ends, coupling: 0.8, field: 0.05, seed: 42)
        #expect(Checksum(draw(sampler, 0..<500)).hash == checksum)
    }

    @Test func extremes() throws {
        for ends in LinearChain.Ends.allCases {
            for (coupling, field) in [(100.0, 0.0), (-100, 0), (100, 100), (-100, 100), (0, -100)] {
                let sampler = try LinearChainSampler(
                    size: 100, ends: ends, coupling: coupling, field: field, seed: 33)
                let bytes = draw(sampler, 0..<50)
                // The state of lowest energy, on even rings of antiferromagnets either of two.
                for n in 0..<50 {
                    let spins = bytes[n * 100..<(n + 1) * 100].map { 2 * Int($0) - 1 }
                    let bonds = (0..<99).reduce(0) { $0 + spins[$1] * spins[$1 + 1] }
                    if field == 0 { #expect(bonds == (coupling > 0 ? 99 : -99)) }
                    if coupling >= 0, field != 0 {
                        #expect(Set(spins) == [field > 0 ? 1 : -1])
                    }
                }
            }
        }
    }

    @Test func refusesWhatItCannotDraw() {
        for (size, coupling, field) in [
            (1, 1.0, 0.0), (1_000_001, 1, 0), (5, .nan, 0), (5, 1, 101),
        ] {
            #expect(throws: IsingError.self) {
                try LinearChainSampler(
                    size: size, ends: .open, coupling: coupling, field: field, seed: 1)
            }
        }
    }
}
