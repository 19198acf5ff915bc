import Renormalization
import Testing

struct MajorityBlocksTests {
    @Test func majoritiesWinWhateverTheSeed() {
        // Blocks with 4, 3, 1 and 0 spins up.
        let spins: [UInt8] = [
            1, 1, 1, 0,
            1, 1, 1, 1,
            0, 0, 0, 0,
            0, 1, 0, 0,
        ]
        for seed in 0..<20 as Range<UInt64> {
            let blocks = MajorityBlocks(seed: seed)
            #expect(blocks.coarsen(spins, size: 4, configuration: 3, step: 0) == [1, 1, 0, 0])
        }
    }

    @Test func tiesFallEitherWayIndependently() {
        // Every block of a checkerboard is a tie.
        let size = 16
        let spins = (0..<size * size).map { UInt8(($0 / size + $0 % size) & 1) }
        let blocks = MajorityBlocks(seed: 5)
        var up = 0
        var parallel = 0
        let configurations = 400
        for number in 0..<configurations {
            let coarse = blocks.coarsen(spins, size: size, configuration: number, step: 1)
            up += coarse.reduce(0) { $0 + Int($1) }
            parallel += (0..<coarse.count - 1).filter { coarse[$0] == coarse[$0 + 1] }.count
        }
        // Standard errors of fair coins: ½ √n.
        let sites = Double(configurations * 64)
        #expect(abs(Double(up) - sites / 2) < 4 * 0.5 * sites.squareRoot())
        let pairs = Double(configurations * 63)
        #expect(abs(Double(parallel) - pairs / 2) < 4 * 0.5 * pairs.squareRoot())
    }

    @Test func tiesDependOnSeedConfigurationAndStep() {
        let spins = (0..<1024).map { UInt8(($0 / 32 + $0 % 32) & 1) }
        func coarse(_ seed: UInt64, _ configuration: Int, _ step: Int) -> [UInt8] {
            MajorityBlocks(seed: seed)
                .coarsen(spins, size: 32, configuration: configuration, step: step)
        }
        #expect(coarse(1, 2, 3) == coarse(1, 2, 3))
        #expect(coarse(1, 2, 3) != coarse(2, 2, 3))
        #expect(coarse(1, 2, 3) != coarse(1, 3, 3))
        #expect(coarse(1, 2, 3) != coarse(1, 2, 4))
    }
}
