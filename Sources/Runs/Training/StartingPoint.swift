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

    /// What a checkpoint says of the files of its data.
    static func notes(ofDigests digests: [String: String]) -> [String: String] {
        Dictionary(uniqueKeysWithValues: digests.map { (noteName(of: $0), $1) })
    }

    private static func noteName(of key: String) -> String { "digest.\(key)" }

    /// Tells that the files hold other data than those that the checkpoint was trained on; nil if they
    /// do not, or if the checkpoint is of a time when none said so.
    func otherData(
        than digests: [String: String]
    ) -> SharedFailure? {
        let lines = digests.keys.sorted().compactMap { key -> String? in
            guard let found = digests[key],
                let known = checkpoint.state.notes[Self.noteName(of: key)], known != found
            else { return nil }
            return "  data.\(key): the file holds \(found); the training had \(known)"
        }
        guard !lines.isEmpty else { return nil }
        return SharedFailure(
            exitCode: ExitStatus.badFile,
            "\(path) was trained on other data. Restore them, begin anew in another folder with "
                + "--output, or go on with these by --accept-data:\n"
                + lines.joined(separator: "\n"))
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
