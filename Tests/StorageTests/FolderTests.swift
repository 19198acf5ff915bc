import Storage
import TestSupport
import Testing

@Suite struct FolderTests {
    @Test func createsFoldersWithTheirParents() throws {
        try withTemporaryFolder { folder in
            try Folder.create(folder + "/a/b//c/")
            #expect(Folder.isFolder(folder + "/a/b/c"))
            try Folder.create(folder + "/a/b")
            #expect(try Folder.list(folder + "/a/b") == ["c"])
        }
    }

    @Test func refusesAFileInTheWay() throws {
        try withTemporaryFolder { folder in
            try AtomicFile.write([1], to: folder + "/file")
            expectStorageError(.cannotWrite, "is a file; expected a folder") {
                try Folder.create(folder + "/file")
            }
            expectStorageError(.cannotWrite, "is a file; expected a folder") {
                try Folder.create(folder + "/file/a")
            }
            expectStorageError(.cannotWrite, "empty name") { try Folder.create("") }
            expectStorageError(.cannotWrite, "is no folder") {
                try Folder.checkWritable(folder + "/file")
            }
            #expect(!Folder.isWritable(folder + "/file"))
            #expect(!Folder.isFolder(folder + "/file"))
            #expect(Folder.isFile(folder + "/file"))
        }
    }

    @Test func listsNamesInOrder() throws {
        try withTemporaryFolder { folder in
            let names = ["B", "a", "ä", "step-0000000010", "step-0000000009", ".hidden"]
            for name in names { try AtomicFile.write([], to: folder + "/" + name) }
            #expect(
                try Folder.list(folder)
                    == [".hidden", "B", "a", "step-0000000009", "step-0000000010", "ä"])
            expectStorageError(.badFile, "cannot be listed", "No such file") {
                _ = try Folder.list(folder + "/none")
            }
            expectStorageError(.badFile, "cannot be listed") {
                _ = try Folder.list(folder + "/a")
            }
        }
    }

    @Test func removesFilesOnly() throws {
        try withTemporaryFolder { folder in
            try AtomicFile.write([1], to: folder + "/a")
            try Folder.remove(folder + "/a")
            #expect(!Folder.isFile(folder + "/a"))
            try Folder.remove(folder + "/a")
            expectStorageError(.cannotWrite, "cannot be removed") { try Folder.remove(folder) }
            #expect(Folder.isFolder(folder))
        }
    }

    @Test func trialOfWritingLeavesNothing() throws {
        try withTemporaryFolder { folder in
            #expect(Folder.isWritable(folder))
            let names = try Folder.list(folder)
            #expect(names == [])
            #expect(!Folder.isWritable(folder + "/none"))
        }
    }

    @Test func trialOfCreatingLeavesNothing() throws {
        try withTemporaryFolder { folder in
            try Folder.checkCreatable(folder)
            try Folder.checkCreatable(folder + "/a/b/")
            try AtomicFile.write("text", to: folder + "/file")
            for path in ["/file", "/file/a", "/file/a/b"] {
                expectStorageError(.cannotWrite, "is a file", file: folder + "/file") {
                    try Folder.checkCreatable(folder + path)
                }
            }
            expectStorageError(.cannotWrite, "empty name") { try Folder.checkCreatable("") }
            let names = try Folder.list(folder)
            #expect(names == ["file"])
        }
    }

    @Test func readsWholeFiles() throws {
        try withTemporaryFolder { folder in
            let bytes = (0..<70_000).map { UInt8(truncatingIfNeeded: $0) }
            try AtomicFile.write(bytes, to: folder + "/a")
            #expect(try readBytes(of: folder + "/a") == bytes)
            expectStorageError(.badFile, "cannot be opened", "No such file", "Check the name") {
                _ = try readBytes(of: folder + "/none")
            }
            expectStorageError(.badFile, "is a folder") { _ = try readBytes(of: folder) }
        }
    }
}
