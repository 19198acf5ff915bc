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
        let start = try newest(in: folder, resume, begun?.own, log, world) { path in
            hiddenRanks > 1
                ? try divided(path, hiddenRanks, world) : try whole(path, world)
        }
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
    /// Reads the checkpoint to go on from: the newest one that can be read; nil to begin.
    ///
    /// One that takes more memory than there is passes for a damaged one, whose sizes are wrong: a run goes on
    /// with the same numbers from an older one.
    ///
    /// - Parameters:
    ///   - own: The present configuration, on rank 0.
    ///   - read: Reads a checkpoint for all ranks.
    private static func newest(
        in folder: RunFolder, _ resume: ResumeMode, _ own: RunConfiguration?, _ log: RunLog?,
        _ world: borrowing Communicator, read: (String) throws -> Checkpoint
    ) throws -> StartingPoint? {
        let known = try world.together {
            try own.map { try folder.checkpointPaths(resume, keep: $0.checkpoint.keep) } ?? []
        }
        var count = [Int64(known.count)]
        try world.sum(&count)
        var faults: [SharedFailure] = []
        for place in 0..<Int(count[0]) {
            let path = try world.broadcast(known.isEmpty ? "" : known[place])
            do {
                let checkpoint = try read(path)
                for fault in faults { log?.warn("going back to \(path): \(fault)") }
                return StartingPoint(checkpoint: checkpoint, path: path)
            } catch let fault as SharedFailure {
                // A checkpoint that was named is the only one.
                if case .from = resume { throw fault }
                let names = fault.description.contains(path)
                faults.append(
                    names ? fault : SharedFailure(exitCode: fault.exitCode, "\(path): \(fault)"))
            }
        }
        guard let newest = faults.first else { return nil }
        // One of those that take too much memory may be good.
        if let large = faults.first(where: { $0.exitCode == ExitStatus.mpi }) { throw large }
        let all = CheckpointFolder(folder.checkpointFolder, keep: own?.checkpoint.keep ?? 1)
            .allBad(faults.count, newest: "\(newest)")
        throw SharedFailure(exitCode: ExitStatus.of(all), "\(all)")
    }

    /// Collective.
    ///
    /// Reads a checkpoint on rank 0, for all.
    private static func whole(
        _ path: String, _ world: borrowing Communicator
    ) throws -> Checkpoint {
        try world.checkMemory(forModel: path, named: "the checkpoint")
        let own = try world.together { () throws -> [UInt8] in
            guard world.rank == 0 else { return [] }
            let checkpoint = try Checkpoint(path: path)
            try checkpoint.checkState(path)
            return checkpoint.file().encoded()
        }
        let bytes = try world.broadcast(own)
        return try world.together {
            try Checkpoint(SafetensorsFile(bytes: bytes, name: path), path)
        }
    }

    /// Collective.
    ///
    /// Reads a checkpoint, of which each rank keeps its hidden columns.
    private static func divided(
        _ path: String, _ hiddenRanks: Int, _ world: borrowing Communicator
    ) throws -> Checkpoint {
        let checkpoint = try Checkpoint.load(path, hiddenRanks: hiddenRanks, world)
        try world.together { try checkpoint.checkState(path) }
        return checkpoint
    }
}
