import RBMCore
import Storage
import Testing

@testable import Experiments

@Suite struct ClampFileTests {
    private func read(
        _ values: [Float], _ shape: [Int], image: [Int] = [2, 2], kind: UnitKind = .bernoulli
    ) throws -> ClampFile {
        try withFolder { folder in
            let path = folder + "/clamp.npy"
            try writeNPY(values, shape: shape, to: path)
            return try ClampFile(path: path, imageShape: image, kind: kind)
        }
    }

    @Test func oneImageIsForAllChains() throws {
        let clamp = try read([0, 1, .nan, -.nan], [2, 2])
        #expect(clamp.patterns == 1)
        #expect(clamp.states(of: 0..<1) == [0, 1, 2, 2])
        #expect(clamp.states(of: 5..<7) == [0, 1, 2, 2, 0, 1, 2, 2])
        #expect(clamp.states(of: 3..<3) == [])
        #expect(try read([0, .nan], [2], image: [2]).states(of: 0..<1) == [0, 2])
    }

    @Test func chainsTakeSeveralImagesInTurn() throws {
        let clamp = try read([0, 1, .nan, 1, .nan, 0], [3, 1, 2], image: [1, 2])
        #expect(clamp.patterns == 3)
        #expect(clamp.states(of: 1..<5) == [2, 1, 2, 0, 0, 1, 2, 1])
        #expect(try read([0, .nan], [1, 2], image: [2]).patterns == 1)
    }

    @Test func spinsAreSignsOrBits() throws {
        let signs = try read([-1, 1, .nan, -1], [2, 2], kind: .spin)
        #expect(signs.states(of: 0..<1) == [0, 1, 2, 0])
        let bits = try read([0, 1, .nan, 0], [2, 2], kind: .spin)
        #expect(bits.states(of: 0..<1) == [0, 1, 2, 0])
    }

    private func expectFault(
        _ words: String..., sourceLocation: SourceLocation = #_sourceLocation,
        _ read: () throws -> ClampFile
    ) {
        let error = #expect(throws: StorageError.self, sourceLocation: sourceLocation) {
            _ = try read()
        }
        #expect(error?.kind == .badFile, sourceLocation: sourceLocation)
        for word in words {
            #expect(
                error?.description.contains(word) == true, "\(error?.description ?? "none")",
                sourceLocation: sourceLocation)
        }
    }

    @Test func otherShapesAreRefused() throws {
        for shape in [[4], [4, 1], [1, 4], [2, 2, 1], [1, 1, 2, 2]] {
            expectFault("shape \(shape)", "[2, 2]", "[N, 2, 2]") {
                try read([0, 1, .nan, 0], shape)
            }
        }
        expectFault("[0, 2, 2]") { try read([], [0, 2, 2]) }
    }

    @Test func otherValuesAreNamedWithTheirPlaces() throws {
        expectFault("0.5", "[2, 1, 0]", "0 or 1", "NaN") {
            try read(Array(repeating: .nan, count: 10) + [0.5, 3], [3, 2, 2])
        }
        expectFault("-1.0", "[0, 1]") { try read([0, -1, 1, 1], [2, 2]) }
        expectFault("inf", "[1, 1]") { try read([0, 0, 1, .infinity], [2, 2]) }
        expectFault("2.0", "−1 or +1") { try read([-1, 2, 1, 1], [2, 2], kind: .spin) }
        expectFault("0 at [1, 1]", "−1 at [0, 0]") {
            try read([-1, .nan, 1, 0], [2, 2], kind: .spin)
        }
    }
}
