import Foundation
import Storage
import TestSupport
import Testing

/// Real data and Gaussian visible units, as a user meets them.
@Suite(.launches, .serialized, .timeLimit(.minutes(15))) struct GaussianLayerTests {
    private let folder: TemporaryFolder
    private static let (cases, units) = (300, 12)

    /// Values on scales from 0.01 to 1000 about a mean, driven by two sources; the last is constant.
    init() throws {
        folder = try TemporaryFolder()
        var generator = TestGenerator(seed: 5)
        var values: [Float] = []
        for _ in 0..<Self.cases {
            let sources = [generator.normal(), generator.normal()]
            for i in 0..<Self.units {
                let x = 0.9 * sources[i % 2] + 0.4 * generator.normal()
                values.append(i == Self.units - 1 ? 7 : Float(Self.scale(i) * (x + 3)))
            }
        }
        try writeNPY(values, shape: [Self.cases, 3, 4], to: folder.file("data.npy"))
        _ = try folder.write(
            """
            data: {train: \(folder.file("data.npy")), held-out: 0.1, standardize: true}
            layers:
            - {visible-units: gaussian, visible-variance: learned, hidden: 8}
            training: {batch: 20, chains: batch, epochs: 20, learning-rate: 0.05, seed: 2}
            monitor: {every: 5 epochs, cases: 30, pseudo-likelihood-cases: 30}
            """, to: "gaussian.yaml")
    }

    private static func scale(_ unit: Int) -> Double { pow(10, Double(unit % 6) - 2) }

    @discardableResult
    private func train(
        _ keys: [String], to output: String, ranks: Int? = nil, stopAfter: Int? = nil,
        expecting status: Int32 = 0
    ) throws -> Command.Result {
        let stop = stopAfter.map { ["--stop-after-steps", "\($0)"] } ?? []
        let run = try Command.run(
            ["train", folder.file("gaussian.yaml"), "--output", folder.file(output)]
                + ["--threads", "1"] + keys.flatMap { ["--set", $0] } + stop, ranks: ranks)
        #expect(run.status == status, "\(keys): \(run.words)")
        return run
    }

    private func model(_ output: String) throws -> SafetensorsFile {
        try SafetensorsFile(path: folder.file("\(output)/model.safetensors"))
    }

    private func object(_ arguments: [String], ranks: Int? = nil) throws -> [String: Any] {
        let run = try Command.run(arguments, ranks: ranks)
        #expect(run.status == 0, "\(run.words)")
        let line = try #require(run.output.split(separator: "\n").last)
        return try #require(
            JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
    }

    /// What is for units of two values says so.
    @Test func whatNeedsTwoValuesRefuses() throws {
        try train(["training.epochs=1"], to: "short")
        let path = folder.file("short/model.safetensors")
        for arguments in [
            ["couplings", path], ["trace", path, "--target", "ising", "--coupling", "0.3"],
            ["flow", path, "--size", "4"],
            ["mcrg", "--model", path, "--samples", "1000"],
        ] {
            try Command.run(["rg"] + arguments, seconds: 30).expectFault(65, path, "gaussian")
        }
    }

    @Test func aModelOfRealDataIsTrainedMeasuredAndSampledOnTheirScale() throws {
        try train([], to: "one")
        let file = try model("one")
        let path = folder.file("one/model.safetensors")
        #expect(file.metadata["layers.0.visible_units"] == "gaussian")
        let logarithms = try #require(file.tensors["layers.0.visible_log_variance"]?.floats())
        #expect(logarithms.count == Self.units)
        // What the sources explain is no longer noise.
        #expect(logarithms.dropLast().allSatisfy { $0 < -0.3 })
        let means = try #require(file.tensors["data.mean"]?.floats())
        let deviations = try #require(file.tensors["data.deviation"]?.floats())
        for i in 0..<(Self.units - 1) {
            #expect(abs(Double(means[i]) / Self.scale(i) - 3) < 0.3)
            #expect(abs(Double(deviations[i]) / Self.scale(i) - 1) < 0.2)
        }
        #expect(means.last == 7 && deviations.last == 1)

        let data = folder.file("data.npy")
        let found = try object(["evaluate", path, "--data", data, "--json"])
        #expect(found["exact"] as? Bool == true)
        #expect(found["pseudo_log_likelihood"] is NSNull)
        let likelihood = try #require(found["log_likelihood"] as? Double)
        // Independent units of variance 1 would have −½ ln 2πe each, and 3.0 nats the constant one.
        #expect(likelihood > -1.419 * 11 + 2)
        let shared = try object(["evaluate", path, "--data", data, "--json"], ranks: 3)
        #expect(shared["log_likelihood"] as? Double == likelihood)
        let annealed = try object(["evaluate", path, "--data", data, "--json", "--ais"], ranks: 2)
        let logZ = try #require(annealed["log_z"] as? Double)
        let error = try #require(annealed["log_z_error"] as? Double)
        let exact = try #require(annealed["log_z_exact"] as? Double)
        #expect(abs(logZ - exact) < 4 * error && error < 0.5, "\(annealed)")
        #expect(annealed["log_likelihood_exact"] as? Double == likelihood)

        let output = folder.file("samples.npy")
        let sampled = try Command.run(
            ["sample", path, "--count", "400", "--sweeps", "50", "--output", output])
        #expect(sampled.status == 0, "\(sampled.words)")
        let samples = try ArrayFile(path: output)
        #expect(samples.shape == [400, 3, 4] && samples.elementType == .float32)
        var sums = [Double](repeating: 0, count: Self.units)
        var squares = sums
        for n in 0..<400 {
            var row = [Float](repeating: 0, count: Self.units)
            var span = row.mutableSpan
            try samples.copyFloats(case: n, into: &span)
            for i in 0..<Self.units {
                sums[i] += Double(row[i]) / 400
                squares[i] += pow(Double(row[i]), 2) / 400
            }
        }
        for i in 0..<(Self.units - 1) {
            let scale = Self.scale(i)
            #expect(abs(sums[i] / scale - 3) < 0.5, "unit \(i)")
            let deviation = (squares[i] - sums[i] * sums[i]).squareRoot()
            #expect(deviation / scale > 0.6 && deviation / scale < 1.5, "unit \(i)")
        }
        let picture = try Command.run(
            [
                "sample", path, "--count", "4", "--sweeps", "1", "--output",
                folder.file("samples.png"), "--start", "data", "--data", data,
            ], ranks: 2)
        #expect(picture.status == 0, "\(picture.words)")
    }

    /// Held at numbers on the scale of the data, of which half are driven by either source.
    @Test(arguments: [[], ["layers.1={hidden: 5}"]])
    func heldUnitsKeepTheirValuesAndMoveTheOthers(keys: [String]) throws {
        try train(keys, to: "held")
        func sample(_ clamp: [Float], ranks: Int? = nil) throws -> [[Float]] {
            let output = folder.file("samples.npy")
            try writeNPY(clamp, shape: [clamp.count / 12, 3, 4], to: folder.file("clamp.npy"))
            let run = try Command.run(
                [
                    "sample", folder.file("held/model.safetensors"), "--count", "200", "--sweeps",
                    "30", "--output", output, "--clamp", folder.file("clamp.npy"),
                ], ranks: ranks)
            #expect(run.status == 0, "\(run.words)")
            let file = try ArrayFile(path: output)
            #expect(file.shape == [200, 3, 4])
            return try (0..<200).map { number in
                var row = [Float](repeating: 0, count: Self.units)
                var span = row.mutableSpan
                try file.copyFloats(case: number, into: &span)
                return row
            }
        }
        // The source of even units is two deviations high in one pattern, and low in the other.
        let patterns: [[Float]] = [5, 1].map { value in
            (0..<Self.units).map { $0 % 2 == 0 && $0 > 1 ? Float(Self.scale($0) * value) : .nan }
        }
        let rows = try sample(patterns.flatMap { $0 }, ranks: 2)
        var means = [0.0, 0.0]
        for (number, row) in rows.enumerated() {
            for (value, held) in zip(row, patterns[number % 2]) where !held.isNaN {
                #expect(value == held)
            }
            means[number % 2] += Double(row[0]) / Self.scale(0) / 100
        }
        #expect(means[0] > 3.8 && means[1] < 2.2, "\(means)")
    }

    @Test func stopsAndWarmStartsKeepTheTransformation() throws {
        try train([], to: "whole")
        let whole = try folder.bytes("whole/model.safetensors")
        try train([], to: "stopped", stopAfter: 101, expecting: 75)
        try train([], to: "stopped")
        #expect(try folder.bytes("stopped/model.safetensors") == whole)
        try train(["layers.1={hidden: 5}", "layers.0.hidden-units=spin"], to: "two", ranks: 2)
        #expect(try model("two").tensors["layers.1.weights"]?.shape == [8, 5])
        // Half of the cases have other means, but a warm start keeps those of its model.
        try train(
            [
                "initial-model=\(folder.file("whole/model.safetensors"))", "data.held-out=0.5",
                "training.epochs=1",
            ], to: "warm")
        #expect(try model("warm").tensors["data.mean"] == model("whole").tensors["data.mean"])
    }

    @Test func greyDataAndUnitVariancesNeedNoTransformation() throws {
        let bytes = (0..<(100 * 12)).map { UInt8(truncatingIfNeeded: $0 &* 37 % 256) }
        try writeNPY(bytes, shape: [100, 12], to: folder.file("grey.npy"))
        try train(
            [
                "data.train=\(folder.file("grey.npy"))", "data.standardize=false",
                "data.values=grey", "layers.0.visible-variance=unit",
            ], to: "grey")
        let file = try model("grey")
        #expect(file.tensors["layers.0.visible_log_variance"] == nil)
        #expect(file.tensors["data.mean"] == nil)
        let bias = try #require(file.tensors["layers.0.visible_bias"]?.floats())
        #expect(bias.allSatisfy { $0 > -1 && $0 < 2 })
    }

    @Test func whatCannotBeIsRefused() throws {
        let integer = try train(["arithmetic=integer"], to: "refused", expecting: 78)
        #expect(integer.errors.contains("cannot compute the gaussian units of layer 0"))
        try train(["data.binarize=threshold"], to: "refused", expecting: 78)
        try train(["layers.0.visible-units=bernoulli"], to: "refused", expecting: 78)
        try train(["data.values=bits"], to: "refused", expecting: 65)
        try writeNPY(
            [0, 1, .nan, 2] as [Float], shape: [2, 2], to: folder.file("nan.npy"))
        let nan = try train(
            ["data.train=\(folder.file("nan.npy"))"], to: "refused", expecting: 65)
        #expect(nan.errors.contains("case 1 holds a value that is not a number"))
        #expect(!FileManager.default.fileExists(atPath: folder.file("refused")))
    }
}
