import Foundation
import Storage
import TestSupport
import Testing

/// `wilson rg flow`: temperatures of a flow whose end is known, on any number of ranks.
@Suite(.launches, .serialized, .timeLimit(.minutes(15))) struct RGFlowCommandTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// A model of an 8×8 lattice whose hidden units look at single sites: v → h → v forgets every
    /// site by itself, with fixed points at m = tanh(w tanh(w m)).
    private func writeModel(weight: Float, shape: String = "8,8") throws -> String {
        var weights = [Float](repeating: 0, count: 64 * 64)
        for site in 0..<64 { weights[site * 64 + site] = weight }
        let zeros = Tensor(floats: Array(repeating: 0, count: 64), shape: [64])
        let file = SafetensorsFile(
            metadata: [
                "layers.0.visible_units": "spin", "layers.0.hidden_units": "spin",
                "image_shape": shape,
            ],
            tensors: [
                "layers.0.weights": Tensor(floats: weights, shape: [64, 64]),
                "layers.0.visible_bias": zeros, "layers.0.hidden_bias": zeros,
            ])
        try file.write(to: folder.file("model.safetensors"))
        return folder.file("model.safetensors")
    }

    @Test func sitesThatForgetFlowToInfiniteTemperature() throws {
        let path = try writeModel(weight: 0.5)
        let arguments = [
            "rg", "flow", path, "--size", "8", "--couplings", "0.3,critical", "--steps", "1",
            "--samples", "1500", "--json",
        ]
        let alone = try Command.run(arguments)
        #expect(alone.status == 0, "\(alone.words)")
        let line = try #require(alone.output.split(separator: "\n").last)
        let object = try #require(
            try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
        let flows = try #require(object["flows"] as? [[String: Any]])
        #expect(flows.map { $0["direction"] as? String } == ["away from K_c", "away from K_c"])
        for (flow, start) in zip(flows, [0.3, 0.440_686_793_5]) {
            let steps = try #require(flow["steps"] as? [[String: Any]])
            #expect(steps.map { $0["step"] as? Int } == [0, 1])
            // The data are read at the temperature at which they were drawn, and are Ising's.
            let read = try #require(steps[0]["coupling"] as? Double)
            let error = try #require(steps[0]["coupling_error"] as? Double)
            #expect(abs(read - start) < 4 * error && error < 0.01)
            #expect(steps[0]["consistent"] as? Bool == true)
            // One step multiplies every correlation of two sites by tanh⁴(w)… exactly.
            let (before, after) = (
                try #require(steps[0]["energy"] as? Double),
                try #require(steps[1]["energy"] as? Double)
            )
            let factor = pow(tanh(0.5), 4)
            let noise = try #require(steps[1]["energy_error"] as? Double)
            #expect(abs(after - factor * before) < 4 * noise)
        }
        let points = try #require(object["fixed_points"] as? [[String: Any]])
        #expect(points.count == 1)
        #expect(points[0]["basin"] as? [Int] == [100, 100, 1])
        // The radius is w².
        let radius = try #require(points[0]["spectral_radius"] as? Double)
        #expect(abs(radius - 0.25) < 1e-6)

        let together = try Command.run(arguments, ranks: 2)
        #expect(together.output == alone.output, "\(together.words)")
    }

    /// A single group of 64 replicas has no error of its means.
    @Test func fewSamplesHaveNoErrorsAndNoVerdict() throws {
        let path = try writeModel(weight: 0.5)
        let flow = try Command.run([
            "rg", "flow", path, "--size", "8", "--couplings", "0.3", "--steps", "1",
            "--samples", "64",
        ])
        #expect(flow.status == 0, "\(flow.words)")
        #expect(!flow.output.contains("nan"), "\(flow.words)")
    }

    /// A flow under the seed of a training must not begin with what was learned by heart.
    @Test func startsAreNotTheTrainingDataOfTheSeed() throws {
        let path = try writeModel(weight: 0.5)
        let flow = try Command.run([
            "rg", "flow", path, "--size", "8", "--couplings", "0.3", "--steps", "1",
            "--samples", "640", "--seed", "5", "--json",
        ])
        #expect(flow.status == 0, "\(flow.words)")
        func energy(_ seed: UInt64) throws -> String {
            let drawn = try Command.run([
                "ising", "sample", "--size", "8", "--coupling", "0.3", "--samples", "640",
                "--seed", "\(seed)", "--output", folder.file("cases.npy"), "--json",
            ])
            // As it was printed: `"energy": -0.7,`.
            let end = try #require(drawn.output.firstIndex(of: ","), "\(drawn.words)")
            return String(drawn.output[...end].dropFirst())
        }
        #expect(flow.output.contains(try energy(~5)), "\(flow.words)")
        #expect(!flow.output.contains(try energy(5)), "\(flow.words)")
    }

    @Test func whatHasNoAnswerIsRefused() throws {
        let path = try writeModel(weight: 0.5)
        let size = try Command.run(["rg", "flow", path, "--size", "16"])
        #expect(size.status == 64)
        #expect(size.errors.contains("8×8"), "\(size.words)")
        let negative = try Command.run([
            "rg", "flow", path, "--size", "8", "--couplings", "-0.3",
        ])
        #expect(negative.status == 64)
        #expect(negative.errors.contains("positive temperatures"), "\(negative.words)")
        let empty = try Command.run(["rg", "flow", path, "--size", "8", "--couplings", "0.3,"])
        #expect(empty.status == 64)
        let flat = try writeModel(weight: 0.5, shape: "4,16")
        let result = try Command.run(["rg", "flow", flat, "--size", "8"])
        #expect(result.status == 65)
        #expect(result.errors.contains("square lattice"), "\(result.words)")
    }
}
