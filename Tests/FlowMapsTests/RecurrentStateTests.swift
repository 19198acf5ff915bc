import Foundation
import RandomStreams
import Testing

@testable import FlowMaps

@Suite struct RecurrentStateTests {
    /// All stable states of a small lattice.
    private func states(_ size: Int) -> [[Int]] {
        (0..<1 << (2 * size * size)).map { state in
            (0..<size * size).map { state >> (2 * $0) & 3 }
        }
    }

    /// The number of recurrent states is det Δ: 192 and 100,352.
    @Test(arguments: [(1, 4), (2, 192), (3, 100_352)])
    func areAsManyAsTheDeterminant(size: Int, count: Int) {
        #expect(states(size).count { RecurrentState.contains($0, size: size) } == count)
        #expect(abs(SandpileTheory.logRecurrentStates(size: size) - log(Double(count))) < 1e-12)
    }

    @Test func determinantOfFour() {
        #expect(abs(SandpileTheory.logRecurrentStates(size: 4) - log(557_568_000)) < 1e-12)
    }

    /// The bijection: all 4⁴ choices of branches on 2×2 sites; those that are trees give each of the 192
    /// recurrent states once.
    @Test func everyTreeHasItsState() {
        var found: Set<[Int]> = []
        var trees = 0
        for number in 0..<256 {
            let branches = (0..<4).map { number >> (2 * $0) & 3 }
            guard isTree(branches, size: 2) else { continue }
            trees += 1
            let tree = SpanningTree(size: 2, branches: branches)
            let state = RecurrentState.heights(of: tree)
            #expect(RecurrentState.contains(state, size: 2))
            found.insert(state)
        }
        #expect(trees == 192 && found.count == 192)
    }

    private func isTree(_ branches: [Int], size: Int) -> Bool {
        let tree = SpanningTree(size: size, branches: branches)
        return branches.indices.allSatisfy { start in
            var site: Int? = start
            var steps = 0
            while let here = site, steps <= branches.count {
                site = tree.neighbour(of: here, branches[here])
                steps += 1
            }
            return site == nil
        }
    }

    /// Draws on 2×2 sites: each of 192 states is as likely as the others (χ² at 6σ).
    @Test func drawsEachAlike() {
        let draws = 19_200
        var counts: [[Int]: Int] = [:]
        for pile in 0..<draws {
            counts[RecurrentState.draw(size: 2, seed: 3, pile: pile), default: 0] += 1
        }
        #expect(counts.keys.allSatisfy { RecurrentState.contains($0, size: 2) })
        let expected = Double(draws) / 192
        let chiSquare =
            191 <= counts.count
            ? counts.values.reduce(0.0) { $0 + pow(Double($1) - expected, 2) / expected }
            : .infinity
        #expect(abs(chiSquare - 191) < 6 * (2 * 191).squareRoot())
    }

    @Test(arguments: [3, 10, 33])
    func drawsAreRecurrent(size: Int) {
        for pile in 0..<5 {
            let state = RecurrentState.draw(size: size, seed: 1, pile: pile)
            #expect(state.allSatisfy { (0...3).contains($0) })
            #expect(RecurrentState.contains(state, size: size))
        }
    }

    @Test func whatIsNotRecurrent() {
        #expect(!RecurrentState.contains([0, 0, 3, 3], size: 2))
        #expect(!RecurrentState.contains([Int](repeating: 1, count: 25), size: 5))
        #expect(RecurrentState.contains([Int](repeating: 3, count: 25), size: 5))
    }

    @Test(arguments: [2, 5, 20])
    func theIdentityChangesNoRecurrentState(size: Int) {
        let identity = RecurrentState.identity(size: size)
        #expect(RecurrentState.contains(identity, size: size))
        for pile in 0..<3 {
            let state = RecurrentState.draw(size: size, seed: 5, pile: pile)
            var sum = Sandpile(size: size, heights: zip(state, identity).map { $0 + $1 })
            _ = sum.relax()
            #expect(sum.state == state)
        }
    }
}
