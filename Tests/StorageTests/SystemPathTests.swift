import Foundation
import Testing

@testable import Storage

@Suite struct SystemPathTests {
    @Test func aTildeIsTheHomeFolder() throws {
        let home = try #require(ProcessInfo.processInfo.environment["HOME"])
        #expect(systemPath("~") == home)
        #expect(systemPath("~/a/b") == home + "/a/b")
        for other in ["", "a", "/a", "./~/a", "~user/a", "a/~/b", "~a"] {
            #expect(systemPath(other) == other)
        }
    }

    @Test func filesOfTheHomeFolderAreReadAndWritten() throws {
        let name = "~/.wilson-test-\(UUID().uuidString)"
        defer { try? Folder.remove(name) }
        try AtomicFile.write([1, 2], to: name)
        #expect(Folder.isFile(name))
        #expect(try readBytes(of: name) == [1, 2])
        try AtomicFile.write([3], to: name)
        #expect(try readBytes(of: systemPath(name)) == [3])
        #expect(try Folder.list("~").contains(String(name.dropFirst(2))))
        try Folder.remove(name)
        #expect(!Folder.isFile(name))
    }
}
