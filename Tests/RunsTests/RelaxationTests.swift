import Analysis
import Ising
import Testing

@testable import Runs

@Suite struct RelaxationTests {
    private func sums(_ chains: [[[UInt8]]]) throws -> ObservableSums {
        let times = chains[0].count
        var sums = try ObservableSums(
            size: 2, total: chains.count * times, blockLength: times)
        for (chain, states) in chains.enumerated() {
            for (time, state) in states.enumerated() {
                try sums.add(state.span, first: chain * times + time)
            }
        }
        return sums
    }

    private let up: [UInt8] = [1, 1, 1, 1]
    private let down: [UInt8] = [0, 0, 0, 0]
    private let mixed: [UInt8] = [1, 1, 0, 0]

    /// Each of the eight bonds of 2×2 sites is −1 when all sites agree; four of each sign are 0 in all.
    @Test func movesAreThoseOfEachChain() throws {
        let early = try sums([[mixed, mixed], [mixed, up], [mixed, mixed], [up, up]])
        let late = try sums([[mixed, up], [up, down], [mixed, up], [up, down]])
        let relaxation = Relaxation(from: early, to: late)
        // The energies of the chains move by −4, −4, −4 and 0: −3 ± √(12/3/4).
        #expect(relaxation.energy.value == -3)
        #expect(abs(relaxation.energy.error - 1) < 1e-12)
        // |M| moves by 2, 2, 2 and 0.
        #expect(relaxation.absoluteMagnetization.value == 1.5)
        #expect(abs(relaxation.absoluteMagnetization.error - 0.5) < 1e-12)
        #expect(relaxation.isOver)
    }

    /// Chains that all move alike are still on their way; chains that turn over are not.
    @Test func aCommonMoveIsSeen() throws {
        let noise = try sums([[mixed], [mixed], [mixed]])
        let order = try sums([[up], [up], [down]])
        #expect(!Relaxation(from: noise, to: order).isOver)
        #expect(!Relaxation(from: order, to: noise).isOver)
        #expect(Relaxation(from: order, to: try sums([[down], [down], [up]])).isOver)
    }
}
