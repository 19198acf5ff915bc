import Foundation
import RBMCore
import RandomStreams
import Storage

/// An RBM with parameters of order one, the same on every call.
func makeRBM(
    _ visibleUnits: UnitKind, _ visible: Int, _ hiddenUnits: UnitKind, _ hidden: Int
) -> RBM {
    var parameters = Parameters(visible: visible, hidden: hidden)
    let stream = RandomStream(seed: 3, .benchmark)
    for i in parameters.values.indices {
        parameters.values[i] = 2 * stream.word(row: 0, unit: i).unitInterval - 1
    }
    return RBM(visibleUnits: visibleUnits, hiddenUnits: hiddenUnits, parameters: parameters)
}

/// Random cases, a function of their numbers.
final class RandomCases: CaseSource {
    let count: Int
    let visible: Int
    let levels: ByteLevels

    init(count: Int, visible: Int, levels: ByteLevels) {
        self.count = count
        self.visible = visible
        self.levels = levels
    }

    /// The bytes of one case.
    func bytes(_ number: Int) -> [UInt8] {
        let stream = RandomStream(seed: 4, .benchmark)
        return (0..<visible).map {
            UInt8(stream.word(row: number, unit: $0) % UInt32(levels.maximum + 1))
        }
    }

    func load(_ cases: [Int], draw: Int, into result: inout [UInt8]) throws {
        for (row, number) in cases.enumerated() {
            result.replaceSubrange((row * visible)..<((row + 1) * visible), with: bytes(number))
        }
    }
}

/// Calls the closure with the path of a new empty folder, and removes it afterwards.
func withFolder<Result>(_ body: (String) throws -> Result) throws -> Result {
    let folder = FileManager.default.temporaryDirectory
        .appending(path: "experiments-tests-\(UUID().uuidString)").path
    try Folder.create(folder)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    return try body(folder)
}
