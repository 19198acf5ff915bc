import Testing

@testable import Renormalization

@Suite struct CouplingMapTests {
    @Test func displacementsOfTheOpenLatticeArePairsOfSites() throws {
        let pairs = try Machines.pairs(6)
        // 0 1 2 over 3 4 5.
        let map = CouplingMap(pairs, rows: 2, columns: 3, isTorus: false)
        #expect((map.reachDown, map.reachRight) == (1, 2))
        #expect(map[0, 0] == 0)
        #expect(map[1, 2] == pairs[0, 5] && map[-1, 2] == pairs[3, 2])
        #expect(abs(map[1, 1] - (pairs[0, 4] + pairs[1, 5]) / 2) < 1e-15)
        let neighbours = pairs[0, 1] + pairs[1, 2] + pairs[3, 4] + pairs[4, 5]
        #expect(abs(map[0, 1] - neighbours / 4) < 1e-15)
    }

    @Test func onTheTorusBothWaysRoundAreCounted() throws {
        let pairs = try Machines.pairs(12)
        // 0 1 2 3 over 4 5 6 7 over 8 9 10 11.
        let map = CouplingMap(pairs, rows: 3, columns: 4, isTorus: true)
        #expect((map.reachDown, map.reachRight) == (1, 2))
        let right =
            [(0, 1), (1, 2), (2, 3), (3, 0), (4, 5), (5, 6), (6, 7), (7, 4)]
            + [(8, 9), (9, 10), (10, 11), (11, 8)]
        let mean = right.reduce(0) { $0 + pairs[$1.0, $1.1] } / 12
        #expect(abs(map[0, 1] - mean) < 1e-15)
        // Half-way round, left and right are the same.
        for down in -1...1 { #expect(abs(map[down, 2] - map[down, -2]) < 1e-15) }
    }

    @Test(arguments: [false, true]) func thereAndBackAreOneCoupling(isTorus: Bool) throws {
        let map = CouplingMap(try Machines.pairs(15), rows: 3, columns: 5, isTorus: isTorus)
        var largest = 0.0
        for down in -map.reachDown...map.reachDown {
            for right in -map.reachRight...map.reachRight {
                #expect(abs(map[down, right] - map[-down, -right]) < 1e-15)
                largest = max(largest, map[down, right].magnitude)
            }
        }
        #expect(map.largest == largest && largest > 0)
    }
}
