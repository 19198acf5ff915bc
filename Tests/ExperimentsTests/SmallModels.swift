import Foundation
import RBMCore
import RandomStreams
import Storage
import TestSupport

/// An RBM with parameters of order one, the same on every call.
func makeRBM(
    _ visibleUnits: UnitKind, _ visible: Int, _ hiddenUnits: UnitKind, _ hidden: Int
) -> RBM {
    randomMachine(
        visible: visible, hidden: hidden, visibleUnits: visibleUnits, hiddenUnits: hiddenUnits,
        seed: 3)
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
