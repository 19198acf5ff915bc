import Foundation
import Storage
import TestSupport
import Testing

@Suite(.launches) struct SampleCommandTests {
    /// A model of one layer, and a stack of two; with weights so strong that a chain remembers where
    /// it began.
    static let stacks = [
        ["layers=[{hidden: 7, initial-weights: 3}]"],
        ["layers=[{hidden: 7, initial-weights: 3}, {hidden: 4, initial-weights: 3}]"],
    ]

    @Test(arguments: stacks) func oneFileOnAnyNumberOfRanks(settings: [String]) throws {
        let small = try SmallRun()
        let model = try small.model(settings)
        for start in [[], ["--start", "data", "--data", small.data]] {
            let name = start.isEmpty ? "noise" : "data"
            for ranks in [nil, 3] {
                let run = try Command.run(
                    [
                        "sample", model, "--count", "50", "--sweeps", "1", "--output",
                        small.folder.file("\(name)-\(ranks ?? 1).npy"), "--quiet",
                    ] + start,
                    ranks: ranks, seconds: 30)
                #expect(run.status == 0, "\(run.words)")
                #expect(run.output.isEmpty, "\(run.words)")
            }
            #expect(
                try small.folder.bytes("\(name)-1.npy") == small.folder.bytes("\(name)-3.npy"))
            let file = try ArrayFile(path: small.folder.file("\(name)-1.npy"))
            #expect(file.shape == [50, 3, 3])
            #expect(file.elementType == .uint8)
            let values = try small.folder.bytes("\(name)-1.npy").suffix(450)
            #expect(Set(values) == [0, 1])
        }
        #expect(try small.folder.bytes("noise-1.npy") != small.folder.bytes("data-1.npy"))
    }

    /// A rank without a chain takes part all the same.
    @Test func oneChainOnMoreRanks() throws {
        let small = try SmallRun()
        let model = try small.model()
        var pictures: [Data] = []
        for ranks in [nil, 3] {
            for kind in ["npy", "png"] {
                let run = try Command.run(
                    [
                        "sample", model, "--count", "2", "--sweeps", "3", "--output",
                        small.folder.file("a.\(kind)"), "--seed", "9",
                    ], ranks: ranks, seconds: 30)
                #expect(run.status == 0, "\(run.words)")
                #expect(run.output.contains("2 cases after 3 sweeps from noise"), "\(run.words)")
                pictures.append(try small.folder.bytes("a.\(kind)"))
            }
        }
        #expect(pictures[0] == pictures[2])
        #expect(pictures[1] == pictures[3])
        #expect(pictures[1].starts(with: [0x89] + Array("PNG".utf8)))
    }

    @Test func theSeedNamesTheSamples() throws {
        let small = try SmallRun()
        let model = try small.model()
        for seed in ["1", "2"] {
            let run = try Command.run(
                [
                    "sample", model, "--count", "50", "--sweeps", "3", "--output",
                    small.folder.file("\(seed).npy"), "--seed", seed,
                ])
            #expect(run.status == 0, "\(run.words)")
        }
        #expect(try small.folder.bytes("1.npy") != small.folder.bytes("2.npy"))
    }

    @Test func moreThanFitsIsRefused() throws {
        let small = try SmallRun()
        let model = try small.model()
        let output = small.folder.file("a.npy")
        for ranks in [nil, 2] {
            try Command.run(
                ["sample", model, "--count", "2147483647", "--sweeps", "1", "--output", output],
                ranks: ranks, seconds: 30
            ).expectFault(64, "--count is 2147483647", "at most 238609294")
        }
        #expect(!small.has("a.npy"))
    }
}
