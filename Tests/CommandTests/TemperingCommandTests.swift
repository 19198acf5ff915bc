import Foundation
import ModelFiles
import RBMCore
import Storage
import TestSupport
import Testing

/// `wilson sample --tempering`, `--check-mixing` and `--means` as a user meets them.
@Suite(.launches, .serialized, .timeLimit(.minutes(15))) struct TemperingCommandTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        // Spins that are all up or all down, and no sweep leads from one to the other.
        var ordered = Parameters(visible: 12, hidden: 6)
        for i in 0..<ordered.weightCount { ordered.values[i] = 1 }
        try save(RBM(visibleUnits: .spin, hiddenUnits: .spin, parameters: ordered), "ordered")
        // Two clusters about −4 and +4 in every coordinate, 8 deviations apart.
        var clusters = Parameters(visible: 5, hidden: 1)
        for i in 0..<5 { clusters.values[i] = 4 }
        try save(
            RBM(visibleUnits: .gaussian, hiddenUnits: .spin, parameters: clusters), "clusters")
        try writeNPY([UInt8](repeating: 1, count: 24), shape: [2, 12], to: folder.file("up.npy"))
        try writeNPY(
            [Float](repeating: 4, count: 10), shape: [2, 5], to: folder.file("upper.npy"))
    }

    private func save(_ rbm: RBM, _ name: String) throws {
        try Model(layers: [rbm], imageShape: [rbm.visibleCount]).file()
            .write(to: folder.file("\(name).safetensors"))
    }

    private func sample(
        _ model: String, _ output: String, _ options: [String], count: Int = 60,
        ranks: Int? = nil
    ) throws -> [String: Any] {
        let run = try Command.run(
            [
                "sample", folder.file("\(model).safetensors"), "--count", "\(count)", "--output",
                folder.file(output), "--json",
            ] + options, ranks: ranks)
        #expect(run.status == 0, "\(run.words)")
        let line = try #require(run.output.split(separator: "\n").last)
        return try #require(
            JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
    }

    /// From all spins up, sweeps find no other state; tempering finds both signs, on any number of ranks.
    @Test func bothSignsAreDrawnBelowTheCriticalTemperature() throws {
        let start = [
            "--sweeps", "200", "--start", "data", "--data", folder.file("up.npy"),
            "--check-mixing",
        ]
        let plain = try sample("ordered", "plain.npy", start)
        let stuck = try #require(plain["mixing"] as? [String: Any])
        #expect(stuck["mixed"] as? Bool == false && stuck["share_up_data"] as? Double == 1)
        #expect(plain["tempering"] == nil)
        for ranks in [nil, 3] {
            let found = try sample(
                "ordered", "tempered-\(ranks ?? 1).npy", start + ["--tempering"], ranks: ranks)
            let mixing = try #require(found["mixing"] as? [String: Any])
            #expect(mixing["mixed"] as? Bool == true, "\(mixing)")
            for key in ["share_up_noise", "share_up_data"] {
                let share = try #require(mixing[key] as? Double)
                #expect(abs(share - 0.5) < 4 * 0.5 / 60.0.squareRoot())
            }
            #expect(try #require(mixing["abs_magnetization_data"] as? Double) > 0.9)
            let tempering = try #require(found["tempering"] as? [String: Any])
            #expect(try #require(tempering["round_trips"] as? Int) > 600)
        }
        #expect(
            try folder.bytes("tempered-1.npy") == folder.bytes("tempered-3.npy"))
        #expect(try folder.bytes("tempered-1.npy") != folder.bytes("plain.npy"))
    }

    @Test func twoClustersOfRealValuesAreHalfAndHalf() throws {
        let start = [
            "--sweeps", "600", "--start", "data", "--data", folder.file("upper.npy"), "--tempering",
        ]
        _ = try sample("clusters", "a.npy", start, count: 400)
        let file = try ArrayFile(path: folder.file("a.npy"))
        #expect(file.shape == [400, 5] && file.elementType == .float32)
        let bytes = [UInt8](try folder.bytes("a.npy").suffix(400 * 5 * 4))
        var values: [Float] = []
        readReals(bytes, 0..<2000, into: &values)
        let upper = (0..<400).count { values[5 * $0] > 0 }
        #expect(abs(upper - 200) < 40)
        // Each cluster is whole, with its own mean and variance.
        #expect(
            (0..<400).allSatisfy { row in
                Set((0..<5).map { values[5 * row + $0] > 0 }).count == 1
            })
        let squares = values.map { ($0.magnitude - 4) * ($0.magnitude - 4) }.reduce(0, +) / 2000
        #expect(abs(squares - 1) < 0.13)
    }

    /// Two strongly coupled groups of spins: holding a spin of one group decides that group, and sweeps
    /// never turn the other over.
    @Test func freeSpinsFollowHeldOnesAndNotTheStart() throws {
        var groups = Parameters(visible: 12, hidden: 6)
        for i in 0..<12 {
            for j in 0..<6 where (i < 6) == (j < 3) { groups.values[i * 6 + j] = 2 }
        }
        try save(RBM(visibleUnits: .spin, hiddenUnits: .spin, parameters: groups), "groups")
        var held = [Float](repeating: .nan, count: 12)
        held[0] = -1
        try writeNPY(held, shape: [12], to: folder.file("held.npy"))
        let options = [
            "--sweeps", "300", "--start", "data", "--data", folder.file("up.npy"),
            "--check-mixing", "--clamp", folder.file("held.npy"),
        ]
        func shares(_ name: String) throws -> (first: Int, second: Int) {
            let states = [UInt8](try folder.bytes(name).suffix(60 * 12))
            #expect((0..<60).allSatisfy { states[12 * $0] == 0 })
            return (
                (0..<60).count { states[12 * $0 + 3] == 1 },
                (0..<60).count { states[12 * $0 + 9] == 1 }
            )
        }
        let plain = try sample("groups", "held-plain.npy", options)
        #expect((plain["mixing"] as? [String: Any])?["mixed"] as? Bool == false)
        #expect(try shares("held-plain.npy").second == 60)
        for ranks in [nil, 3] {
            let name = "held-\(ranks ?? 1).npy"
            let found = try sample("groups", name, options + ["--tempering"], ranks: ranks)
            let mixing = try #require(found["mixing"] as? [String: Any])
            #expect(mixing["mixed"] as? Bool == true, "\(mixing)")
            let (first, second) = try shares(name)
            #expect(first < 3 && abs(second - 30) < 16)
        }
        #expect(try folder.bytes("held-1.npy") == folder.bytes("held-3.npy"))
    }

    /// The means of spins as the states were drawn from them.
    @Test func meansAreWritten() throws {
        _ = try sample("ordered", "means.npy", ["--sweeps", "2", "--means"], count: 7, ranks: 2)
        let file = try ArrayFile(path: folder.file("means.npy"))
        #expect(file.shape == [7, 12] && file.elementType == .float32)
        _ = try sample("ordered", "states.npy", ["--sweeps", "2"], count: 7)
        let bytes = [UInt8](try folder.bytes("means.npy").suffix(7 * 12 * 4))
        var means: [Float] = []
        readReals(bytes, 0..<84, into: &means)
        let states = [UInt8](try folder.bytes("states.npy").suffix(84))
        // Weights of 1 from six spins leave nearly no doubt.
        for (mean, state) in zip(means, states) where mean.magnitude > 0.999 {
            #expect(state == (mean > 0 ? 1 : 0))
        }
        #expect(means.allSatisfy { $0.magnitude <= 1 } && means.contains { $0 < 0 || $0 > 0 })
    }

    @Test func whatDoesNotGoTogetherIsRefused() throws {
        func refuse(_ options: [String], _ words: String) throws {
            try Command.run(
                [
                    "sample", folder.file("ordered.safetensors"), "--count", "2", "--sweeps", "1",
                    "--output", folder.file("x.npy"),
                ] + options
            ).expectFault(64, words)
        }
        try refuse(["--check-mixing"], "--check-mixing compares with the data: --data FILE")
        var generator = TestGenerator(seed: 9)
        try Model(
            layers: [
                generator.rbm(12, 5, .bernoulli, .bernoulli),
                generator.rbm(5, 4, .bernoulli, .bernoulli),
            ], imageShape: [12]
        ).file().write(to: folder.file("stack.safetensors"))
        try Command.run(
            [
                "sample", folder.file("stack.safetensors"), "--count", "2", "--sweeps", "1",
                "--output", folder.file("x.npy"), "--tempering", "--clamp", folder.file("up.npy"),
            ]
        ).expectFault(64, "--clamp goes with --tempering only where the model has one layer")
        try refuse(["--data", folder.file("up.npy")], "--start data or --check-mixing")
        try Command.run(
            [
                "sample", folder.file("ordered.safetensors"), "--count", "2", "--sweeps", "1",
                "--output", folder.file("x.png"), "--means",
            ]
        ).expectFault(64, "--means writes an NPY file")
    }
}
