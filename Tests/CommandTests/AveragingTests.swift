import Foundation
import Storage
import TestSupport
import Testing

/// The model of a run is the mean of the parameters after its last steps, to the very step.
@Suite(.launches, .serialized, .timeLimit(.minutes(15))) struct AveragingTests {
    /// 35 cases in batches of 10: 8 steps in 2 epochs, of which ⌊part·8⌋ enter the average.
    @Test(arguments: [(0.0, 0), (0.13, 1), (0.49, 3), (0.5, 4), (1, 8)], ["cd", "pcd"])
    func theModelIsTheMeanOfTheLastSteps(
        average: (part: Double, steps: Int), algorithm: String
    ) throws {
        let small = try SmallRun()
        let folder = small.folder
        let run = try small.train(
            [
                "data.held-out=0.125", "training.average=\(average.part)",
                "checkpoint.every=1 step", "checkpoint.keep=100", "training.learning-rate=0.5",
                "training.momentum=0.5", "training.algorithm=\(algorithm)",
            ])
        try #require(run.status == 0, "\(run.words)")
        let names = ["weights", "visible_bias", "hidden_bias"]
        func values(_ file: String, _ prefix: String = "layers.0.") throws -> [Double]? {
            let file = try SafetensorsFile(path: folder.file("run/\(file)"))
            guard file.tensors[prefix + names[0]] != nil else { return nil }
            return try names.flatMap { name in
                try #require(file.tensors[prefix + name]?.floats()).map { Double($0) }
            }
        }
        let checkpoints = small.names("run/checkpoints")
        // The state after the last step is in the model.
        let steps = checkpoints.compactMap { Int($0.dropFirst(5).dropLast(12)) }
        #expect(steps == Array(1...8), "\(checkpoints)")
        let after = try checkpoints.map { try #require(try values("checkpoints/\($0)")) }
        func mean(_ states: ArraySlice<[Double]>) -> [Double] {
            states[states.startIndex].indices.map { i in
                states.reduce(0) { $0 + $1[i] } / Double(states.count)
            }
        }
        func difference(_ a: [Double], _ b: [Double]) -> Double {
            zip(a, b).map { abs($0 - $1) }.max() ?? .infinity
        }
        let model = try #require(try values("model.safetensors"))
        let count = max(1, average.steps)
        #expect(difference(model, mean(after.suffix(count))) < 1e-6)
        // One step more or less is another model.
        if count < 8 { #expect(difference(model, mean(after.suffix(count + 1))) > 1e-4) }
        if count > 1 { #expect(difference(model, mean(after.suffix(count - 1))) > 1e-4) }
        // Checkpoints have the average so far, from the first step that enters it.
        for step in 1...8 {
            let so = try values("checkpoints/\(checkpoints[step - 1])", "layers.0.average.")
            let entered = step - (8 - average.steps)
            guard entered > 0 else {
                #expect(so == nil, "step \(step)")
                continue
            }
            let found = try #require(so, "step \(step)")
            #expect(
                difference(found, mean(after[(step - entered)..<step])) < 1e-6, "step \(step)")
        }
    }
}
