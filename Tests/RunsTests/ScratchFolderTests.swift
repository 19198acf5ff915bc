import Foundation
import TestSupport
import Testing

@testable import Runs

@Suite struct ScratchFolderTests {
    private let place: TemporaryFolder

    init() throws { place = try TemporaryFolder() }

    private var names: [String] {
        get throws { try FileManager.default.contentsOfDirectory(atPath: place.path) }
    }

    @Test func theFolderGoesWithItsOwner() throws {
        var folder = ScratchFolder.create(in: place.path, host: "a")
        let path = try #require(folder?.path)
        #expect(path.hasPrefix(place.path + "/wilson-data-a-"))
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        #expect(attributes[.posixPermissions] as? Int == 0o700)
        try Data("x".utf8).write(to: URL(filePath: path + "/cases.npy"))
        folder = nil
        #expect(try names == [])
    }

    @Test func aPlaceThatIsMissingHasNone() {
        #expect(ScratchFolder.create(in: place.file("none"), host: "a") == nil)
    }

    /// The lock of a killed process is gone, and its folder stays.
    @Test func whatKilledProcessesHaveLeftIsRemovedAndNothingElse() throws {
        let folder = try #require(ScratchFolder.create(in: place.path, host: "a"))
        let own = (folder.path as NSString).lastPathComponent
        let kept = [
            own, "wilson-data-b-\(UUID().uuidString)", "wilson-data-a-b-\(UUID().uuidString)",
            "wilson-data-a-notes", "other",
        ]
        for name in kept.dropFirst() + ["wilson-data-a-\(UUID().uuidString)"] {
            try FileManager.default.createDirectory(
                atPath: place.file(name) + "/1", withIntermediateDirectories: true)
            try Data("x".utf8).write(to: URL(filePath: place.file(name) + "/1/cases.npy"))
        }
        // A link is not followed.
        let link = "wilson-data-a-\(UUID().uuidString)"
        try FileManager.default.createSymbolicLink(
            atPath: place.file(link), withDestinationPath: place.file("other"))
        let removed = withExtendedLifetime(folder) {
            ScratchFolder.removeLeft(in: place.path, host: "a")
        }
        #expect(removed == 1)
        #expect(try names.sorted() == (kept + [link]).sorted())
    }
}
