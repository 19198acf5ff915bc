import Foundation
import ModelFiles
import RBMCore
import Storage
import TestSupport
import Testing

/// `wilson transform` as a user meets it: its file, on any number of ranks, and its refusals.
@Suite(.launches, .serialized, .timeLimit(.minutes(15))) struct TransformCommandTests {
    private let folder: TemporaryFolder
    private let model: String
    private let data: String
    private let stack: DBN

    init() throws {
        folder = try TemporaryFolder()
        model = folder.file("dbn.safetensors")
        data = folder.file("data.npy")
        stack = smallStack()
        try Model(layers: stack.layers, imageShape: [2, 3]).file().write(to: model)
        try writeNPY(Self.bits.flatMap { $0 }, shape: [Self.bits.count, 2, 3], to: data)
    }

    /// 1100 cases: more than are loaded at a time, and no multiple of anything.
    private static let bits: [[UInt8]] = (0..<1100).map { number in
        (0..<6).map { (unit: Int) -> UInt8 in
            let quarters = number * (2 * unit + 3)
            return UInt8(quarters >> 2 & 1)
        }
    }

    private func transform(
        _ output: String, _ options: [String] = [], ranks: Int? = nil, expecting status: Int32 = 0,
        _ words: String...
    ) throws {
        let run = try Command.run(
            ["transform", model, "--data", data, "--output", folder.file(output)] + options,
            ranks: ranks)
        #expect(run.status == status, "\(run.words)")
        for word in words { #expect(run.words.contains(word), "\(run.words)") }
    }

    private func floats(_ output: String) throws -> [[Float]] {
        let file = try ArrayFile(path: folder.file(output))
        #expect(file.format == .npy)
        return try (0..<file.cases).map { number in
            var row = [Float](repeating: 0, count: file.caseElements)
            var span = row.mutableSpan
            try file.copyFloats(case: number, into: &span)
            return row
        }
    }

    @Test func theTopLayersMeansAreTheDefault() throws {
        try transform("top.npy", [], expecting: 0, "1100 cases", "layer 1")
        try transform("first.npy", ["--layer", "0"])
        let (top, first) = (try floats("top.npy"), try floats("first.npy"))
        #expect(top.count == 1100 && top[0].count == 3 && first[0].count == 4)
        for (number, bits) in Self.bits.enumerated() {
            let values = bits.map { Double($0) }
            #expect(first[number] == stack.hiddenMeans(ofLayer: 0, given: values).map(Float.init))
            #expect(top[number] == stack.hiddenMeans(ofLayer: 1, given: values).map(Float.init))
        }
        // Spins have means between −1 and +1.
        #expect(top.joined().contains { $0 < -0.1 } && top.joined().allSatisfy { abs($0) <= 1 })
        try transform("quiet.npy", ["--quiet"])
        #expect(try folder.bytes("quiet.npy") == folder.bytes("top.npy"))
    }

    @Test func anyNumberOfRanksWritesTheSameFile() throws {
        for options in [[], ["--samples", "--seed", "7"], ["--layer", "0", "--samples"]] {
            try transform("alone.npy", options)
            for ranks in [2, 3] {
                try transform("ranks.npy", options, ranks: ranks)
                #expect(try folder.bytes("ranks.npy") == folder.bytes("alone.npy"))
            }
        }
    }

    @Test func statesAreDrawnFromTheMeans() throws {
        try transform("means.npy", ["--layer", "0"])
        try transform("states.npy", ["--layer", "0", "--samples", "--seed", "3"])
        #expect(try ArrayFile(path: folder.file("states.npy")).elementType == .uint8)
        let (means, states) = (try floats("means.npy"), try floats("states.npy"))
        #expect(Set(states.joined()) == [0, 1])
        for unit in 0..<4 {
            let surplus = zip(means, states).reduce(0) { $0 + Double($1.1[unit] - $1.0[unit]) }
            let variance = means.reduce(0) { $0 + Double($1[unit] * (1 - $1[unit])) }
            #expect(abs(surplus) < 4 * variance.squareRoot())
        }
        try transform("other.npy", ["--layer", "0", "--samples", "--seed", "4"])
        #expect(try folder.bytes("other.npy") != folder.bytes("states.npy"))
    }

    @Test func valuesAreReadAsAsked() throws {
        let grey = folder.file("grey.npy")
        try writeNPY((0..<60).map { UInt8(4 * $0) }, shape: [10, 6], to: grey)
        func means(_ options: [String]) throws -> [[Float]] {
            let run = try Command.run(
                ["transform", model, "--data", grey, "--output", folder.file("g.npy"), "--layer"]
                    + ["0"] + options)
            #expect(run.status == 0, "\(run.words)")
            return try floats("g.npy")
        }
        let plain = try means([])
        let thresholded = try means(["--binarize", "threshold"])
        for number in 0..<10 {
            let bytes = (0..<6).map { 4 * (6 * number + $0) }
            let values = bytes.map { Double((127 * $0 + 127) / 255) / 127 }
            #expect(plain[number] == stack.hiddenMeans(ofLayer: 0, given: values).map(Float.init))
            let bits = bytes.map { $0 >= 128 ? 1.0 : 0 }
            #expect(
                thresholded[number] == stack.hiddenMeans(ofLayer: 0, given: bits).map(Float.init))
        }
    }

    @Test func whatCannotBeDoneIsSaidWithItsCode() throws {
        try transform("a.npy", ["--layer", "2"], ranks: 2, expecting: 64, "top layer", "is 1")
        try transform("a.npy", ["--layer", "-1"], expecting: 64)
        try transform("a.txt", [], expecting: 64, ".npy")
        try transform("data.npy", [], expecting: 64, "--data")
        try transform("none/a.npy", [], expecting: 73, "no folder")
        #expect(!FileManager.default.fileExists(atPath: folder.file("a.npy")))

        try writeNPY([1, 0, 1, 0, 1] as [UInt8], shape: [1, 5], to: data)
        try transform("a.npy", [], ranks: 2, expecting: 65, "5 values", "6 values")
        try writeNPY([1, 0, 1, 0, 1, .nan] as [Float], shape: [1, 6], to: data)
        try transform("a.npy", [], expecting: 65, "not a number")
        try FileManager.default.removeItem(atPath: data)
        try transform("a.npy", [], ranks: 2, expecting: 65, "cannot be opened")
        #expect(!FileManager.default.fileExists(atPath: folder.file("a.npy")))
    }
}

/// A stack of 6 bits, 4 bits and 3 spins, the same on every call.
func smallStack() -> DBN {
    func layer(_ visible: Int, _ hidden: Int, _ hiddenUnits: any UnitKind) -> RBM {
        var parameters = Parameters(visible: visible, hidden: hidden)
        for i in parameters.values.indices {
            parameters.values[i] = Float((i * 37 + hidden * 11) % 23) / 8 - 1.375
        }
        return RBM(visibleUnits: .bernoulli, hiddenUnits: hiddenUnits, parameters: parameters)
    }
    return DBN(layers: [layer(6, 4, .bernoulli), layer(4, 3, .spin)])
}
