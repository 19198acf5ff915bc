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
    ///   - hiddenRanks: How many ranks divide the hidden units of a layer. Where there are several, each
    ///     keeps its columns of the checkpoint alone.
    ///   - lock: Becomes the folder's lock on rank 0, if the folder holds a run.
    ///   - configuration: Returns the present configuration, given that of the run to go on with.
    /// - Throws: When the folder cannot be this run's, or when the checkpoint belongs to another
    ///   configuration.
    static func find(
        in folder: RunFolder, resume: ResumeMode, hiddenRanks: Int, lock: inout FolderLock?,
        _ log: RunLog?, _ world: borrowing Communicator,
        configuration: (RunConfiguration?) throws -> RunConfiguration
    ) throws -> EarlierRun? {
        let begun = try world.together { () throws -> (text: String?, own: RunConfiguration)? in
            guard world.rank == 0 else { return nil }
            try folder.checkLinks()
            let text = try folder.configurationText()
            let run = try text.map {
                try RunConfiguration.load(stored: $0, file: folder.configurationFile)
            }
            let own = try configuration(run)
            try folder.check(for: own, resume: resume)
            // Before its checkpoints are read: another process may be writing them.
            if folder.holdsRun {
                lock = try folder.lock(host: world.hostName(), warn: { log?.warn($0) })
            }
            return (text, own)
        }
        let stored = try world.broadcast(begun?.text ?? "")
        let start =
            hiddenRanks > 1
            ? try dividedStart(in: folder, resume, begun?.own, hiddenRanks, log, world)
            : try wholeStart(in: folder, resume, begun?.own, log, world)
        guard !stored.isEmpty || start != nil else { return nil }
        return try world.together {
            let text = stored.isEmpty ? start?.checkpoint.configuration ?? "" : stored
            if let start {
                let run = try stored.isEmpty ? start.configuration() : nil
                let kept = try RunConfiguration.load(
                    stored: text, file: folder.configurationFile)
                try start.checkBelongs(to: configuration(run ?? kept))
            }
            return EarlierRun(
                configuration: try RunConfiguration.load(
                    stored: text, file: folder.configurationFile), start: start)
        }
    }

    /// Collective.
    ///
    /// Reads the checkpoint to go on from on rank 0, for all; nil to begin.
    ///
    /// - Parameter own: The present configuration, on rank 0.
    private static func wholeStart(
        in folder: RunFolder, _ resume: ResumeMode, _ own: RunConfiguration?, _ log: RunLog?,
        _ world: borrowing Communicator
    ) throws -> StartingPoint? {
        let newest = try world.together {
            try own.flatMap {
                try folder.checkpointPaths(resume, keep: $0.checkpoint.keep).first
            }
        }
        try world.checkMemory(forModel: newest, named: "the checkpoint")
        let found = try world.together {
            try own.flatMap {
                try folder.checkpoint(
                    resume, keep: $0.checkpoint.keep, warn: { log?.warn($0) })
            }
        }
        let path = try world.broadcast(found?.path ?? "")
        let bytes = try world.broadcast(found?.0.file().encoded() ?? [])
        guard !bytes.isEmpty else { return nil }
        return try world.together {
            StartingPoint(
                checkpoint: try Checkpoint(SafetensorsFile(bytes: bytes, name: path), path),
                path: path)
        }
    }

    /// Collective.
    ///
    /// Reads the checkpoint to go on from, of which each rank keeps its hidden columns; nil to begin.
    ///
    /// - Parameter own: The present configuration, on rank 0.
    private static func dividedStart(
        in folder: RunFolder, _ resume: ResumeMode, _ own: RunConfiguration?, _ hiddenRanks: Int,
        _ log: RunLog?, _ world: borrowing Communicator
    ) throws -> StartingPoint? {
        let checkpoints = CheckpointFolder(
            folder.checkpointFolder, keep: own?.checkpoint.keep ?? 1)
        let known = try world.together {
            try own.map { try folder.checkpointPaths(resume, keep: $0.checkpoint.keep) } ?? []
        }
        var count = [Int64(known.count)]
        try world.sum(&count)
        var faults: [SharedFailure] = []
        for place in 0..<Int(count[0]) {
            let path = try world.broadcast(known.isEmpty ? "" : known[place])
            do {
                let checkpoint = try Checkpoint.load(path, hiddenRanks: hiddenRanks, world)
                try world.together { try checkpoint.checkState(path) }
                for fault in faults { log?.warn("going back to \(path): \(fault)") }
                return StartingPoint(checkpoint: checkpoint, path: path)
            } catch let fault as SharedFailure {
                // A checkpoint that was named is the only one.
                if case .from = resume { throw fault }
                faults.append(fault)
            }
        }
        guard let newest = faults.first else { return nil }
        let all = checkpoints.allBad(faults.count, newest: "\(newest)")
        throw SharedFailure(exitCode: ExitStatus.of(all), "\(all)")
    }
}
