import Foundation
import TestSupport
import Testing

@testable import Storage

@Suite struct AtomicFileTests {
    @Test func writesAndReplaces() throws {
        try withTemporaryFolder { folder in
            let path = folder + "/a"
            try AtomicFile.write([1, 2, 3], to: path)
            #expect(try readBytes(of: path) == [1, 2, 3])
            try AtomicFile.write(pieces: [[4], [], [5, 6]], to: path)
            #expect(try readBytes(of: path) == [4, 5, 6])
            try AtomicFile.write("ü\n", to: path)
            #expect(try readBytes(of: path) == [0xC3, 0xBC, 0x0A])
            try AtomicFile.write([], to: path)
            #expect(try readBytes(of: path) == [])
            #expect(try Folder.list(folder) == ["a"])
        }
    }

    @Test func givesASecondName() throws {
        try withTemporaryFolder { folder in
            try AtomicFile.write([1], to: folder + "/a")
            try AtomicFile.write([9], to: folder + "/b")
            #expect(try AtomicFile.name(folder + "/a", also: folder + "/b"))
            // Again, where both names are one file already.
            #expect(try AtomicFile.name(folder + "/a", also: folder + "/b"))
            try Folder.remove(folder + "/a")
            #expect(try readBytes(of: folder + "/b") == [1])
            #expect(try Folder.list(folder) == ["b"])
            #expect(try !AtomicFile.name(folder + "/none", also: folder + "/c"))
        }
    }

    @Test func writesANameAsLongAsTheFileSystemAllows() throws {
        try withTemporaryFolder { folder in
            let name = String(repeating: "n", count: 255)
            try AtomicFile.write([1], to: folder + "/" + name)
            #expect(try Folder.list(folder) == [name])
        }
    }

    @Test func keepsTheOldFileWhenTheWriterGivesUp() throws {
        try withTemporaryFolder { folder in
            let path = folder + "/a"
            try AtomicFile.write([1], to: path)
            expectStorageError(.badFile, "half-way") {
                try AtomicFile.write(to: path) { writer throws(StorageError) in
                    try writer.write([2, 3])
                    throw StorageError(.badFile, "x", "gave up half-way.")
                }
            }
            #expect(try readBytes(of: path) == [1])
            #expect(try Folder.list(folder) == ["a"])
        }
    }

    @Test func refusesTargetsThatAreNoFiles() throws {
        try withTemporaryFolder { folder in
            try Folder.create(folder + "/sub")
            try AtomicFile.write([1], to: folder + "/file")
            for (name, words) in [
                ("sub", "is a folder"), ("sub/", "no file name"), ("none/a", "no folder"),
                ("file/a", "no folder"),
            ] {
                let path = folder + "/" + name
                expectStorageError(.cannotWrite, words, file: path) {
                    try AtomicFile.write([1], to: path)
                }
            }
            expectStorageError(.cannotWrite, "device", file: "/dev/null") {
                try AtomicFile.write([1], to: "/dev/null")
            }
            expectStorageError(.cannotWrite, "no file name") { try AtomicFile.write([1], to: "") }
            #expect(try Folder.list(folder) == ["file", "sub"])
            #expect(try Folder.list(folder + "/sub") == [])
        }
    }

    @Test func writesThroughASymbolicLink() throws {
        try withTemporaryFolder { folder in
            try Folder.create(folder + "/real")
            try AtomicFile.write([1], to: folder + "/real/a")
            try FileManager.default.createSymbolicLink(
                atPath: folder + "/link", withDestinationPath: "real/a")
            try AtomicFile.write([2], to: folder + "/link")
            #expect(try readBytes(of: folder + "/real/a") == [2])
            #expect(
                try FileManager.default.destinationOfSymbolicLink(atPath: folder + "/link")
                    == "real/a")
            #expect(try Folder.list(folder) == ["link", "real"])
        }
    }

    @Test func givesNewFilesOrdinaryPermissions() throws {
        try withTemporaryFolder { folder in
            try AtomicFile.write([1], to: folder + "/a")
            #expect(FileManager.default.createFile(atPath: folder + "/b", contents: nil))
            let modes = try ["a", "b"].map {
                try FileManager.default.attributesOfItem(atPath: folder + "/" + $0)[
                    .posixPermissions]
                    as? Int
            }
            #expect(modes[0] == modes[1] && modes[0] != nil)
        }
    }

    @Test func removesLeftoversOfKilledProcesses() throws {
        try withTemporaryFolder { folder in
            try AtomicFile.write([1], to: folder + "/a")
            try AtomicFile.write([1], to: folder + "/.partial-0123")
            try AtomicFile.write([1], to: folder + "/.hidden")
            #expect(try AtomicFile.removeLeftovers(in: folder) == 1)
            #expect(try Folder.list(folder) == [".hidden", "a"])
        }
    }

    @Test(.enabled(if: FileManager.default.fileExists(atPath: "/dev/full")))
    func reportsAFullDiskInWords() throws {
        let full = try Descriptor.appending("/dev/full")
        expectStorageError(.cannotWrite, "No space left on device", "Free some space") {
            let bytes: [UInt8] = [1]
            try unsafe full.write(bytes.span.bytes)
        }
    }

    @Test func trialOfWritingChangesNothing() throws {
        try withTemporaryFolder { folder in
            try AtomicFile.write("text", to: folder + "/a")
            try AtomicFile.checkWritable(folder + "/a")
            try AtomicFile.checkWritable(folder + "/b")
            let names = try Folder.list(folder)
            #expect(names == ["a"])
            #expect(try readBytes(of: folder + "/a") == Array("text".utf8))
            expectStorageError(.cannotWrite, "is a folder") {
                try AtomicFile.checkWritable(folder)
            }
            expectStorageError(.cannotWrite, "no folder", "Create it first") {
                try AtomicFile.checkWritable(folder + "/none/a")
            }
        }
    }

    @Test func writersAtTheSameTimeNeverMixTheirBytes() async throws {
        try await withTemporaryFolder { folder in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for value in 1...8 as ClosedRange<UInt8> {
                    group.addTask {
                        for _ in 0..<10 {
                            let half = [UInt8](repeating: value, count: 5000)
                            try AtomicFile.write(pieces: [half, half], to: folder + "/a")
                            let bytes = try readBytes(of: folder + "/a")
                            #expect(bytes.count == 10_000 && Set(bytes).count == 1)
                        }
                    }
                }
                try await group.waitForAll()
            }
            #expect(try Folder.list(folder) == ["a"])
        }
    }
}
