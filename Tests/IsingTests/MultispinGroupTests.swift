import RandomStreams
import Testing

@testable import Ising

@Suite struct MultispinGroupTests {
    /// Sixty-four lattices of plain integers, updated spin by spin with the same random words.
    private struct Reference {
        let size: Int
        let coupling: Double
        /// Shape [y, x, lane], values ±1.
        var spins: [[[Int]]]

        /// Bit for bit what the fast path does: a number below the acceptance, digit by digit.
        mutating func sweep(always: Bool, _ words: inout RandomWords) {
            for parity in 0..<2 {
                let sites = (0..<size).flatMap { y in
                    (0..<size).filter { ($0 + y) % 2 == parity }.map { (y, $0) }
                }
                let antiparallel = sites.map { y, x in
                    (0..<64).map { lane in
                        [
                            spins[y][(x + 1) % size], spins[y][(x + size - 1) % size],
                            spins[(y + 1) % size][x], spins[(y + size - 1) % size][x],
                        ].count { $0[lane] != spins[y][x][lane] }
                    }
                }
                let most = always ? 1 : 2
                let first = draw(
                    antiparallel.map { $0.map { $0 <= most } }, digits: 8, &words)
                let isLikely = Probability.exponentialDecay(4 * coupling) >= 0.5
                let second = draw(
                    zip(antiparallel, first).map { zip($0, $1).map { $0 == 0 && $1 } },
                    digits: 5, &words)
                for (index, (y, x)) in sites.enumerated() {
                    for lane in 0..<64 {
                        let turns =
                            switch antiparallel[index][lane] {
                            case 0: second[index][lane]
                            case 1: first[index][lane]
                            case 2: always || first[index][lane] == isLikely
                            default: true
                            }
                        if turns { spins[y][x][lane] *= -1 }
                    }
                }
            }
        }

        private func draw(_ wanted: [[Bool]], digits: Int, _ words: inout RandomWords)
            -> [[Bool]]
        {
            let probability = Probability(Probability.exponentialDecay(4 * coupling)).fraction
            func digit(_ place: Int) -> Bool { probability >> UInt64(63 - place) & 1 != 0 }
            var undecided = wanted
            var drawn = wanted.map { $0.map { _ in false } }
            func compare(_ index: Int, _ place: Int) {
                let word = words.next()
                for lane in 0..<64 where undecided[index][lane] {
                    let bit = word >> UInt64(lane) & 1 != 0
                    guard bit != digit(place) else { continue }
                    drawn[index][lane] = digit(place)
                    undecided[index][lane] = false
                }
            }
            for place in 0..<digits {
                for index in wanted.indices { compare(index, place) }
            }
            for index in wanted.indices {
                var place = digits
                while undecided[index].contains(true), place < Probability.digits {
                    compare(index, place)
                    place += 1
                }
            }
            return drawn
        }
    }

    @Test(arguments: [2, 4, 6], [0.12, 0.408, 0.6])
    func agreesWithSpinBySpinMetropolis(size: Int, coupling: Double) {
        var group = MultispinGroup(
            size: size, coupling: coupling, seed: 11, role: .production, index: 3)
        var bytes = [UInt8](repeating: 0, count: size * size)
        func read(_ group: inout MultispinGroup) -> [[UInt8]] {
            (0..<64).map { lane in
                var span = bytes.mutableSpan
                group.write(lane, into: &span, at: 0)
                return bytes
            }
        }
        let start = read(&group)
        var reference = Reference(
            size: size, coupling: coupling,
            spins: (0..<size).map { y in
                (0..<size).map { x in (0..<64).map { 2 * Int(start[$0][y * size + x]) - 1 } }
            })
        var words = RandomWords(seed: 11, row: 3) {
            .isingUpdate(.groups, role: 0, chunk: $0)
        }
        // As many sweeps as one chunk of random words serves.
        for sweep in 0..<(size <= 4 ? 5 : 2) {
            group.advance(sweeps: 1)
            reference.sweep(always: sweep != 3, &words)
            let found = read(&group)
            for lane in 0..<64 {
                let expected = (0..<size * size).map { site in
                    UInt8((reference.spins[site / size][site % size][lane] + 1) / 2)
                }
                #expect(found[lane] == expected)
            }
        }
    }

    @Test func startsOrderedWithBothSigns() {
        var group = MultispinGroup(size: 4, coupling: 0.4, seed: 1, role: .production, index: 0)
        var signs: [UInt8] = []
        var bytes = [UInt8](repeating: 0, count: 16)
        for lane in 0..<64 {
            var span = bytes.mutableSpan
            group.write(lane, into: &span, at: 0)
            #expect(Set(bytes).count == 1)
            signs.append(bytes[0])
        }
        #expect((16...48).contains(signs.count { $0 == 1 }))
    }

    @Test func replicasDoNotCoalesce() {
        var group = MultispinGroup(size: 16, coupling: 0.35, seed: 1, role: .production, index: 0)
        group.advance(sweeps: 200)
        var seen: Set<[UInt8]> = []
        for lane in 0..<64 {
            var bytes = [UInt8](repeating: 0, count: 256)
            var span = bytes.mutableSpan
            group.write(lane, into: &span, at: 0)
            seen.insert(bytes)
        }
        #expect(seen.count == 64)
    }
}
