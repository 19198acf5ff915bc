import Foundation
import TestSupport
import Testing

@testable import Storage

@Suite struct FolderLockTests {
    private func lock(_ folder: String, _ warnings: inout [String]) throws -> FolderLock {
        try FolderLock(folder, host: "here", job: "Slurm job 7") { warnings.append($0) }
    }

    @Test func oneOwnerAtATime() throws {
        try withTemporaryFolder { folder in
            var warnings: [String] = []
            do {
                let first = try lock(folder, &warnings)
                let fault = #expect(throws: StorageError.self) { _ = try lock(folder, &warnings) }
                let words = fault.map { "\($0)" } ?? ""
                #expect(
                    words.contains("process \(getpid()) on here, Slurm job 7 is at work"),
                    "\(words)")
                withExtendedLifetime(first) {}
            }
            #expect(try Folder.list(folder).isEmpty)
            _ = try lock(folder, &warnings)
            #expect(warnings.isEmpty)
        }
    }

    /// A number that another process has today is told from that of the owner by its start.
    @Test(.enabled(if: FileManager.default.fileExists(atPath: "/proc/self/stat")))
    func theLockOfADeadProcessIsTakenOver() throws {
        try withTemporaryFolder { folder in
            var dead = LockOwner.this(host: "here", job: "")
            dead.started = "1"
            try AtomicFile.write(dead.text, to: folder + "/lock")
            var warnings: [String] = []
            let lock = try lock(folder, &warnings)
            #expect(warnings.count == 1 && warnings[0].contains("taking over"), "\(warnings)")
            #expect(try Folder.list(folder) == ["lock"])
            withExtendedLifetime(lock) {}
        }
    }

    @Test(arguments: ["host there\nprocess 12\nmachine other\n", "", "\u{1B}[2J"])
    func aLockThatCannotBeJudgedCountsUntilItIsOld(text: String) throws {
        try withTemporaryFolder { folder in
            let path = folder + "/lock"
            try AtomicFile.write(text, to: path)
            var warnings: [String] = []
            let fault = #expect(throws: StorageError.self) { _ = try lock(folder, &warnings) }
            #expect(fault.map { "\($0)".contains("remove \(path)") } == true)
            #expect(try Folder.list(folder) == ["lock"])
            try FileManager.default.setAttributes(
                [.modificationDate: Date.now - 2 * Double(FolderLock.oldAge)], ofItemAtPath: path)
            let taken = try lock(folder, &warnings)
            #expect(warnings.count == 1, "\(warnings)")
            withExtendedLifetime(taken) {}
        }
    }

    @Test func namesThatSteerATerminalAreNotShown() {
        let owner = LockOwner("host a\u{1B}[2J\u{202E}b\nprocess 3\n")
        #expect(owner?.description == "process 3 on a[2Jb")
    }

    @Test func aLockThatSomebodyElseTookIsNotRemoved() throws {
        try withTemporaryFolder { folder in
            var warnings: [String] = []
            do {
                let lock = try lock(folder, &warnings)
                try AtomicFile.write("host there\nprocess 12\n", to: folder + "/lock")
                withExtendedLifetime(lock) {}
            }
            #expect(try Folder.list(folder) == ["lock"])
        }
    }
}
