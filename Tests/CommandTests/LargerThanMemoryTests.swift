import Foundation
import TestSupport
import Testing

/// Data that a process must not hold: a file of 307 MB, under a limit of memory.
@Suite(.launches, .timeLimit(.minutes(15))) struct LargerThanMemoryTests {
    /// 4096 values a case.
    private static let cases = 75_000

    @Test func trainsOnAFileLargerThanTheMemoryItMayTake() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("cases.npy")
        // All zeros but the first case: the file takes no room on the disk.
        var header = "{'descr': '|u1', 'fortran_order': False, 'shape': (\(Self.cases), 64, 64), }"
        header += String(repeating: " ", count: 117 - header.utf8.count) + "\n"
        let start = [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(header.utf8.count), 0]
        let first = (0..<4096).map { UInt8($0 % 2) }
        try Data(start + Array(header.utf8) + first).write(to: URL(filePath: path))
        let handle = try #require(FileHandle(forWritingAtPath: path))
        try handle.truncate(atOffset: UInt64(128 + Self.cases * 4096))
        try handle.close()

        let configuration = try folder.write(
            """
            data: {train: \(path), values: grey, held-out: 0.2}
            layers:
              - hidden: 16
            training: {algorithm: cd, batch: 1000, epochs: 1}
            monitor: {every: 10 steps, cases: 500, pseudo-likelihood-cases: 1}
            """, to: "run.yaml")
        // Private memory, which maps of files do not count to; the libraries take most of it.
        let limit = 450 << 20
        let run = try Program.start([
            "mpirun", "-np", "2", "prlimit", "--data=\(limit)", Command.program, "train",
            configuration, "--output", folder.file("run"), "--threads", "1",
        ])
        #expect(run.status == 0, "\(run.words)")
        let words = run.output + run.errors
        let line = words.split(separator: "\n").first { $0.contains("peak memory of a rank") }
        let most = line?.split(separator: " ").compactMap { Int($0) }.max()
        #expect(try #require(most) < 150, "\(run.words)")
    }
}
