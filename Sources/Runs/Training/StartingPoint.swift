import Configuration
import Datasets
import DistributedTraining
import ModelFiles
import RBMCore
import Ranks
import Storage

/// The checkpoint that a run goes on from.
struct StartingPoint {
    let checkpoint: Checkpoint
    let path: String

    /// Returns the configuration with which the checkpoint was written.
    func configuration() throws(ConfigurationError) -> RunConfiguration {
        try RunConfiguration.load(stored: checkpoint.configuration, file: path)
    }

    /// Checks that the checkpoint belongs to this configuration.
    func checkBelongs(to configuration: RunConfiguration) throws {
        let other = try self.configuration()
        let differences = configuration.differences(
            from: other, currentLayer: checkpoint.layer)
        guard differences.isEmpty else {
            throw SharedFailure(
                exitCode: ExitStatus.configuration,
                "\(path) belongs to another configuration; restore:\n"
                    + differences.map { "  \($0)" }.joined(separator: "\n"))
        }
    }

    /// Checks that the checkpoint belongs to the data; it may agree with the configuration, and yet
    /// be of other data.
    func checkFit(_ plans: [LayerPlan], _ data: TrainingData) throws {
        guard
            let misfit = checkpoint.misfit(
                to: plans, visible: data.layer.training.visible, cases: data.layer.training.count)
        else { return }
        throw SharedFailure(
            exitCode: ExitStatus.badFile,
            "\(path) does not fit the data: \(misfit). Restore the data of the run, or begin "
                + "anew in another folder with --output")
    }
}
