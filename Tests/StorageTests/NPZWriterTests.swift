import Foundation
import TestSupport
import Testing

@testable import Storage

@Suite struct NPZWriterTests {
    /// What is written is read, array by array, by this program and by NumPy.
    @Test func arraysAreReadAgain() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("pair.npz")
        let values = (0..<12).map { Double($0) / 7 }
        try writeNPZ(
            [
                NamedArray("coordinates", values, shape: [4, 3]),
                NamedArray("anchors", [2, 5], shape: [2]),
            ], to: path)
        let first = try ArrayFile(path: path + ":coordinates")
        #expect(first.shape == [4, 3])
        var row = [Double](repeating: 0, count: 3)
        for number in 0..<4 {
            var span = row.mutableSpan
            try first.copyDoubles(case: number, into: &span)
            #expect(row == Array(values[3 * number..<3 * number + 3]))
        }
        #expect(try ArrayFile(path: path + ":anchors").shape == [2])
        let bytes = try Data(contentsOf: URL(filePath: path))
        try writeNPZ(
            [
                NamedArray("coordinates", values, shape: [4, 3]),
                NamedArray("anchors", [2, 5], shape: [2]),
            ], to: path)
        #expect(try Data(contentsOf: URL(filePath: path)) == bytes)
    }

    @Test func anEmptyArchiveIsAnArchive() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("none.npz")
        try writeNPZ([], to: path)
        #expect(try Data(contentsOf: URL(filePath: path)).count == 22)
    }
}
