import RandomStreams
import Testing

@testable import FlowMaps

/// Topples one unstable site after another in the order of a generator, site by site.
private func relaxInRandomOrder(
    _ heights: [Int], size: Int, using generator: inout some RandomNumberGenerator
) -> (heights: [Int], topplings: [Int]) {
    var heights = heights
    var topplings = [Int](repeating: 0, count: heights.count)
    while let site = heights.indices.filter({ heights[$0] > 3 }).randomElement(using: &generator) {
        topplings[site] += 1
        heights[site] -= 4
        let (row, column) = (site / size, site % size)
        if row > 0 { heights[site - size] += 1 }
        if row < size - 1 { heights[site + size] += 1 }
        if column > 0 { heights[site - 1] += 1 }
        if column < size - 1 { heights[site + 1] += 1 }
    }
    return (heights, topplings)
}

@Suite struct SandpileTests {
    /// The order of topplings changes neither the stable state nor who topples how often.
    @Test(arguments: [1, 2, 3, 5, 8])
    func isAbelian(size: Int) {
        var generator = SystemRandomNumberGenerator()
        for trial in 0..<20 {
            var words = WordSequence(seed: 7, .sandpile(.grains), row: trial)
            let start = (0..<size * size).map { _ in words.next(below: 12) }
            var pile = Sandpile(size: size, heights: start)
            let avalanche = pile.relax()
            let (heights, topplings) = relaxInRandomOrder(start, size: size, using: &generator)
            #expect(pile.state == heights)
            #expect(avalanche.topplings == topplings.reduce(0, +))
            #expect(avalanche.area == topplings.count { $0 > 0 })
            #expect((avalanche.duration > 0) == (avalanche.topplings > 0))
        }
    }

    @Test func topplesWaveByWave() {
        // The middle topples, then its neighbours, then the middle and the corners get grains.
        var pile = Sandpile(size: 3, heights: [0, 3, 0, 3, 3, 3, 0, 3, 0])
        let avalanche = pile.add(at: 4)
        #expect(avalanche.topplings == 6 && avalanche.area == 5 && avalanche.duration == 3)
        #expect(pile.state == [2, 1, 2, 1, 0, 1, 2, 1, 2])
    }

    @Test func aGrainThatMovesNothingHasNoAvalanche() {
        var pile = Sandpile(size: 2, heights: [0, 1, 2, 3])
        #expect(pile.add(at: 2) == Sandpile.Avalanche())
        #expect(pile.state == [0, 1, 3, 3])
        #expect(pile.add(at: 3).topplings > 0)
    }

    /// The rim takes any number of grains, avalanche after avalanche.
    @Test func losesGrainsAtTheRim() {
        var pile = Sandpile(size: 1, heights: [0])
        for grain in 1...4000 {
            #expect(pile.add(at: 0).topplings == (grain % 4 == 0 ? 1 : 0))
        }
    }
}
