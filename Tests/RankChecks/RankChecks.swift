#if canImport(Glibc)
    import Glibc
#endif
import Ranks
import RBMCore

/// The checks by name; each runs on every rank.
///
/// A check throws on the ranks where it fails. What rank 0 prints is for the test to compare.
let checks: [String: @Sendable (borrowing Communicator) throws -> Void] = [
    "sums are those of all ranks": { world in
        // More than one piece of a megabyte, and not a whole number of pieces.
        let count = (1 << 20) / 4 * 2 + 13
        var integers = (0..<count).map { Int32(truncatingIfNeeded: $0 &* (world.rank + 1)) }
        try world.sum(&integers)
        let factor = world.size * (world.size + 1) / 2
        for i in [0, 1, count / 2, count - 1] {
            try expect(
                integers[i] == Int32(truncatingIfNeeded: i &* factor), "\(i): \(integers[i])")
        }
        var floats: [Float] = [Float(world.rank), 1]
        try world.sum(&floats)
        let size = Float(world.size)
        try expect(floats == [size * (size - 1) / 2, size], "\(floats)")
        var wide: [Int64] = [1 << 40]
        try world.sum(&wide)
        try expect(wide == [Int64(world.size) << 40], "\(wide)")
        var nothing: [Double] = []
        try world.sum(&nothing)
    },
    "bytes arrive as they were sent": { world in
        let sent = (0..<(3 << 20) + 5).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        let received = try world.broadcast(world.rank == 0 ? sent : [])
        try expect(received == sent, "broadcast changed \(received.count) bytes")
        let own = [UInt8](repeating: UInt8(world.rank), count: world.rank * 2)
        let all = try world.gather(own)
        try expect((all != nil) == (world.rank == 0), "only rank 0 gathers")
        for (rank, bytes) in (all ?? []).enumerated() {
            try expect(
                bytes == [UInt8](repeating: UInt8(rank), count: rank * 2), "rank \(rank): \(bytes)")
        }
        let smallest = try world.minimum(Int64(10 - world.rank))
        try expect(smallest == Int64(10 - world.size + 1), "\(smallest)")
        let ends = try world.extent(of: Int64(world.rank) - 1)
        try expect(ends == -1...Int64(world.size - 2), "\(ends)")
        var several = [Int64(world.rank), 7, -Int64(world.rank)]
        try world.minimum(&several)
        try expect(several == [0, 7, Int64(1 - world.size)], "\(several)")
        try expect(try world.agrees(on: .max), "all hold the same")
        let differs = try world.agrees(on: world.rank == 0 ? .max : 0)
        try expect(differs == (world.size == 1), "ranks hold others")
    },
    "a failure on one rank is shared": { world in
        struct Failed: FailureWithExitCode, CustomStringConvertible {
            let exitCode: Int32 = 65
            let description = "the file is\nbad"
        }
        do {
            _ = try world.together { if world.rank == world.size - 1 { throw Failed() } }
        } catch let failure as SharedFailure {
            try expect(failure.exitCode == 65, "code \(failure.exitCode)")
            try expect(failure.description.hasSuffix("the file is\nbad"), failure.description)
            try world.barrier()
            return
        }
        throw CheckFailed(message: "nothing was thrown on rank \(world.rank)")
    },
    "an error on one rank ends the job": { world in
        try expect(world.rank != world.size - 1, "the last rank fails on purpose")
        var values: [Float] = [1]
        try world.sum(&values)
    },
    "shares cover everything once": { world in
        for total in [0, 1, 2, 3, 7, 100] {
            var sums: [Int64] = [Int64(world.share(of: total).count)]
            try world.sum(&sums)
            try expect(sums == [Int64(total)], "\(sums) of \(total)")
        }
    },
    "sums through shared memory are the same": { world in try checkHostSums(world) },
    "short sums through shared memory are the same": { world in
        try checkShortHostSums(world)
    },
    "consecutive sums do not mix": { world in try checkConsecutiveHostSums(world) },
    "sums where the first rank may not share memory": { world in
        if world.rank == 0 { refuseSharedMemory() }
        try checkNarrowSums(world)
    },
    "sums where the last rank may not share memory": { world in
        if world.rank == world.size - 1 { refuseSharedMemory() }
        try checkNarrowSums(world)
    },
    "ranges through shared memory are the same": { world in try checkRanges(world) },
    "ranges where the first rank may not share memory": { world in
        if world.rank == 0 { refuseSharedMemory() }
        try checkRanges(world)
    },
    "a grid has rows and columns": { world in
        for hidden in 1...world.size where world.size % hidden == 0 {
            let grid = try ProcessGrid(hidden: hidden, world)
            try expect(grid.alongHidden.size == hidden, "\(grid.alongHidden.size) in a row")
            try expect(grid.alongData.size == world.size / hidden, "\(grid.alongData.size)")
            let place = grid.alongData.rank * hidden + grid.alongHidden.rank
            try expect(place == world.rank, "\(place) is rank \(world.rank)")
            var sum = [Int32(world.rank)]
            try grid.alongHidden.sum(&sum)
            let first = grid.alongData.rank * hidden
            let expected = (first..<first + hidden).reduce(0, +)
            try expect(sum == [Int32(expected)], "\(sum) of a row, not \(expected)")
        }
    },
    "shared memory is forgotten": { world in try checkForgottenMemory(world) },
    "ranks that hold something else are named": { world in
        try expect(try world.disagreement(on: "alike") == nil, "there is none")
        let text = world.rank == 2 ? "other\nlines" : "alike"
        let found = try world.disagreement(on: text)
        try expect((found != nil) == (world.size > 2), "\(found ?? "nothing")")
        guard let found else { return }
        try expect(found.contains("rank 2 on "), found)
        try expect(found.hasSuffix(": other\nlines"), found)
        try expect(found.contains(world.size > 3 ? "ranks 0-1,3 on " : "ranks 0-1 on "), found)
    },
    "a rank of another version is refused": { world in
        try expect(false, "rank \(world.rank) works on")
    },
    "a rank that computes for ever is named": { world in
        RankProgress.begin(.record, step: 40)
        while world.rank == 1 { usleep(10_000) }
        try world.barrier()
    },
    "a rank that does not come to the end is named": { world in
        RankProgress.begin(.end)
        while world.rank == 1 { usleep(10_000) }
    },
    "a rank that is stopped at its work is named": { world in
        if world.rank == 1 { kill(getpid(), SIGSTOP) }
        try world.barrier()
    },
    "a rank may work for long": { world in
        if world.rank == 1 { sleep(13) }
        try world.barrier()
    },
    "a rank with other parameters": { world in try trainApart(hiddenRanks: 1, world) },
    "a rank of a grid with other parameters": { world in try trainApart(hiddenRanks: 2, world) },
    "checkpoints beside the training": { world in
        for hiddenRanks in 1...world.size where world.size.isMultiple(of: hiddenRanks) {
            try checkCheckpointsBesideTraining(hiddenRanks: hiddenRanks, world)
        }
    },
    "integer training": { world in try printFingerprints(of: .integer, world) },
    "one-byte training": { world in try printFingerprints(of: .integerOneByte, world) },
    "no counter is used twice": { world in try checkCounters(world) },
    "float32 training": { world in try printParameters(world) },
]

struct CheckFailed: Error, CustomStringConvertible {
    let message: String
    var description: String { message }
}

func expect(_ condition: Bool, _ message: @autoclosure () -> String) throws {
    guard condition else { throw CheckFailed(message: message()) }
}

@main struct RankChecks {
    static func main() {
        let name = CommandLine.arguments.dropFirst().first ?? ""
        guard let check = checks[name] else {
            print("usage: rank-checks NAME, one of \(checks.keys.sorted())")
            exit(64)
        }
        let isStranger = name.hasPrefix("a rank of another version") && Launch.rank == 2
        exit(withMPI(version: isStranger ? "2" : "1") { world, _, _ in try check(world) })
    }
}
