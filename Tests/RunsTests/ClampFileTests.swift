import RBMCore
import Storage
import TestSupport
import Testing
@testable import Runs

@Suite struct ClampFileTests {
    private func read(
        _ values: [Float], _ shape: [Int], image: [Int] = [2, 2], kind: any UnitKind = .bernoulli,
        _ standardization: Standardization? = nil
    ) throws -> ClampFile {
        try withTemporaryFolder { folder in
            let path = folder + "/clamp.npy"
            try writeNPY(values, shape: shape, to: path)
            return try ClampFile(
                path: path, imageShape: image, kind: kind, standardization: standardization)
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

    /// Data with gaps are clamps as they are.
    @Test func cellsOfATextWithoutAValueAreFree() throws {
        try withTemporaryFolder { folder in
            try AtomicFile.write("name,a,b,c\nx,,0,1\ny,1,NA,0\n", to: folder + "/gaps.csv")
            let clamp = try ClampFile(
                path: folder + "/gaps.csv", imageShape: [3], kind: .bernoulli)
            #expect(clamp.patterns == 2)
            #expect(clamp.states(of: 0..<2) == [2, 0, 1, 1, 2, 0])
        }
    }

    @Test func whatIsHeldIsKnownForEachChain() throws {
        let clamp = try read([0, 1, .nan, 1, .nan, 0], [3, 1, 2], image: [1, 2])
        #expect(
            clamp.isHeld(inChains: 4) == [true, true, false, true, false, true, true, true])
        let one = try read([0, .nan], [2], image: [2])
        #expect(one.isHeld(inChains: 2) == [true, false, true, false])
        // A column of a sheet has one pattern.
        #expect(clamp.columns(ofChains: 9) == 3 && clamp.columns(ofChains: 3) == nil)
        #expect(one.columns(ofChains: 9) == nil)
    }

    @Test func spinsAreSignsOrBits() throws {
        let signs = try read([-1, 1, .nan, -1], [2, 2], kind: .spin)
        #expect(signs.states(of: 0..<1) == [0, 1, 2, 0])
        let bits = try read([0, 1, .nan, 0], [2, 2], kind: .spin)
        #expect(bits.states(of: 0..<1) == [0, 1, 2, 0])
    }

    @Test func gaussianUnitsTakeAnyNumberOnTheScaleOfTheData() throws {
        func reals(_ bytes: [UInt8]) -> [Float] {
            var values: [Float] = []
            readReals(bytes, 0..<(bytes.count / 4), into: &values)
            return values
        }
        let numbers: [Float] = [0.1, -300, .nan, 1e-20]
        let plain = try read(numbers, [2, 2], kind: .gaussian)
        let states = reals(plain.states(of: 4..<6))
        #expect(states.map(\.isNaN) == [false, false, true, false, false, false, true, false])
        #expect(Array(states[..<2]) == [0.1, -300] && states[7] == 1e-20)

        let scale = Standardization(means: [1, 2], deviations: [3, 0.7])
        let clamp = try read(numbers, [2, 2], image: [2], kind: .gaussian, scale)
        #expect(clamp.patterns == 2)
        let own = reals(clamp.states(of: 0..<2))
        #expect(Array(own[..<2]) == [(0.1 - 1) / 3, -10] && own[2].isNaN)
        // To the bit what was given, where returning from the units' scale is off by a rounding.
        var drawn: [Float] = [0, 0, 7, 0, 0, 0]
        clamp.restore(&drawn)
        #expect(drawn == [0.1, -300, 7, 1e-20, 0.1, -300])
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
        expectFault("inf at [1, 0]", "scale of the data", "NaN") {
            try read([0, -7, -.infinity, .nan], [2, 2], kind: .gaussian)
        }
        expectFault("2.0", "−1 or +1") { try read([-1, 2, 1, 1], [2, 2], kind: .spin) }
        expectFault("0 at [1, 1]", "−1 at [0, 0]") {
            try read([-1, .nan, 1, 0], [2, 2], kind: .spin)
        }
    }
}
