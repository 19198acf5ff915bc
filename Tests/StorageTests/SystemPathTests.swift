import Foundation
import Testing

@testable import Storage

@Suite struct SystemPathTests {
    private func systemPath(_ path: String) -> String {
        String(
            decoding: Storage.systemPath(path).dropLast().map { UInt8(bitPattern: $0) },
            as: UTF8.self)
    }

    @Test func aTildeIsTheHomeFolder() throws {
        let home = try #require(ProcessInfo.processInfo.environment["HOME"])
        #expect(systemPath("~") == home)
        #expect(systemPath("~/a/b") == home + "/a/b")
        for other in ["", "a", "/a", "./~/a", "~user/a", "a/~/b", "~a"] {
            #expect(systemPath(other) == other)
        }
    }

    /// Latin-1, cut characters, surrogates, and bytes that never occur in UTF-8.
    @Test(
        arguments: [
            [], [0x61], [0xC3, 0xA9], [0x63, 0x61, 0x66, 0xE9], [0xE9, 0x61], [0xC3], [0xE2, 0x82],
            [0xED, 0xA0, 0x80], [0xFF, 0xFE, 0xF0, 0x9F, 0x98, 0x80], [0x80, 0xC3, 0xA9, 0xBF],
        ] as [[UInt8]])
    func anyNameIsText(bytes: [UInt8]) {
        let text = NativeName.text(bytes)
        #expect(NativeName.bytes(of: text) == bytes)
        #expect(Storage.systemPath(text) == bytes.map { CChar(bitPattern: $0) } + [0])
        if let known = String(validating: bytes, as: UTF8.self) { #expect(text == known) }
    }

    @Test func namesThatAreNotUTF8AreListedAndRead() throws {
        let folder = FileManager.default.temporaryDirectory.path + "/\(UUID().uuidString)"
        try Folder.create(folder)
        let name = NativeName.text([0x63, 0x61, 0x66, 0xE9])
        let file = "\(folder)/\(name)"
        try AtomicFile.write([7], to: file)
        #expect(try Folder.list(folder) == [name])
        #expect(try readBytes(of: file) == [7])
        try Folder.remove(file)
        #expect(try Folder.list(folder).isEmpty)
        try FileManager.default.removeItem(atPath: folder)
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
