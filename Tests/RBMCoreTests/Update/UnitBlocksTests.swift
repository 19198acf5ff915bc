import Testing

@testable import RBMCore

@Suite struct UnitBlocksTests {
    /// Each unit of a panel once, and those of a block in one part.
    @Test(arguments: [1, 2, 63, 64, 65, 129, 784, 1000])
    func aBlockIsOneThreads(units: Int) {
        let before = MatrixProducts.threads
        defer { MatrixProducts.setThreads(before) }
        let blocks = UnitBlocks(units: units)
        #expect(blocks.count <= 64)
        #expect((0..<units).map(blocks.block(of:)).max() == blocks.count - 1)
        let panels = [0..<units, (units / 3)..<units, (units / 4)..<(units - units / 5)]
        for (threads, panel) in panels.flatMap({ panel in [1, 2, 3].map { ($0, panel) } }) {
            MatrixProducts.setThreads(threads)
            var owners = [Int](repeating: -1, count: units)
            var span = owners.mutableSpan
            span.shared { owners in
                blocks.inParallel(over: panel, atLeast: 1) { part in
                    owners.withRange(part) { for i in $0.indices { $0[i] = part.lowerBound } }
                }
            }
            for unit in 0..<units {
                #expect((owners[unit] >= 0) == panel.contains(unit))
                guard unit > panel.lowerBound, panel.contains(unit), !blocks.isFirst(unit) else {
                    continue
                }
                #expect(owners[unit] == owners[unit - 1], "\(threads) threads, unit \(unit)")
            }
        }
    }
}
