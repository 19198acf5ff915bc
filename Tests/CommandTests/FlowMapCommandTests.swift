import Foundation
import Storage
import TestSupport
import Testing

/// Sandpiles, memories and log-periodic fits, as a user runs them.
@Suite(.launches, .timeLimit(.minutes(15))) struct FlowMapCommandTests {
    private func object(_ arguments: [String], ranks: Int? = nil) throws -> [String: Any] {
        let run = try Command.run(arguments + ["--json"], ranks: ranks)
        #expect(run.status == 0, "\(run.words)")
        let last = run.output.split(separator: "\n").last.map(String.init) ?? ""
        let parsed = try JSONSerialization.jsonObject(with: Data(last.utf8))
        return try #require(parsed as? [String: Any])
    }

    private func expectAlike(
        _ arguments: [String], without volatile: [String] = [], ranks: [Int] = [2, 3]
    ) throws -> [String: Any] {
        var alone = try object(arguments)
        for key in volatile { #expect(alone.removeValue(forKey: key) != nil) }
        for count in ranks {
            var shared = try object(arguments, ranks: count)
            for key in volatile { shared.removeValue(forKey: key) }
            #expect(NSDictionary(dictionary: shared) == NSDictionary(dictionary: alone))
        }
        return alone
    }

    /// The dots and the lines of a drawing.
    private func expectDrawing(_ path: String, dots: Int, lines: Int) throws {
        let svg = try String(contentsOfFile: path, encoding: .utf8)
        #expect(svg.hasPrefix("<svg xmlns=") && svg.hasSuffix("</svg>\n"))
        #expect(svg.components(separatedBy: "<circle ").count - 1 == dots)
        #expect(svg.components(separatedBy: "<polyline ").count - 1 == lines)
        #expect(!svg.contains("nan") && !svg.contains("inf"))
    }

    @Test func sandpileOnAnyNumberOfRanks() throws {
        let folder = try TemporaryFolder()
        let picture = folder.file("identity.png")
        let found = try expectAlike(
            [
                "sandpile", "--size", "32", "--grains", "100000", "--identity", picture,
                "--picture", folder.file("sizes.svg"),
            ], without: ["mega_topplings_per_second"])
        let mean = try #require(found["mean_topplings"] as? Double)
        let error = try #require(found["mean_topplings_error"] as? Double)
        let exact = try #require(found["exact"] as? Double)
        #expect(abs(exact - 40.580318) < 1e-6 && abs(mean - exact) < 4 * error)
        #expect((found["heights"] as? [Double])?.count == 4)
        #expect(try Data(contentsOf: URL(fileURLWithPath: picture)).count > 500)
        let bins = try #require(found["distribution"] as? [Any])
        try expectDrawing(folder.file("sizes.svg"), dots: bins.count, lines: 1)
    }

    @Test func capacityOnAnyNumberOfRanks() throws {
        let folder = try TemporaryFolder()
        let found = try expectAlike([
            "hopfield", "capacity", "--size", "1000", "--loads", "0.1,0.2", "--trials", "6",
            "--picture", folder.file("overlaps.svg"),
        ])
        try expectDrawing(folder.file("overlaps.svg"), dots: 2, lines: 1)
        let overlaps = try #require(found["overlaps"] as? [Double])
        #expect(overlaps[0] > 0.99 && overlaps[1] < 0.6)
        let theory = try #require(found["theory"] as? [Double])
        #expect(abs(theory[0] - 0.998) < 1e-3 && theory[1] == 0)
        #expect((found["overlap_errors"] as? [Double])?.count == 2)
    }

    @Test func recallNamesWhatCuesBecame() throws {
        let folder = try TemporaryFolder()
        let (patterns, cues) = (folder.file("patterns.npy"), folder.file("cues.npy"))
        // Rows that depend on their numbers only, all different.
        let bits = (0..<3 * 64).map { UInt8(($0 * 7 + $0 * $0 / 5 + $0 / 64) % 3 == 0 ? 1 : 0) }
        try writeNPY(bits, shape: [3, 8, 8], to: patterns)
        var noisy = bits
        for place in stride(from: 3, to: 192, by: 13) { noisy[place] ^= 1 }
        try writeNPY(noisy + bits[..<64].map { 1 - $0 }, shape: [4, 8, 8], to: cues)
        let output = folder.file("states.npy")
        let found = try expectAlike([
            "hopfield", "recall", "--patterns", patterns, "--cue", cues, "--rule", "projection",
            "--output", output,
        ])
        let kinds = try #require(found["cues"] as? [[String: Any]]).map { $0["kind"] as? String }
        #expect(kinds == ["pattern", "pattern", "pattern", "reversed"])
        #expect(found["recalled"] as? Int == 4 && found["glassy"] as? Int == 0)
        let states = try Data(contentsOf: URL(fileURLWithPath: output)).suffix(256)
        #expect(Array(states.prefix(192)) == bits)
    }

    @Test func aMemoryIsAMachine() throws {
        let folder = try TemporaryFolder()
        let (patterns, model) = (folder.file("patterns.npy"), folder.file("memory.safetensors"))
        let bits = (0..<3 * 12).map { (number: Int) -> UInt8 in
            let step = number * 7 + number * number / 5 + number / 12
            return step % 3 == 0 ? 1 : 0
        }
        try writeNPY(bits, shape: [3, 12], to: patterns)
        let made = try expectAlike([
            "hopfield", "model", "--patterns", patterns, "--inverse-temperature", "1", "--output",
            model,
        ])
        #expect(try #require(made["largest_difference"] as? Double) < 1e-12)
        let found = try object(["evaluate", model, "--data", patterns])
        // Z by the sum over all states of the memory.
        let beta = try #require(made["inverse_temperature"] as? Double)
        var sum = 0.0
        for state in 0..<(1 << 12) {
            var squares = 0
            for pattern in 0..<3 {
                var overlap = 0
                for unit in 0..<12 {
                    let isAlike = Int(bits[12 * pattern + unit]) == (state >> unit) & 1
                    overlap += isAlike ? 1 : -1
                }
                squares += overlap * overlap
            }
            sum += exp(beta * Double(squares) / 24)
        }
        let exact = log(sum) + 1.5 * log(2 * Double.pi)
        #expect(abs(try #require(found["log_z"] as? Double) - exact) < 1e-9)
        let recalled = try object([
            "hopfield", "recall", "--patterns", patterns, "--cue", patterns, "--model", model,
        ])
        #expect((recalled["cues"] as? [Any])?.count == 3)
        #expect(recalled["rule"] as? String == "machine")
        let states = try Command.run([
            "transform", model, "--data", patterns, "--samples", "--output", folder.file("s.npy"),
        ])
        #expect(states.status == 65 && states.words.contains("cannot be written as bytes"))
    }

    @Test(arguments: ["plain", "semi", "convex", "separable", "hottopixx"])
    func factorsOnAnyNumberOfRanks(kind: String) throws {
        let folder = try TemporaryFolder()
        let data = folder.file("data.npy")
        let values = (0..<300 * 6).map { (number: Int) -> Float in
            let step = number * 37 + number * number / 11
            return Float(step % 101) / 100
        }
        try writeNPY(values, shape: [300, 6], to: data)
        let found = try expectAlike(
            [
                "nmf", "--data", data, "--rank", "3", "--method", kind, "--iterations", "30",
                "--archetypes", folder.file("a.npy"), "--output", folder.file("all.npz"),
            ], without: ["seconds"])
        #expect(try ArrayFile(path: folder.file("all.npz") + ":coordinates").shape == [300, 3])
        // These data have no rows that carry all others.
        let most = kind == "hottopixx" ? 0.7 : 0.5
        #expect(try #require(found["relative_error"] as? Double) < most)
        #expect(
            (found["anchors"] as? [Int])?.count
                == (["separable", "hottopixx"].contains(kind) ? 3 : 0))
        if let rise = found["largest_rise"] as? Double { #expect(rise <= 1e-12) }
    }

    @Test func manifoldsOnAnyNumberOfRanks() throws {
        let folder = try TemporaryFolder()
        let (data, labels) = (folder.file("data.npy"), folder.file("labels.npy"))
        // Two rings, one in the other.
        var points: [Float] = []
        for number in 0..<300 {
            let angle = 0.7 * Float(number)
            let radius: Float = number % 2 == 0 ? 1 : 3
            points += [radius * cos(angle), radius * sin(angle)]
        }
        try writeNPY(points, shape: [300, 2], to: data)
        let classes = (0..<300).map { (number: Int) -> UInt8 in UInt8(number % 2) }
        try writeNPY(classes, shape: [300], to: labels)
        let found = try expectAlike([
            "manifold", "cluster", "--data", data, "--clusters", "2", "--labels", labels,
            "--neighbours", "6",
        ])
        #expect(found["adjusted_rand_index"] as? Double == 1)
        let embedded = try expectAlike([
            "manifold", "embed", "--data", data, "--method", "diffusion", "--output",
            folder.file("c.npy"), "--labels", labels, "--picture", folder.file("plane.svg"),
        ])
        try expectDrawing(folder.file("plane.svg"), dots: 300, lines: 0)
        #expect((embedded["eigenvalues"] as? [Double])?.count == 2)
        let classified = try expectAlike([
            "manifold", "classify", "--data", data, "--labels", labels, "--learned", "2",
            "--sigma", "0.5", "--neighbours", "6",
        ])
        #expect(try #require(classified["accuracy"] as? Double) > 0.98)
        let machine = try expectAlike([
            "manifold", "classify", "--data", data, "--labels", labels, "--learned", "2",
            "--sigma", "0.5", "--neighbours", "6", "--method", "lapsvm", "--output",
            folder.file("m.npz"),
        ])
        #expect(try #require(machine["accuracy"] as? Double) > 0.98)
        #expect(try ArrayFile(path: folder.file("m.npz") + ":labels").shape == [300])
    }

    /// Trained, resumed, followed, measured and classified on one rank and on several: the same numbers and
    /// files.
    @Test func autoEncodersOnAnyNumberOfRanks() throws {
        let folder = try TemporaryFolder()
        let (data, classes) = (folder.file("bars.npy"), folder.file("classes.npy"))
        try writeBars(120, to: data, classes: classes)
        let model = folder.file("bars.safetensors")
        let words = [
            "autoencoder", "train", "--data", data, "--hidden", "12,8", "--contraction", "0.02",
            "--corruption", "0.1", "--epochs", "12", "--batch-size", "30", "--output",
        ]
        var files: [Data] = []
        for (number, ranks) in [nil, 2, 3].enumerated() {
            let path = folder.file("\(number).safetensors")
            let run = try Command.run(words + [path], ranks: ranks)
            #expect(run.status == 0, "\(run.words)")
            files.append(try Data(contentsOf: URL(fileURLWithPath: path)))
        }
        #expect(files[0] == files[1] && files[0] == files[2])
        try files[0].write(to: URL(fileURLWithPath: model))
        let trained = try object(words + [model, "--resume"])
        let layers = try #require(trained["layers"] as? [[String: Any]])
        let errors = try #require(layers[0]["errors"] as? [Double])
        #expect(layers.count == 2 && errors.count == 12 && errors[11] < 0.7 * errors[0])
        #expect(try Data(contentsOf: URL(fileURLWithPath: model)) == files[0])
        let other = try Command.run(words + [model, "--resume", "--momentum", "0.5"])
        #expect(other.status == 65 && other.words.contains("autoencoder.momentum"))

        let flow = try expectAlike([
            "autoencoder", "flow", model, "--data", data, "--starts", "4", "--trajectories",
            folder.file("course.png"), "--points", folder.file("points.png"),
        ])
        let points = try #require(flow["fixed_points"] as? [[String: Any]])
        #expect(!points.isEmpty)
        for point in points {
            #expect(try #require(point["residual"] as? Double) <= 1e-10)
            #expect(try #require(point["spectral_radius"] as? Double) < 1)
            #expect((point["basin"] as? [Int])?.count == 3)
        }
        #expect(try #require(flow["largest_rise"] as? Double) < 1e-12)

        let energy = try expectAlike([
            "autoencoder", "energy", model, "--data", data, "--output", folder.file("u.npy"),
        ])
        #expect(try #require(energy["largest_slope_difference"] as? Double) < 1e-8)
        #expect(try #require(energy["largest_free_energy_difference"] as? Double) < 1e-10)
        #expect(try #require(energy["separation"] as? Double) > 0.6)

        let tangents = try expectAlike([
            "autoencoder", "tangents", model, "--data", data, "--cases", "6", "--picture",
            folder.file("tangents.png"), "--output", folder.file("spectra.npy"),
        ])
        let spectra = try #require(tangents["spectra"] as? [[String: Any]])
        #expect(spectra.map { ($0["values"] as? [Double])?.count } == [12, 8])

        for penalty in ["0", "0.01"] {
            let found = try expectAlike(
                [
                    "autoencoder", "classify", model, "--data", data, "--labels", classes,
                    "--test", data, "--test-labels", classes, "--penalty", penalty, "--tangents",
                    "3", "--epochs", "30", "--batch-size", "30",
                ], without: ["seconds"])
            #expect(found["test_errors"] as? Int == 0)
        }

        // A machine of the same parameters is read by the other commands.
        let features = try Command.run([
            "transform", model, "--data", data, "--output", folder.file("h.npy"),
        ])
        #expect(features.status == 0, "\(features.words)")
    }

    /// A run in a folder: stopped after any epoch and gone on with on other ranks, it ends with the same
    /// records and the same model, which is the file that --output writes.
    @Test func runsOfAutoEncodersGoOnAfterAnyEpoch() throws {
        let folder = try TemporaryFolder()
        let (data, classes) = (folder.file("bars.npy"), folder.file("classes.npy"))
        try writeBars(60, to: data, classes: classes)
        let words = [
            "autoencoder", "train", "--data", data, "--hidden", "7,5", "--contraction", "0.02",
            "--epochs", "3", "--batch-size", "20",
        ]
        func bytes(_ path: String) throws -> Data { try Data(contentsOf: URL(filePath: path)) }
        /// The records without what a clock measures.
        func records(_ run: String) throws -> [NSDictionary] {
            try String(contentsOfFile: run + "/metrics.jsonl", encoding: .utf8)
                .split(separator: "\n").map { line in
                    var values = try #require(
                        JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
                    for key in ["seconds", "samples_per_second"] {
                        #expect(values.removeValue(forKey: key) is Double)
                    }
                    return NSDictionary(dictionary: values)
                }
        }
        let (file, whole) = (folder.file("one.safetensors"), folder.file("whole"))
        let alone = try object(words + ["--output", file])
        let run = try object(words + ["--run", whole])
        #expect(
            NSDictionary(dictionary: alone.filter { $0.key != "seconds" })
                == NSDictionary(dictionary: run.filter { $0.key != "seconds" }))
        #expect(try bytes(whole + "/model.safetensors") == bytes(file))
        let layers = try #require(run["layers"] as? [[String: Any]])
        let found = try records(whole)
        #expect(found.count == 6)
        for (number, record) in found.enumerated() {
            let errors = try #require(layers[number / 3]["errors"] as? [Double])
            let penalties = try #require(layers[number / 3]["penalties"] as? [Double])
            #expect(record["reconstruction_error"] as? Double == errors[number % 3])
            #expect(record["contraction_penalty"] as? Double == penalties[number % 3])
            #expect(record["layer"] as? Int == number / 3)
            #expect(record["step"] as? Int == 3 * (number % 3 + 1))
        }
        for epochs in 1...5 {
            let stopped = folder.file("stopped-\(epochs)")
            let first = try Command.run(
                words + ["--run", stopped, "--stop-after-epochs", "\(epochs)"],
                ranks: epochs == 2 ? 2 : nil)
            #expect(first.status == 75, "\(first.words)")
            #expect(try records(stopped) == Array(found.prefix(epochs)))
            let second = try Command.run(words + ["--run", stopped], ranks: epochs == 4 ? 2 : nil)
            #expect(second.status == 0, "\(second.words)")
            #expect(try records(stopped) == found)
            #expect(try bytes(stopped + "/model.safetensors") == bytes(file))
        }
        let log = try String(contentsOfFile: folder.file("stopped-4") + "/log.txt", encoding: .utf8)
        #expect(log.contains("going on from") && log.contains("step-0000000012.safetensors"))

        // Records of a step that no checkpoint has are dropped, and a damaged checkpoint is passed over.
        let newest = whole + "/checkpoints/step-0000000018.safetensors"
        try Data([1, 2, 3]).write(to: URL(filePath: newest))
        let mended = try Command.run(words + ["--run", whole])
        #expect(mended.status == 0 && mended.words.contains("going back"), "\(mended.words)")
        #expect(try records(whole) == found && bytes(whole + "/model.safetensors") == bytes(file))

        let other = try Command.run(words + ["--run", whole, "--momentum", "0.5"])
        #expect(other.status == 78 && other.words.contains("autoencoder.momentum: 0.9 there, 0.5"))
        let both = try Command.run(words + ["--run", whole, "--output", file])
        #expect(both.status == 64 && both.words.contains("--run"))
        #expect(try Command.run(words + ["--run", file]).status == 73)

        let page = try Command.run(["report", whole])
        #expect(page.status == 0, "\(page.words)")
        let html = try String(contentsOfFile: whole + "/report.html", encoding: .utf8)
        for text in ["reconstruction error", "contraction penalty", "autoencoder.hidden", "7,5"] {
            #expect(html.contains(text), "\(text)")
        }
        #expect(!html.contains("cases that the model draws"))
    }

    /// A loss that runs away ends a training and a classifier with the code of what is not finite.
    @Test func absurdLearningRatesAreRefused() throws {
        let folder = try TemporaryFolder()
        let (data, classes) = (folder.file("bars.npy"), folder.file("classes.npy"))
        try writeBars(60, to: data, classes: classes)
        let model = folder.file("bars.safetensors")
        let words = ["autoencoder", "train", "--data", data, "--hidden", "8", "--epochs", "4"]
        for more in [["--learning-rate", "3000"], ["--learning-rate", "1e300"]] {
            let run = try Command.run(words + more + ["--output", model])
            #expect(run.status == 76 && run.words.contains("--learning-rate"), "\(run.words)")
            #expect(run.words.contains("layer 0, epoch "))
        }
        let linear = try Command.run(
            words + ["--output-units", "linear", "--learning-rate", "10", "--output", model])
        #expect(linear.status == 76, "\(linear.words)")
        _ = try object(words + ["--output", model])
        let classifier = try Command.run([
            "autoencoder", "classify", model, "--data", data, "--labels", classes, "--test", data,
            "--test-labels", classes, "--tangents", "3", "--learning-rate", "1e6",
        ])
        #expect(classifier.status == 76 && classifier.words.contains("epoch "))
    }

    /// The specific heat of a small machine, here of an auto-encoder's, and a large one is refused.
    @Test func specificHeatOnAnyNumberOfRanks() throws {
        let folder = try TemporaryFolder()
        let (data, model) = (folder.file("bits.npy"), folder.file("small.safetensors"))
        let values = (0..<60 * 8).map { (number: Int) -> UInt8 in
            let (row, column) = (number / 8, number % 8)
            return row % 3 == column % 3 ? 1 : 0
        }
        try writeNPY(values, shape: [60, 8], to: data)
        _ = try object([
            "autoencoder", "train", "--data", data, "--hidden", "5", "--epochs", "30",
            "--batch-size",
            "20", "--output", model,
        ])
        let found = try expectAlike([
            "rg", "specific-heat", model, "--picture", folder.file("heat.svg"),
        ])
        try expectDrawing(folder.file("heat.svg"), dots: 2, lines: 2)
        let heats = try #require(found["specific_heat"] as? [Double])
        let peak = try #require(found["peak"] as? Double)
        #expect(heats.count == 48 && heats.allSatisfy { $0 >= 0 } && peak > 0.2 && peak < 5)
        let finer = try object([
            "rg", "specific-heat", model, "--from", "\(peak * 0.9)", "--to", "\(peak * 1.1)",
            "--points", "401",
        ])
        #expect(abs(try #require(finer["peak"] as? Double) - peak) < 1e-3 * peak)
        let wide = folder.file("wide.npy")
        try writeNPY([UInt8](repeating: 0, count: 30 * 25), shape: [30, 25], to: wide)
        _ = try object([
            "autoencoder", "train", "--data", wide, "--hidden", "2", "--epochs", "1", "--output",
            model,
        ])
        let refused = try Command.run(["rg", "specific-heat", model])
        #expect(refused.status == 65 && refused.words.contains("25 visible units"))
    }

    /// The force of a linear auto-encoder is r(x) − x, and its potential that of a Gaussian machine.
    @Test func linearAutoEncodersHaveAPotential() throws {
        let folder = try TemporaryFolder()
        let (data, classes) = (folder.file("bars.npy"), folder.file("classes.npy"))
        try writeBars(60, to: data, classes: classes)
        let model = folder.file("linear.safetensors")
        let trained = try object([
            "autoencoder", "train", "--data", data, "--hidden", "10", "--output-units", "linear",
            "--epochs", "10", "--batch-size", "20", "--learning-rate", "0.01", "--output", model,
        ])
        #expect(trained["loss"] as? String == "squared")
        let energy = try object(["autoencoder", "energy", model, "--data", data])
        #expect(try #require(energy["largest_slope_difference"] as? Double) < 1e-8)
        #expect(try #require(energy["largest_free_energy_difference"] as? Double) < 1e-10)
        let flow = try object(["autoencoder", "flow", model, "--data", data, "--starts", "2"])
        #expect(try #require(flow["largest_rise"] as? Double) < 1e-12)
        let log = try Command.run(["evaluate", model, "--data", data])
        #expect(log.status == 0, "\(log.words)")
        let refused = try Command.run([
            "autoencoder", "classify", model, "--data", data, "--labels", classes, "--test", data,
            "--test-labels", classes, "--tangents", "11",
        ])
        #expect(refused.status == 65 && refused.words.contains("--tangents"))
    }

    /// What is wrong is said, with the exit code of its kind.
    @Test func badInputOfFlowMapsIsRefused() throws {
        let folder = try TemporaryFolder()
        let data = folder.file("data.npy")
        try writeNPY((0..<40).map { -1.5 - Float($0 % 7) }, shape: [10, 4], to: data)
        let cases: [([String], Int32, String)] = [
            (["nmf", "--data", data, "--rank", "2"], 65, "negative"),
            (["nmf", "--data", data, "--rank", "5", "--method", "semi"], 65, "rank"),
            (["nmf", "--data", data, "--rank", "0"], 64, "--rank"),
            (["manifold", "cluster", "--data", data, "--clusters", "2"], 65, "neighbours"),
            (
                ["manifold", "cluster", "--data", data, "--clusters", "2", "--graph", "gaussian"],
                64, "--sigma"
            ),
            (["manifold", "classify", "--data", data, "--sigma", "1"], 64, "--labels"),
            (
                ["autoencoder", "train", "--data", data, "--hidden", "3", "--output", data + ".s"],
                65, "real numbers"
            ),
            (
                [
                    "autoencoder", "train", "--data", data, "--hidden", "0", "--output",
                    data + ".s",
                ], 64, "--hidden"
            ),
            (["autoencoder", "energy", data, "--data", data], 65, data),
        ]
        for (arguments, status, words) in cases {
            let run = try Command.run(arguments)
            #expect(run.status == status && run.words.contains(words), "\(run.words)")
        }
    }

    @Test func logPeriodicOnAnyNumberOfRanks() throws {
        let folder = try TemporaryFolder()
        let (data, picture) = (folder.file("prices.csv"), folder.file("fit.svg"))
        let lines = (0..<120).map { day in
            let left = Double(140 - day)
            let power = pow(left, 0.5)
            let value = 6 - 0.1 * power + 0.006 * power * cos(8 * log(left)) + 0.01 * sin(9 * left)
            return "\(day),\(exp(value))\n"
        }
        try Data(("t,p\n" + lines.joined()).utf8).write(to: URL(fileURLWithPath: data))
        let found = try expectAlike(
            [
                "rg", "log-periodic", "--data", data, "--walks", "6", "--resamples", "24",
                "--picture", picture,
            ], ranks: [2])
        #expect(abs(try #require(found["critical_time"] as? Double) - 140) < 10)
        #expect(abs(try #require(found["angular_frequency"] as? Double) - 8) < 1)
        for key in ["exponent", "residual", "null_share"] {
            #expect(found[key] is Double, "\(key)")
        }
        let text = try String(contentsOfFile: picture, encoding: .utf8)
        #expect(text.hasPrefix("<svg") && text.hasSuffix("</svg>\n"))
        #expect(!text.contains("nan,") && !text.contains(",nan") && !text.contains("inf,"))
    }

    @Test func badInput() throws {
        let folder = try TemporaryFolder()
        let csv = folder.file("short.csv")
        try Data("1,2\n2,3\n".utf8).write(to: URL(fileURLWithPath: csv))
        let (one, wide) = (folder.file("one.npy"), folder.file("wide.npy"))
        try writeNPY([0, 1, 1, 0, 0, 1, 1, 0] as [UInt8], shape: [2, 4], to: one)
        try writeNPY([0, 1, 1, 0, 1] as [UInt8], shape: [1, 5], to: wide)
        for (arguments, status, words) in [
            (["sandpile", "--size", "1", "--grains", "9"], 64, "expected 2 to 1024"),
            (["sandpile", "--size", "8", "--grains", "0"], 64, "--grains is 0"),
            (["sandpile", "--size", "8", "--grains", "9", "--identity", "x.gif"], 64, ".png"),
            (
                ["hopfield", "capacity", "--size", "9", "--loads", "0.1,x", "--trials", "2"], 64,
                "`x`"
            ),
            (
                ["hopfield", "capacity", "--size", "9", "--loads", "0.01", "--trials", "2"], 64,
                "less than half a pattern"
            ),
            (
                [
                    "hopfield", "capacity", "--size", "9", "--loads", "1", "--trials", "2",
                    "--rule", "projection",
                ], 64, "expected a load below 1"
            ),
            (["hopfield", "recall", "--patterns", one, "--cue", wide], 65, "have 5 values"),
            (
                [
                    "hopfield", "recall", "--patterns", one, "--cue", one, "--rule", "projection",
                ], 65, "depend on each other"
            ),
            (["hopfield", "recall", "--patterns", one, "--cue", "none.npy"], 65, "none.npy"),
            (["rg", "log-periodic", "--data", csv], 65, "at least 30"),
            (["rg", "log-periodic", "--data", "none.csv"], 65, "none.csv"),
            (["rg", "log-periodic", "--data", csv, "--walks", "-1"], 64, "walks"),
        ] {
            let run = try Command.run(arguments)
            #expect(run.status == Int32(status), "\(arguments): \(run.words)")
            #expect(run.words.contains(words), "\(arguments): \(run.words)")
        }
    }
}
