import Storage
import Testing

@testable import Ranks

@Suite struct CommunicatorMemoryTests {
    private func rank(
        _ megabytes: Int, on host: String = "a", has room: Int? = 100,
        groups: [(UInt64, Int)] = [], process: Int? = nil
    ) -> RankMemory {
        var need = MemoryNeed()
        need.add("parameters", Double(megabytes << 20))
        return RankMemory(
            host: host, need: need.bytes, parts: need.text,
            room: room.map { room in
                MemoryRoom(
                    host: room << 20,
                    groups: groups.map {
                        MemoryRoom.Group(number: $0.0, name: "/job \($0.0)", left: $0.1 << 20)
                    },
                    process: process.map { $0 << 20 })
            })
    }

    @Test func ranksOfAHostShareItsMemory() {
        #expect(RankMemory.shortage(of: [rank(50), rank(50), rank(100, on: "b")]) == nil)
        #expect(
            RankMemory.shortage(of: [rank(50), rank(100, on: "b"), rank(51)])
                == "the 2 ranks on a need together at least 101 MB, and the host has 100 MB. "
                + "Rank 2 needs for parameters 51 MB")
        #expect(
            RankMemory.shortage(of: [rank(50), rank(101, on: "b")])
                == "rank 1 on b needs at least 101 MB, and the host has 100 MB. "
                + "Rank 1 needs for parameters 101 MB")
    }

    /// Ranks of one job share its limit; ranks in containers of their own do not.
    @Test func groupsLimitTheirOwnRanks() {
        let apart = [rank(30, groups: [(1, 40)]), rank(30, groups: [(2, 40)])]
        #expect(RankMemory.shortage(of: apart) == nil)
        let together = [rank(30, groups: [(1, 40)]), rank(30, groups: [(1, 40)])]
        #expect(
            RankMemory.shortage(of: together)?.hasPrefix(
                "the 2 ranks on a need together at least 60 MB, and the limit of their control group "
                    + "/job 1 (a batch job's, or a container's) leaves 40 MB. ") == true)
    }

    @Test func aLimitOfAProcessIsItsOwn() {
        #expect(RankMemory.shortage(of: [rank(30, process: 30), rank(30, process: 30)]) == nil)
        #expect(
            RankMemory.shortage(of: [rank(30), rank(30, process: 29)])?.hasPrefix(
                "rank 1 on a needs at least 30 MB, and the limit of the process (ulimit -v) leaves "
                    + "29 MB. ") == true)
    }

    @Test func nothingIsRefusedWhereTheSystemDoesNotTell() {
        #expect(RankMemory.shortage(of: [rank(1 << 30, has: nil)]) == nil)
    }

    @Test func ranksTellEachOtherAllOfIt() {
        for own in [rank(7, groups: [(3, 5), (4, 6)], process: 9), rank(7), rank(7, has: nil)] {
            let read = RankMemory(own.text)
            #expect(read.host == own.host && read.need == own.need && read.parts == own.parts)
            #expect(read.room == own.room)
        }
    }
}
