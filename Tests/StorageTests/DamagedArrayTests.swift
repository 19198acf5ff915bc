import Foundation
import Storage
import TestSupport
import Testing

/// Files of arrays with random damage are read or refused; a trap would end the tests.
@Suite(.slow, .timeLimit(.minutes(15))) struct DamagedArrayTests {
    private static func npy(_ type: String, _ elements: [UInt8]) -> [UInt8] {
        let text = "{'descr': '\(type)', 'fortran_order': False, 'shape': (5, 2, 3), }\n"
        return [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(text.utf8.count), 0] + Array(text.utf8)
            + elements
    }

    private static let elements = (0..<240).map { UInt8($0) }

    static let files: [(name: String, bytes: [UInt8])] = [
        ("bits.npy", npy("|u1", Array(elements[..<30]))),
        ("real.npy", npy("<f4", Array(elements[..<120]))),
        ("long.npy", npy(">i8", elements)),
        ("images", [0, 0, 8, 3, 0, 0, 0, 5, 0, 0, 0, 2, 0, 0, 0, 3] + elements[..<30]),
        ("table.csv", Array("a,b,c\n1,2,3\n4,5.5,6\n-7,8e3,nan\n".utf8)),
        ("columns.tsv", Array("1\t2\t3\n4\t5\t6\n".utf8)),
    ]

    @Test(arguments: files.map(\.name)) func isReadOrRefused(name: String) throws {
        let folder = try TemporaryFolder()
        let original = try #require(Self.files.first { $0.name == name }).bytes
        var generator = TestGenerator(seed: UInt64(name.utf8.reduce(7) { $0 &* 31 &+ UInt64($1) }))
        var outcomes = (read: 0, refused: 0)
        for _ in 0..<damagedInputs(200) {
            let path = folder.file(name)
            try Data(generator.damaged(original)).write(to: URL(filePath: path))
            do {
                let file = try ArrayFile(path: path)
                // Nothing that was damaged so can be large.
                #expect(file.cases * file.caseElements <= 4096, "\(file.shape)")
                var row = [Double](repeating: 0, count: file.caseElements)
                for number in 0..<(file.caseElements == 0 ? 0 : file.cases) {
                    var span = row.mutableSpan
                    try file.copyDoubles(case: number, into: &span)
                }
                _ = try file.sampleChecksum()
                outcomes.read += 1
            } catch {
                #expect("\(error)" == printable("\(error)"))
                outcomes.refused += 1
            }
            try FileManager.default.removeItem(atPath: path)
        }
        // Damage to values alone is none that a reader can see.
        #expect(outcomes.read > 0 && outcomes.refused > 0, "\(outcomes)")
    }
}
