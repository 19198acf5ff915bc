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

    /// Collective.
    ///
    /// Checks the folder and reads the checkpoint to go on from, on rank 0 for all; nil to begin.
    ///
    /// Throws when the folder cannot be this run's, or when the checkpoint belongs to another
    /// configuration.
    static func find(
        in folder: RunFolder, for configuration: RunConfiguration, resume: ResumeMode,
        _ log: RunLog?, _ world: borrowing Communicator
    ) throws -> StartingPoint? {
        let found = try world.together { () throws -> StartingPoint? in
            guard world.rank == 0 else { return nil }
            try folder.check(for: configuration, resume: resume)
            guard
                let (checkpoint, path) = try folder.checkpoint(
                    resume, keep: configuration.checkpoint.keep, warn: { log?.warn($0) })
            else { return nil }
            let start = StartingPoint(checkpoint: checkpoint, path: path)
            try start.checkBelongs(to: configuration)
            return start
        }
        let path = try world.broadcast(found?.path ?? "")
        let bytes = try world.broadcast(found?.checkpoint.file().encoded() ?? [])
        guard !bytes.isEmpty else { return nil }
        return try world.together {
            StartingPoint(
                checkpoint: try Checkpoint(SafetensorsFile(bytes: bytes, name: path), path),
                path: path)
        }
    }

    /// Checks that the checkpoint belongs to this configuration.
    private func checkBelongs(to configuration: RunConfiguration) throws {
        let other = try RunConfiguration.load(stored: checkpoint.configuration, file: path)
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
