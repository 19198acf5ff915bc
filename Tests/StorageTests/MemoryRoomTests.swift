import Foundation
import TestSupport
import Testing

@testable import Storage

@Suite struct MemoryRoomTests {
    /// A folder that stands for the root of a file system with these files.
    private func root(_ files: [String: String]) throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        for (name, text) in files {
            let file = URL(filePath: folder.file(name))
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(text.utf8).write(to: file)
        }
        return folder
    }

    private static let memory = [
        "proc/meminfo": "MemTotal: 900 kB\nMemAvailable:  500 kB\nSwapFree:     100 kB\n"
    ]

    private func room(_ files: [String: String]) throws -> MemoryRoom? {
        let folder = try root(Self.memory.merging(files) { $1 })
        return withExtendedLifetime(folder) { MemoryRoom(under: folder.path) }
    }

    @Test func theHostHasWhatIsAvailableAndWhatCanBeSwapped() throws {
        let room = try #require(try room([:]))
        #expect(room.host == 600 << 10)
        #expect(room.groups == [])
        let empty = try root([:])
        #expect(withExtendedLifetime(empty) { MemoryRoom(under: empty.path) } == nil)
    }

    /// The limit of a batch job lies in a group above that of the process.
    @Test func groupsOfTheSecondVersionLimitFromWithinOutwards() throws {
        let room = try #require(
            try room([
                "proc/self/cgroup": "0::/slurm/job_7/step\n",
                "sys/fs/cgroup/slurm/job_7/step/memory.max": "max\n",
                "sys/fs/cgroup/slurm/job_7/step/memory.current": "5\n",
                "sys/fs/cgroup/slurm/job_7/memory.max": "400000\n",
                "sys/fs/cgroup/slurm/job_7/memory.current": "300000\n",
                "sys/fs/cgroup/slurm/job_7/memory.swap.max": "0\n",
                "sys/fs/cgroup/slurm/job_7/memory.stat":
                    "anon 7\ninactive_file 20000\nactive_file 3000\n",
                "sys/fs/cgroup/slurm/memory.max": "1000000\n",
                "sys/fs/cgroup/slurm/memory.current": "300000\n",
            ]))
        #expect(room.groups.map(\.name) == ["/slurm/job_7", "/slurm"])
        #expect(room.groups.map(\.left) == [123_000, 700_000 + (100 << 10)])
    }

    @Test func groupsOfTheFirstVersionLimitToo() throws {
        let room = try #require(
            try room([
                "proc/self/cgroup": "4:cpu,cpuacct:/a\n3:memory:/b\n",
                "sys/fs/cgroup/memory/b/memory.limit_in_bytes": "200000\n",
                "sys/fs/cgroup/memory/b/memory.usage_in_bytes": "150000\n",
                "sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712\n",
                "sys/fs/cgroup/memory/memory.usage_in_bytes": "150000\n",
            ]))
        #expect(room.groups.map(\.left) == [50_000 + (100 << 10)])
    }

    @Test func aProcessHasTheLeastOfItsLimits() {
        let group = MemoryRoom.Group(number: 1, name: "/job", left: 70)
        let other = MemoryRoom.Group(number: 2, name: "/", left: 80)
        #expect(MemoryRoom(host: 90).least == (90, "the host has"))
        #expect(MemoryRoom(host: 90, groups: [other, group]).least == (70, group.words))
        #expect(
            MemoryRoom(host: 90, groups: [group], process: 60).least
                == (60, "the limit of the process (ulimit -v) leaves"))
        #expect(MemoryRoom(host: 50, groups: [group], process: 60).least.bytes == 50)
    }

    #if os(Linux)
        @Test func thisHostHasSome() throws {
            let room = try #require(MemoryRoom.now)
            #expect(room.host > 1 << 20 && room.host < 1 << 50)
        }
    #endif
}
