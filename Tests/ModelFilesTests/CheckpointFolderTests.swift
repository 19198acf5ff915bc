import ModelFiles
import Storage
import TestSupport
import Testing

@Suite struct CheckpointFolderTests {
    @Test func keepsTheNewest() throws {
        try withTemporaryFolder { path in
            let folder = CheckpointFolder(path, keep: 2)
            for steps in [8, 9, 10] { try folder.save(CheckpointTests.make(totalSteps: steps)) }
            let names = ["step-0000000009.safetensors", "step-0000000010.safetensors"]
            #expect(try Folder.list(path).sorted() == names)
            try folder.removeLater(than: 9)
            #expect(try Folder.list(path) == [names[0]])
        }
    }

    /// The best one stays beside the newest, and a better one takes its place.
    @Test func keepsTheBestOfALayer() throws {
        try withTemporaryFolder { path in
            let folder = CheckpointFolder(path, keep: 2)
            for steps in 5...9 {
                try folder.save(
                    CheckpointTests.make(totalSteps: steps), isBest: steps == 5 || steps == 6)
            }
            let layer = try CheckpointTests.make().layer
            let best = folder.bestFile(ofLayer: layer)
            let names = try Folder.list(path).sorted()
            #expect(
                names == [
                    "best-layer-\(layer).safetensors", "step-0000000008.safetensors",
                    "step-0000000009.safetensors",
                ])
            #expect(try Checkpoint(path: best).totalSteps == 6)
            // It is none to go on from by itself.
            try folder.removeLater(than: 0)
            #expect(try Folder.list(path) == [names[0]])
            #expect(throws: StorageError.self) {
                _ = try folder.newest(warn: { _ in }) { path throws(StorageError) in
                    try Checkpoint(path: path)
                }
            }
        }
    }

    @Test func goesBackToTheNewestThatPassesTheCheck() throws {
        try withTemporaryFolder { path in
            let folder = CheckpointFolder(path, keep: 3)
            for steps in [8, 9, 10] { try folder.save(CheckpointTests.make(totalSteps: steps)) }
            try AtomicFile.write("torn", to: "\(path)/step-0000000010.safetensors")
            var warnings: [String] = []
            let found = try folder.newest(warn: { warnings.append($0) }) {
                path throws(StorageError) in
                let checkpoint = try Checkpoint(path: path)
                guard checkpoint.totalSteps < 9 else {
                    throw StorageError(.badFile, path, "is refused")
                }
                return checkpoint
            }
            #expect(found?.0.totalSteps == 8)
            #expect(found?.path == "\(path)/step-0000000008.safetensors")
            #expect(warnings.count == 2 && warnings[1].contains("is refused"), "\(warnings)")
        }
    }

    @Test func hasNoneOrNoGoodOne() throws {
        try withTemporaryFolder { path in
            let folder = CheckpointFolder(path, keep: 3)
            func newest(
                _ kind: StorageError.Kind = .badFile
            ) throws(StorageError) -> (Checkpoint, path: String)? {
                try folder.newest(warn: { Issue.record("warned: \($0)") }) {
                    path throws(StorageError) in
                    let isOld = path.contains("0007")
                    throw StorageError(isOld ? kind : .badFile, path, "is refused")
                }
            }
            #expect(try newest() == nil)
            try folder.save(CheckpointTests.make(totalSteps: 7))
            try folder.save(CheckpointTests.make(totalSteps: 8))
            let fault = #expect(throws: StorageError.self) { _ = try newest() }
            #expect(fault.map { "\($0)" }?.contains("none of its 2 checkpoints") == true)
            #expect(fault?.kind == .allBad)
            // One that only takes too much memory is not to be removed.
            let large = #expect(throws: StorageError.self) { _ = try newest(.noRoom) }
            #expect(large?.kind == .noRoom)
            #expect(large.map { $0.file.hasSuffix("step-0000000007.safetensors") } == true)
        }
    }
}
