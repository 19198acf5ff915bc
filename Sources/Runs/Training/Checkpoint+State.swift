import Configuration
import DistributedTraining
import ModelFiles
import RBMCore
import Storage

extension Checkpoint {
    /// Fails when a training of the stored configuration cannot go on from the state.
    ///
    /// The checksums may be right and the contents wrong all the same. A configuration that cannot be
    /// read is left to those who compare it with that of the run.
    func checkState(_ path: String) throws(StorageError) {
        guard let run = try? RunConfiguration.load(stored: configuration, file: path) else {
            return
        }
        guard layer < run.layers.count else {
            throw StorageError(
                .badFile, path,
                "is of layer \(layer), but its configuration has \(run.layers.count) layers")
        }
        let options = run.layers[layer]
        var memory = TrainingMemory(
            options.training.optimizer(biases: options.biases), parameters: current.parameters,
            negativePhase: options.training.negativePhase, earlyStop: options.training.earlyStop)
        do throws(StateFault) {
            try memory.restore(0..<0, from: state, of: spec)
        } catch {
            throw StorageError(.badFile, path, error.problem)
        }
    }
}
