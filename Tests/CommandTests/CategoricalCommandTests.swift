import Foundation
import ModelFiles
import RBMCore
import Storage
import TestSupport
import Testing

/// Whole numbers and categorical units, as a user meets them.
@Suite(.launches, .serialized, .timeLimit(.minutes(15))) struct CategoricalCommandTests {
    private let folder: TemporaryFolder
    private static let (cases, units, states) = (300, 6, 3)

    /// 300 cases of 6×1 units, each near one of three patterns.
    init() throws {
        folder = try TemporaryFolder()
        try writeNPY(Self.data(), shape: [Self.cases, 6, 1], to: folder.file("data.npy"))
        _ = try folder.write(
            """
            data: {train: data.npy, held-out: 0.1}
            layers: [{visible-units: categorical, hidden: 4}]
            training: {batch: 20, chains: batch, epochs: 4, learning-rate: 0.05}
            monitor: {every: 2 epochs, cases: 50, pseudo-likelihood-cases: 20}
            """, to: "one.yaml")
        _ = try folder.write(
            """
            data: {train: data.npy, values: categories, categories: 4}
            layers:
            - {visible-units: categorical, hidden: 5, hidden-units: categorical}
            - {hidden: 4, hidden-units: categorical, hidden-categories: 2, propagate: samples}
            - {hidden: 3, hidden-units: spin}
            training: {batch: 33, chains: batch, epochs: 3, learning-rate: 0.05, momentum: 0.5}
            monitor: {every: 10 steps, cases: 50, pseudo-likelihood-cases: 20}
            """, to: "stack.yaml")
    }

    private static func data(_ seed: UInt64 = 5) -> [UInt8] {
        var generator = TestGenerator(seed: seed)
        return (0..<cases).flatMap { _ in
            let pattern = Int(generator.next() >> 33) % states
            return (0..<units).map { unit in
                let word = Int(generator.next() >> 33)
                return UInt8(word % 5 == 0 ? word / 5 % states : (pattern + unit % 2) % states)
            }
        }
    }

    private func run(_ arguments: [String], ranks: Int? = nil) throws -> Program.Result {
        let mpirun = ranks.map { ["mpirun", "-np", "\($0)"] } ?? []
        return try Program.start(mpirun + [Command.program] + arguments, in: folder.path)
    }

    @discardableResult
    private func train(
        _ name: String = "one", _ settings: [String] = [], to output: String,
        ranks: Int? = nil, options: [String] = [], expecting status: Int32 = 0
    ) throws -> Program.Result {
        let run = try run(
            ["train", "\(name).yaml", "--output", output, "--quiet", "--threads", "1"]
                + settings.flatMap { ["--set", $0] } + options, ranks: ranks)
        try #require(run.status == status, "\(settings): \(run.words)")
        return run
    }

    private func model(_ output: String) throws -> SafetensorsFile {
        try SafetensorsFile(path: folder.file("\(output)/model.safetensors"))
    }

    private func good(_ arguments: [String], ranks: Int? = nil) throws -> String {
        let run = try run(arguments, ranks: ranks)
        try #require(run.status == 0, "\(run.words)")
        return run.output
    }

    private func object(_ arguments: [String], ranks: Int? = nil) throws -> [String: Any] {
        let line = try #require(try good(arguments, ranks: ranks).split(separator: "\n").last)
        return try #require(
            JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
    }

    /// The numbers of an NPY file, a row for each case.
    private func rows(_ name: String) throws -> [[Float]] {
        let file = try ArrayFile(path: folder.file(name))
        return try (0..<file.cases).map { number in
            var row = [Float](repeating: 0, count: file.caseElements)
            var span = row.mutableSpan
            try file.copyFloats(case: number, into: &span)
            return row
        }
    }

    // MARK: Training

    @Test(arguments: ["integer", "integer-one-byte"], ["pcd", "cd"])
    func aStackHasTheSameBytesOnAnyRanksAndResumed(arithmetic: String, algorithm: String) throws {
        let settings = ["arithmetic=\(arithmetic)", "training.algorithm=\(algorithm)"]
        try train("stack", settings, to: "one")
        let file = try folder.bytes("one/model.safetensors")
        for ranks in [2, 3] {
            try train("stack", settings, to: "ranks-\(ranks)", ranks: ranks)
            #expect(try folder.bytes("ranks-\(ranks)/model.safetensors") == file)
        }
        // Within each of the layers of 27 steps.
        for (step, ranks) in [(5, 2), (31, nil), (60, 3)] as [(Int, Int?)] {
            try train(
                "stack", settings, to: "stopped", options: ["--stop-after-steps", "\(step)"],
                expecting: 75)
            try train("stack", settings, to: "stopped", ranks: ranks)
            #expect(try folder.bytes("stopped/model.safetensors") == file, "\(step)")
            try FileManager.default.removeItem(atPath: folder.file("stopped"))
        }
    }

    @Test func theModelSaysHowManyStatesItsUnitsHave() throws {
        try train("stack", to: "run")
        let file = try model("run")
        #expect(file.metadata["image_shape"] == "6,1")
        #expect(file.metadata["data.categories"] == "4")
        let keys = file.metadata.filter { $0.key.hasSuffix("_categories") }
        #expect(
            keys == [
                "layers.0.visible_categories": "4", "layers.0.hidden_categories": "4",
                "layers.1.visible_categories": "4", "layers.1.hidden_categories": "2",
                "layers.2.visible_categories": "2",
            ])
        #expect(file.tensors["layers.0.weights"]?.shape == [24, 20])
        #expect(file.tensors["layers.1.hidden_bias"]?.shape == [8])
        #expect(file.tensors["layers.2.weights"]?.shape == [8, 3])
        let words = try good(["inspect", "run/model.safetensors"])
        #expect(words.contains("6 categorical (4 states) × 5 categorical (4 states) units"))
        #expect(words.contains("4 categorical (2 states) × 3 spin units"))
        let layers = try #require(
            try object(["inspect", "run/model.safetensors", "--json"])["layers"]
                as? [[String: Any]])
        #expect(layers[0]["visible"] as? Int == 6 && layers[0]["visible_categories"] as? Int == 4)
        #expect(layers[1]["hidden"] as? Int == 4 && layers[1]["hidden_categories"] as? Int == 2)
        #expect(layers[2]["hidden_categories"] == nil)
    }

    @Test func everyFormatOfWholeNumbersIsTheSameData() throws {
        try train(to: "npy")
        let data = Self.data()
        let files: [(String, [UInt8])] = [
            ("data.idx", Bytes.idx([300, 6, 1], data: data)),
            ("signed.npy", Bytes.npy("(300, 6, 1)", "|i1", data: data)),
            (
                "float.npy",
                Bytes.npy("(300, 6, 1)", "<f4", data: Bytes.floats(data.map { Float($0) }))
            ),
        ]
        let wanted = try model("npy").tensors["layers.0.weights"]?.floats()
        #expect(wanted?.count == 18 * 4)
        try writeNPY(Self.data(6), shape: [300, 6, 1], to: folder.file("other.npy"))
        try train("one", ["data.train=other.npy"], to: "other")
        #expect(try model("other").tensors["layers.0.weights"]?.floats() != wanted)
        for (name, bytes) in files {
            try Data(bytes).write(to: URL(filePath: folder.file(name)))
            try train("one", ["data.train=\(name)"], to: name + "-run")
            let found = try model(name + "-run").tensors["layers.0.weights"]?.floats()
            #expect(found == wanted, "\(name)")
        }
    }

    /// Units of the same law by other parameters; their differences learn twice as fast.
    @Test func twoStatesLearnWhatABitLearns() throws {
        let bits = Self.data().map { $0 % 2 }
        try writeNPY(bits, shape: [300, 6, 1], to: folder.file("bits.npy"))
        let common = [
            "data.train=bits.npy", "training.epochs=200", "training.algorithm=cd",
            "monitor.every=200 epochs", "checkpoint.every=200 epochs",
        ]
        try train("one", common + ["training.learning-rate=0.05"], to: "states")
        try train(
            "one",
            common + ["training.learning-rate=0.1", "layers.0.visible-units=bernoulli"],
            to: "bits")
        let likelihoods = try ["states", "bits"].map { name in
            try #require(
                try object([
                    "evaluate", "\(name)/model.safetensors", "--data", "bits.npy", "--json",
                ])["log_likelihood"] as? Double)
        }
        // Independent units reach about −6 ln 2 = −4.16. The biases of hidden units see other values of
        // the visible ones in the two, so that they come near the optimum on different ways.
        #expect(likelihoods.allSatisfy { $0 > -3.1 }, "\(likelihoods)")
        #expect(abs(likelihoods[0] - likelihoods[1]) < 0.15, "\(likelihoods)")
    }

    @Test func whatIsNotCategoricalKeepsItsFiles() throws {
        let small = try SmallRun()
        let file = try SafetensorsFile(path: try small.model())
        #expect(!file.metadata.keys.contains { $0.contains("categories") })
        let resolved = try String(
            contentsOfFile: small.folder.file("model/config.yaml"), encoding: .utf8)
        #expect(!resolved.contains("categories"))
    }

    // MARK: A planted machine

    /// A machine of 6 units of 3 states and 3 hidden bits, or 3 hidden units of 4 states.
    private func plant(_ hiddenUnits: any UnitKind, _ name: String) throws -> RBM {
        var generator = TestGenerator(seed: 8)
        let columns = 3 * hiddenUnits.columns
        let rbm = RBM(
            visibleUnits: .categorical(3), hiddenUnits: hiddenUnits,
            parameters: Parameters(
                weights: (0..<18 * columns).map { _ in Float(0.8 * generator.normal()) },
                visibleBias: (0..<18).map { _ in Float(0.5 * generator.normal()) },
                hiddenBias: (0..<columns).map { _ in Float(0.5 * generator.normal()) }))
        try Model(layers: [rbm], imageShape: [6, 1]).file().write(to: folder.file(name))
        return rbm
    }

    /// −F of each of the 729 states, the first unit's state changing fastest, by the definition.
    private func logWeights(_ rbm: RBM) -> [Double] {
        let parameters = rbm.parameters
        let perUnit = rbm.hiddenUnits.columns
        return (0..<729).map { number in
            var rest = number
            let columns = (0..<6).map { unit in
                defer { rest /= 3 }
                return 3 * unit + rest % 3
            }
            var sum = columns.reduce(0.0) { $0 + Double(parameters.visibleBias[$1]) }
            let fields = (0..<rbm.hiddenCount).map { j in
                columns.reduce(Double(parameters.hiddenBias[j])) {
                    $0 + Double(parameters[$1, j])
                }
            }
            for unit in 0..<(rbm.hiddenCount / perUnit) {
                let own = fields[(unit * perUnit)..<((unit + 1) * perUnit)]
                // A bit has the field 0 in its other state.
                sum += log(own.reduce(perUnit == 1 ? 1 : 0) { $0 + exp($1) })
            }
            return sum
        }
    }

    @Test(arguments: [1, 4])
    func aPlantedMachineIsSampledAndMeasuredAsEnumerated(hiddenStates: Int) throws {
        let rbm = try plant(
            hiddenStates == 1 ? .bernoulli : .categorical(hiddenStates), "planted.safetensors")
        let logWeights = logWeights(rbm)
        let weights = logWeights.map { exp($0) }
        let logZ = log(weights.reduce(0, +))
        let (count, sweeps) = (4000, 60)
        for (name, ranks) in [("a.npy", nil), ("b.npy", 3)] as [(String, Int?)] {
            _ = try good(
                [
                    "sample", "planted.safetensors", "--count", "\(count)", "--sweeps", "\(sweeps)",
                    "--output", name,
                ], ranks: ranks)
        }
        #expect(try folder.bytes("a.npy") == folder.bytes("b.npy"))
        let file = try ArrayFile(path: folder.file("a.npy"))
        #expect(file.shape == [count, 6, 1] && file.elementType == .uint8)
        let rows = try rows("a.npy")

        // The share of each pair of states of neighbours, within 4.5 standard errors.
        for unit in 0..<5 {
            for pair in 0..<9 {
                let first = (0..<unit).reduce(1) { product, _ in product * 3 }
                let exact =
                    weights.indices.filter { $0 / first % 9 == pair }
                    .reduce(0) { $0 + weights[$1] } / exp(logZ)
                let found =
                    Double(
                        rows.filter { Int($0[unit]) + 3 * Int($0[unit + 1]) == pair }.count)
                    / Double(count)
                let error = (exact * (1 - exact) / Double(count)).squareRoot()
                #expect(abs(found - exact) < 4.5 * error, "\(unit) \(pair): \(found) \(exact)")
            }
        }

        let evaluate = ["evaluate", "planted.safetensors", "--data", "a.npy", "--json"]
        let exact = try object(evaluate)
        #expect(exact["exact"] as? Bool == true)
        #expect(abs(try #require(exact["log_z"] as? Double) - logZ) < 1e-5)
        let mean =
            rows.reduce(0.0) { sum, row in
                sum + logWeights[row.reversed().reduce(0) { 3 * $0 + Int($1) }]
            } / Double(count) - logZ
        #expect(abs(try #require(exact["log_likelihood"] as? Double) - mean) < 1e-5)
        #expect(
            NSDictionary(dictionary: exact)
                == NSDictionary(
                    dictionary: try object(evaluate, ranks: 2)))

        // The exact conditional of each unit in the states of the others.
        let pseudo =
            rows.reduce(0.0) { sum, row in
                let state = row.reversed().reduce(0) { 3 * $0 + Int($1) }
                var place = 1
                return row.reduce(sum) { sum, value in
                    defer { place *= 3 }
                    let base = state - Int(value) * place
                    let total = (0..<3).reduce(0.0) { $0 + weights[base + $1 * place] }
                    return sum + logWeights[state] - log(total)
                }
            } / Double(count)
        #expect(abs(try #require(exact["pseudo_log_likelihood"] as? Double) - pseudo) < 5e-3)

        let annealed = try object(evaluate + ["--ais"])
        let estimate = try #require(annealed["log_z"] as? Double)
        let error = try #require(annealed["log_z_error"] as? Double)
        #expect(error < 0.05 && abs(estimate - logZ) < 4.5 * error, "\(estimate) \(error) \(logZ)")
    }

    // MARK: Sampling and features

    @Test func heldUnitsKeepTheirStates() throws {
        try train("stack", to: "stack")
        try train(to: "one")
        let free = Float.nan
        try writeNPY(
            [2, free, 0, free, free, 1] + [free, 1, free, free, 2, free], shape: [2, 6, 1],
            to: folder.file("clamp.npy"))
        for name in ["one", "stack"] {
            for start in [[], ["--start", "data", "--data", "data.npy"]] {
                let arguments =
                    [
                        "sample", "\(name)/model.safetensors", "--count", "41", "--sweeps", "9",
                        "--clamp", "clamp.npy",
                    ] + start
                _ = try good(arguments + ["--output", "a.npy"])
                _ = try good(arguments + ["--output", "b.npy"], ranks: 2)
                #expect(try folder.bytes("a.npy") == folder.bytes("b.npy"))
                let rows = try rows("a.npy")
                for (number, row) in rows.enumerated() {
                    #expect(
                        number % 2 == 0
                            ? row[0] == 2 && row[2] == 0 && row[5] == 1
                            : row[1] == 1 && row[4] == 2)
                }
                #expect(Set(rows.map { $0[3] }).isSuperset(of: [0, 1, 2]))
                #expect(rows.allSatisfy { $0.allSatisfy { $0 < (name == "one" ? 3 : 4) } })
            }
        }
        for (bad, word) in [(Float(3), "3.0"), (0.5, "0.5"), (-1, "-1.0")] {
            try writeNPY(
                [0, free, bad, free, free, free], shape: [6, 1], to: folder.file("bad.npy"))
            try run([
                "sample", "one/model.safetensors", "--count", "3", "--sweeps", "1", "--output",
                "c.npy", "--clamp", "bad.npy",
            ]).expectFault(65, "bad.npy", word, "[2, 0]", "whole number from 0 to 2", "NaN")
        }
    }

    /// With no sweep to move them, chains that start from data and are held everywhere show them.
    @Test func statesComeBackAsTheyWere() throws {
        try train(to: "one")
        try writeNPY(
            Self.data().prefix(60).map { Float($0) }, shape: [10, 6, 1],
            to: folder.file("held.npy"))
        _ = try good([
            "sample", "one/model.safetensors", "--count", "10", "--sweeps", "1", "--output",
            "out.npy", "--clamp", "held.npy",
        ])
        #expect(try rows("out.npy") == rows("held.npy"))
        _ = try good([
            "sample", "one/model.safetensors", "--count", "10", "--sweeps", "1", "--output",
            "out.png", "--clamp", "held.npy",
        ])
        #expect(try folder.bytes("out.png").starts(with: [0x89, 0x50, 0x4E, 0x47]))
    }

    @Test func featuresAreMeansOfStatesOrStates() throws {
        try train("stack", to: "run")
        func transform(_ options: [String], ranks: Int? = nil) throws -> [[Float]] {
            _ = try good(
                [
                    "transform", "run/model.safetensors", "--data", "data.npy", "--output", "t.npy",
                    "--layer", "0",
                ] + options, ranks: ranks)
            return try rows("t.npy")
        }
        let means = try transform([])
        #expect(means.count == 300 && means[0].count == 20)
        for row in means {
            for unit in 0..<5 {
                #expect(abs(row[(4 * unit)..<(4 * unit + 4)].reduce(0, +) - 1) < 1e-5)
            }
        }
        #expect(try transform([], ranks: 2) == means)
        let states = try transform(["--samples"])
        #expect(states.count == 300 && states[0].count == 5)
        // Drawn from the means: the share of each state within 4.5 standard errors.
        for unit in 0..<5 {
            for state in 0..<4 {
                let wanted = means.reduce(0) { $0 + Double($1[4 * unit + state]) }
                let variance = means.reduce(0.0) {
                    let p = Double($1[4 * unit + state])
                    return $0 + p * (1 - p)
                }
                let found = Double(states.filter { $0[unit] == Float(state) }.count)
                #expect(abs(found - wanted) < 4.5 * variance.squareRoot() + 1e-3)
            }
        }
    }

    // MARK: What is refused

    @Test func valuesThatAreNoStatesAreNamed() throws {
        try train(to: "run")
        let data = Self.data().map { Float($0) }
        func write(_ value: Float, _ name: String) throws {
            var values = data
            values[6 * 17 + 2] = value
            values[6 * 20 + 2] = value
            try writeNPY(values, shape: [300, 6, 1], to: folder.file(name))
        }
        for (value, text) in [(Float(1.5), "1.5"), (-1, "-1"), (300, "300"), (.nan, "nan")] {
            try write(value, "bad.npy")
            for ranks in [nil, 3] {
                try run(
                    [
                        "train", "one.yaml", "--output", "bad", "--quiet", "--set",
                        "data.train=bad.npy",
                    ], ranks: ranks
                ).expectFault(
                    65,
                    "bad.npy: case 17 holds \(text), but categories are whole numbers from 0 to 255"
                )
                try run(
                    ["evaluate", "run/model.safetensors", "--data", "bad.npy"], ranks: ranks
                ).expectFault(
                    65, "bad.npy: case 17 holds \(text), but units of 3 states take whole numbers",
                    "from 0 to 2")
            }
        }
        try write(3, "four.npy")
        try run([
            "train", "one.yaml", "--output", "bad", "--quiet", "--set", "data.held-out=four.npy",
        ]).expectFault(65, "four.npy: case 17 holds 3, but units of 3 states", "data.categories")
        try run([
            "train", "one.yaml", "--output", "bad", "--quiet", "--set", "data.categories=2",
        ]).expectFault(65, "data.npy: case", "holds 2, but units of 2 states")
        try run([
            "evaluate", "run/model.safetensors", "--data", "data.npy", "--values", "grey",
        ]).expectFault(65, "data.npy", "grey", "`values: categories`")
        try run([
            "transform", "run/model.safetensors", "--data", "data.npy", "--binarize", "threshold",
            "--output", "t.npy",
        ]).expectFault(65, "data.npy", "leave `binarize` out")
        try writeNPY(
            [UInt8](repeating: 1, count: 15), shape: [3, 5], to: folder.file("narrow.npy"))
        try run(["evaluate", "run/model.safetensors", "--data", "narrow.npy"])
            .expectFault(65, "[5], 5 values", "[6, 1], 6 values")
        // A machine of bits does not take them.
        let small = try SmallRun()
        try run([
            "evaluate", try small.model(), "--data", small.data, "--values", "categories",
        ]).expectFault(65, small.data, "bernoulli", "leave `values` out")
    }

    @Test func anotherNumberOfStatesIsRefused() throws {
        try train(to: "run", options: ["--stop-after-steps", "20"], expecting: 75)
        try train(to: "whole")
        try run([
            "train", "one.yaml", "--output", "run", "--quiet", "--set", "data.categories=4",
        ]).expectFault(78, "data.categories is 4 here but auto in the run to resume")
        try run([
            "train", "one.yaml", "--output", "warm", "--quiet", "--set", "data.categories=4",
            "--set", "initial-model=whole/model.safetensors",
        ]).expectFault(
            78, "6 categorical (3 states) × 4 bernoulli units",
            "that of the configuration 6 categorical (4 states) × 4 bernoulli")
        try train("one", ["initial-model=whole/model.safetensors"], to: "warm")
        // The same file with one more state in it.
        var data = Self.data()
        data[data.count - 1] = 3
        try writeNPY(data, shape: [300, 6, 1], to: folder.file("data.npy"))
        try run(["train", "one.yaml", "--output", "run", "--quiet"]).expectFault(
            65, "does not fit the data", "6 categorical (3 states)", "6 categorical (4 states)")
    }

    @Test func whatNeedsTwoValuesRefuses() throws {
        try train(to: "run")
        let path = "run/model.safetensors"
        for arguments in [
            ["couplings", path], ["trace", path, "--target", "ising", "--coupling", "0.3"],
            ["flow", path, "--size", "4"], ["mcrg", "--model", path, "--samples", "1000"],
        ] {
            try run(["rg"] + arguments).expectFault(65, path, "categorical", "bernoulli or spin")
        }
        try run(["inspect", path, "--filters", "f.png"])
            .expectFault(65, path, "categorical", "--filters")
        #expect(try good(["inspect", "data.npy"]).contains("3 states, 0 to 2"))
        #expect(try object(["inspect", "data.npy", "--json"])["categories"] as? Int == 3)
    }
}
