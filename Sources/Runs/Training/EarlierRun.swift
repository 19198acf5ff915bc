import Configuration
import DistributedTraining
import ModelFiles
import Ranks
import Storage

/// A run that was begun before, and that goes on.
struct EarlierRun {
    let configuration: RunConfiguration
    /// nil if the run has not come to a checkpoint.
    let start: StartingPoint?

    /// Collective.
    ///
    /// Checks the folder, and reads the run that it holds or the checkpoint that is named, on rank 0 for
    /// all; nil to begin.
    ///
    /// - Parameters:
    ///   - lock: Becomes the folder's lock on rank 0, if the folder holds a run.
    ///   - configuration: Returns the present configuration, given that of the run to go on with.
    /// - Throws: When the folder cannot be this run's, or when the checkpoint belongs to another
    ///   configuration.
    static func find(
        in folder: RunFolder, resume: ResumeMode, lock: inout FolderLock?, _ log: RunLog?,
        _ world: borrowing Communicator,
        configuration: (RunConfiguration?) throws -> RunConfiguration
    ) throws -> EarlierRun? {
        let found = try world.together { () throws -> (text: String, start: StartingPoint?)? in
            guard world.rank == 0 else { return nil }
            try folder.checkLinks()
            let text = try folder.configurationText()
            let run = try text.map {
                try RunConfiguration.load(stored: $0, file: folder.configurationFile)
            }
            var own = try configuration(run)
            try folder.check(for: own, resume: resume)
            // Before its checkpoints are read: another process may be writing them.
            if folder.holdsRun {
                lock = try folder.lock(host: world.hostName(), warn: { log?.warn($0) })
            }
            guard
                let (checkpoint, path) = try folder.checkpoint(
                    resume, keep: own.checkpoint.keep, warn: { log?.warn($0) })
            else { return text.map { ($0, nil) } }
            let start = StartingPoint(checkpoint: checkpoint, path: path)
            if run == nil { own = try configuration(try start.configuration()) }
            try start.checkBelongs(to: own)
            return (text ?? checkpoint.configuration, start)
        }
        let text = try world.broadcast(found?.text ?? "")
        let path = try world.broadcast(found?.start?.path ?? "")
        let bytes = try world.broadcast(found?.start?.checkpoint.file().encoded() ?? [])
        guard !text.isEmpty else { return nil }
        return try world.together {
            let run = try RunConfiguration.load(stored: text, file: folder.configurationFile)
            guard !bytes.isEmpty else { return EarlierRun(configuration: run, start: nil) }
            let checkpoint = try Checkpoint(SafetensorsFile(bytes: bytes, name: path), path)
            return EarlierRun(
                configuration: run, start: StartingPoint(checkpoint: checkpoint, path: path))
        }
    }
}
