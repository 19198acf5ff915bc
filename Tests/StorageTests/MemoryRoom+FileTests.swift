import Testing

@testable import Storage

@Suite struct MemoryRoomOfFileTests {
    @Test func whatFitsExactlyIsTakenAndOneByteMoreIsNot() throws {
        let room = MemoryRoom(host: 3 << 20)
        try checkRoom(for: 3 << 20, of: "a.npz", in: room)
        try checkRoom(for: .max, of: "a.npz", in: nil)
        let fault = #expect(throws: StorageError.self) {
            try checkRoom(for: 3 << 20 + 1, of: "a.npz", in: room)
        }
        #expect(fault?.kind == .noRoom && fault?.file == "a.npz")
        #expect(
            fault?.problem.contains("take at least 4 MB of memory, and the host has 3 MB") == true)
    }

    #if os(Linux)
        /// Before the bytes are taken, of which the kernel might miss some only when they are touched.
        @Test func absurdSizesAreRefused() {
            let region = #expect(throws: StorageError.self) {
                _ = try Region(zeros: 1 << 50, for: "a.npy.gz")
            }
            let array = #expect(throws: StorageError.self) { try growAbsurdly() }
            for fault in [region, array] {
                #expect(fault?.kind == .noRoom && fault?.problem.contains(" MB of memory") == true)
            }
        }

        private func growAbsurdly() throws {
            var values = [1.0]
            try values.reserveRoom(forMore: 1 << 50, of: "a.csv")
        }
    #endif

    @Test func anArrayGrowsAsItDoesByItself() throws {
        var values: [Int] = []
        var moves = 0
        for value in 0..<10_000 {
            let before = values.capacity
            try values.reserveRoom(forMore: 1, of: "a.csv")
            if values.capacity != before { moves += 1 }
            #expect(values.capacity > values.count)
            values.append(value)
        }
        #expect(moves < 20 && values == Array(0..<10_000))
    }
}
