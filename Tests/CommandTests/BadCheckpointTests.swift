import Foundation
import Storage
import TestSupport
import Testing

/// Checkpoints with right checksums and wrong contents: the run goes back to the one before.
struct BadCheckpointTests {
    struct Fault: Sendable, CustomTestStringConvertible {
        let name: String
        let words: String
        let spoil: @Sendable (inout SafetensorsFile) -> Void

        var testDescription: String { name }

        init(
            _ name: String, _ words: String,
            _ spoil: @Sendable @escaping (inout SafetensorsFile) -> Void
        ) {
            self.name = name
            self.words = words
            self.spoil = spoil
        }

        /// A note that is missing or another.
        init(note: String, _ text: String?, _ words: String) {
            self.init("\(note) is \(text ?? "missing")", words) { $0.metadata[note] = text }
        }
    }

    private static let chains = "layers.0.chains"

    static let faults = [
        Fault("no chains", "lacks `\(chains)`") { $0.tensors[chains] = nil },
        Fault("fewer chains", "holds 9 chains, but the run has 10") {
            $0.tensors[chains] = Tensor(bytes: Array(repeating: 1, count: 9 * 4), shape: [9, 4])
        },
        Fault("other states", "each 0 or 1") {
            $0.tensors[chains] = Tensor(bytes: Array(repeating: 2, count: 40), shape: [10, 4])
        },
        Fault("half a velocity", "`layers.0.velocity` has not the shape of the layer") {
            $0.tensors["layers.0.velocity.weights"] = nil
        },
        Fault("no number in the average", "`layers.0.average` holds values") {
            $0.tensors["layers.0.average.weights"] = Tensor(
                floats: Array(repeating: .nan, count: 36), shape: [9, 4])
        },
        Fault("another activity", "`layers.0.activity` is not F32 of shape [4]") {
            $0.tensors["layers.0.activity"] = Tensor(floats: [0, 0, 0], shape: [3])
        },
        Fault(note: "averaged", nil, "lack the number `averaged`"),
        Fault(note: "step", "-1", "lack the number `step`"),
        Fault(note: "total_steps", nil, "lack the number `total_steps`"),
        Fault(note: "layer", "1", "says that layer 1 is in training, but holds 1 layers"),
        Fault(note: "seed", "none", "lack `seed` or `configuration`"),
        Fault(note: "early_stop", "soon", "says `early_stop` is `soon`"),
    ]

    private static let settings = [
        "training.algorithm=pcd", "training.momentum=0.5", "training.average=0.5",
        "training.sparsity={target: 0.1, cost: 0.01}", "training.early-stop={gap: 1e9}",
    ]

    @Test(arguments: faults) func theOneBeforeIsUsed(fault: Fault) throws {
        let small = try SmallRun()
        #expect(try small.train(Self.settings, output: "whole").status == 0)
        let first = try small.train(Self.settings, options: ["--stop-after-steps", "6"])
        #expect(first.status == 75, "\(first.words)")
        let newest = small.folder.file("run/checkpoints/step-0000000006.safetensors")
        var file = try SafetensorsFile(path: newest)
        let good = file.encoded()
        fault.spoil(&file)
        #expect(file.encoded() != good)
        try file.write(to: newest)

        try Command.run(["inspect", newest], seconds: 30).expectFault(65, newest, fault.words)
        let run = try small.train(Self.settings, ranks: 2)
        #expect(run.status == 0, "\(run.words)")
        #expect(run.errors.contains("step-0000000004.safetensors"), "\(run.errors)")
        #expect(run.errors.contains(fault.words), "\(run.errors)")
        #expect(
            try small.folder.bytes("run/model.safetensors")
                == small.folder.bytes("whole/model.safetensors"))
    }
}
