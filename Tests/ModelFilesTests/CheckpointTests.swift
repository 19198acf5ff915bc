import ModelFiles
import RBMCore
import Storage
import TestSupport
import Testing

@Suite struct CheckpointTests {
    /// A checkpoint of the second of two layers.
    static func make(totalSteps: Int = 32, without note: String? = nil) throws -> Checkpoint {
        let below = makeRBM(.bernoulli, 6, .spin, 4)
        let current = makeRBM(.spin, 4, .bernoulli, 3)
        var state = StateTree(prefix: Checkpoint.prefix(ofLayer: 1))
        state.set(current.parameters, "velocity")
        state.set(.bytes([1, 0, 1, 0, 0, 1], shape: [2, 3]), "chains")
        state.noteKeepProbability(0.75)
        let notes = [
            "averaged": "0", "layer": "1", "step": "\(min(12, totalSteps))",
            "total_steps": "\(totalSteps)",
            "seed": "18446744073709551615", "configuration": "a: 1\n",
        ]
        for (name, text) in notes where name != note { state.note(text, name) }
        return try Checkpoint(
            Model(
                layers: [below, current], imageShape: [2, 3]), state)
    }

    @Test func aFileHoldsAllOfIt() throws {
        let checkpoint = try Self.make()
        let file = try SafetensorsFile(bytes: checkpoint.file().encoded(), name: "a")
        #expect(file.metadata["layers.1.keep_probability"] == "0.75")
        #expect(file.tensors["layers.1.velocity.weights"]?.shape == [4, 3])
        let read = try Checkpoint(file, "a")
        #expect(read == checkpoint)
        #expect(read.layer == 1 && read.step == 12 && read.totalSteps == 32)
        #expect(read.configuration == "a: 1\n")
        #expect(read.file().encoded() == checkpoint.file().encoded())
    }

    @Test func theModelOfItScalesTheLayerInTraining() throws {
        let checkpoint = try Self.make()
        let model = try Model(checkpoint.file(), "a")
        #expect(model.layers[0] == checkpoint.finished[0])
        let (used, current) = (model.layers[1].parameters, checkpoint.current.parameters)
        for i in 0..<current.weightCount { #expect(used.values[i] == 0.75 * current.values[i]) }
        #expect(used.visibleBias == current.visibleBias)
    }

    @Test(arguments: ["layer", "step", "total_steps", "seed", "configuration"])
    func eachNoteOfTheRunIsNeeded(note: String) throws {
        let fault = #expect(throws: StateFault.self) { try Self.make(without: note) }
        #expect(fault?.problem.contains("`\(note)`") == true)
    }

    @Test func aModelIsNoCheckpoint() throws {
        let model = Model(layers: [makeRBM(.bernoulli, 6, .spin, 4)], imageShape: [6])
        let fault = #expect(throws: StorageError.self) { try Checkpoint(model.file(), "m") }
        #expect(fault.map { "\($0)" }?.contains("a model cannot be resumed") == true)
    }
}
