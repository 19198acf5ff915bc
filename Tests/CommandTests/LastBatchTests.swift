import Foundation
import Storage
import TestSupport
import Testing

/// The steps of a run on batches of 10, 10, 10 and 5 cases, from its checkpoints.
@Suite(.launches, .serialized, .timeLimit(.minutes(15))) struct LastBatchTests {
    /// A visible bias moves by ε(n − k)/size, where n cases and k chains of the batch have the unit on:
    /// a whole number of parts of the batch's own size.
    @Test(arguments: ["integer", "float32"], [nil, 2] as [Int?])
    func eachBatchIsDividedByItsOwnCount(arithmetic: String, ranks: Int?) throws {
        let small = try SmallRun()
        let folder = small.folder
        let rate = 0.5
        let run = try small.train(
            [
                "data.held-out=0.125", "training.average=0", "training.momentum=0",
                "training.schedule=constant", "training.centering=false",
                "training.learning-rate=\(rate)",
                "training.algorithm=cd", "training.epochs=5", "checkpoint.every=1 step",
                "checkpoint.keep=100", "arithmetic=\(arithmetic)",
            ], ranks: ranks)
        try #require(run.status == 0, "\(run.words)")
        let biases = try small.names("run/checkpoints").map { name in
            let file = try SafetensorsFile(path: folder.file("run/checkpoints/\(name)"))
            let values = try #require(file.tensors["layers.0.visible_bias"]?.floats())
            return values.map { Double($0) }
        }
        #expect(biases.count == 20)
        var odd = 0
        for step in 1..<20 {
            let size = step % 4 == 3 ? 5.0 : 10
            for (after, before) in zip(biases[step], biases[step - 1]) {
                let parts = (after - before) / rate * size
                #expect(abs(parts - parts.rounded()) < 1e-4, "step \(step): \(parts)")
                if Int(parts.rounded()) % 2 != 0 { odd += 1 }
            }
        }
        // Half as many parts would not be whole.
        #expect(odd > 20)
    }
}
