import Storage
import TestSupport
import Testing

@Suite struct LineFileTests {
    private func text(_ path: String) throws -> String {
        String(decoding: try readBytes(of: path), as: UTF8.self)
    }

    @Test func addsLines() throws {
        try withTemporaryFolder { folder in
            let path = folder + "/log.txt"
            let file = try LineFile(path: path)
            try file.append("one")
            #expect(try text(path) == "one\n")
            try file.append("zwölf")
            try file.synchronize()
            #expect(try text(path) == "one\nzwölf\n")
            try LineFile(path: path).append("three")
            #expect(try text(path) == "one\nzwölf\nthree\n")
        }
    }

    @Test func dropsLinesAndAHalfOne() throws {
        try withTemporaryFolder { folder in
            let path = folder + "/metrics.jsonl"
            try AtomicFile.write("1\n2\r\n\n3\n{\"st", to: path)
            var seen: [String] = []
            let file = try LineFile(path: path) { line in
                seen.append(line)
                return line != "3"
            }
            #expect(seen == ["1", "2\r", "", "3"])
            #expect(try text(path) == "1\n2\r\n\n")
            try file.append("4")
            #expect(try text(path) == "1\n2\r\n\n4\n")
            #expect(try Folder.list(folder) == ["metrics.jsonl"])
        }
    }

    @Test func keepsBytesThatAreNoText() throws {
        try withTemporaryFolder { folder in
            let path = folder + "/log.txt"
            try AtomicFile.write([0xFF, 0x0A, 0x41, 0x0A], to: path)
            _ = try LineFile(path: path) { $0 != "A" }
            #expect(try readBytes(of: path) == [0xFF, 0x0A])
        }
    }

    @Test func refusesWhatIsNoFile() throws {
        try withTemporaryFolder { folder in
            expectStorageError(.cannotWrite, "not a regular file") {
                _ = try LineFile(path: folder)
            }
            expectStorageError(.cannotWrite, "No such file") {
                _ = try LineFile(path: folder + "/none/log.txt")
            }
        }
    }

    @Test func linesOfSeveralThreadsStayWhole() async throws {
        try await withTemporaryFolder { folder in
            let path = folder + "/log.txt"
            let file = try LineFile(path: path)
            let line = String(repeating: "x", count: 300)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<8 {
                    group.addTask { for _ in 0..<50 { try file.append(line) } }
                }
                try await group.waitForAll()
            }
            #expect(try text(path) == String(repeating: line + "\n", count: 400))
        }
    }
}
