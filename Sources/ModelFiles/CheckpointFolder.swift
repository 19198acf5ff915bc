public import Storage

/// The checkpoints of a run, `step-0000000137.safetensors`, of which the newest are kept, and maybe the
/// best one of each layer, `best-layer-0.safetensors`.
///
/// At least two are kept: were the only one damaged, the run would be lost.
public struct CheckpointFolder: Sendable {
    public let path: String

    /// How many are kept.
    public let keep: Int

    public init(_ path: String, keep: Int) {
        self.path = path
        self.keep = max(2, keep)
    }

    /// Writes a checkpoint, and then removes those beyond the newest ones.
    ///
    /// - Parameter isBest: Whether it replaces the best one of its layer, too.
    /// - Returns: The file's path.
    @discardableResult
    public func save(
        _ checkpoint: Checkpoint, isBest: Bool = false
    ) throws(StorageError) -> String {
        let file = try file(ofTotalSteps: checkpoint.totalSteps)
        try checkpoint.file().write(to: file)
        try written(file, isBestOfLayer: isBest ? checkpoint.layer : nil)
        return file
    }

    /// Where a checkpoint is to be written, in the folder that is there then.
    public func file(ofTotalSteps steps: Int) throws(StorageError) -> String {
        try Folder.create(path)
        let digits = "\(steps)"
        let padded = String(repeating: "0", count: max(0, 10 - digits.count)) + digits
        return "\(path)/step-\(padded).safetensors"
    }

    /// Removes the checkpoints beyond the newest ones, after one was written.
    ///
    /// - Parameter layer: The layer whose best checkpoint it replaces, too; nil for none.
    public func written(_ file: String, isBestOfLayer layer: Int?) throws(StorageError) {
        if let layer {
            let best = bestFile(ofLayer: layer)
            // A second name costs nothing; not every file system has it.
            if try !AtomicFile.name(file, also: best) { try AtomicFile.copy(file, to: best) }
        }
        for old in try files().dropLast(keep) { try Folder.remove("\(path)/\(old)") }
    }

    /// Writes the file of a training of another kind after some steps, and then removes those beyond the
    /// newest ones.
    public func save(_ contents: SafetensorsFile, totalSteps: Int) throws(StorageError) {
        let file = try file(ofTotalSteps: totalSteps)
        try contents.write(to: file)
        try written(file, isBestOfLayer: nil)
    }

    /// Where the best checkpoint of a layer is.
    public func bestFile(ofLayer layer: Int) -> String {
        "\(path)/best-layer-\(layer).safetensors"
    }

    /// Removes the checkpoints of later steps: they belong to a run that is not gone on with.
    public func removeLater(than totalSteps: Int) throws(StorageError) {
        for file in try files() where step(of: file) ?? 0 > totalSteps {
            try Folder.remove("\(path)/\(file)")
        }
    }

    /// What the newest file holds that can be read.
    ///
    /// - Parameters:
    ///   - warn: Is told of each newer one, which is bad, by name.
    ///   - read: Reads the file of a path, or fails.
    /// - Returns: nil if the folder holds no checkpoint.
    /// - Throws: `allBad` with the newest one's error when there are checkpoints and all are bad; `noRoom`
    ///   where some of them take more memory than there is; `badFile` when the folder holds files, none of
    ///   which has the name of a checkpoint.
    public func newest<Contents>(
        warn: (String) -> Void, read: (String) throws(StorageError) -> Contents
    ) throws(StorageError) -> (Contents, path: String)? {
        guard Folder.isFolder(path) else { return nil }
        var faults: [StorageError] = []
        for file in try files().reversed() {
            let file = "\(path)/\(file)"
            do throws(StorageError) {
                let contents = try read(file)
                for fault in faults { warn("going back to \(file): \(fault)") }
                return (contents, file)
            } catch {
                faults.append(error)
            }
        }
        guard let newest = faults.first else {
            try checkNames()
            return nil
        }
        // One of those that take too much memory may be good.
        if let large = faults.first(where: { $0.kind == .noRoom }) { throw large }
        throw allBad(faults.count, newest: "\(newest)")
    }

    /// The paths of the checkpoints, the newest first.
    ///
    /// - Throws: `badFile` when the folder holds files, none of which has the name of a checkpoint.
    public func paths() throws(StorageError) -> [String] {
        guard Folder.isFolder(path) else { return [] }
        let files = try files()
        if files.isEmpty { try checkNames() }
        return files.reversed().map { "\(path)/\($0)" }
    }

    /// Says that no checkpoint of several can be read.
    ///
    /// - Parameter fault: What is wrong with the newest one.
    public func allBad(_ count: Int, newest fault: String) -> StorageError {
        StorageError(
            .allBad, path,
            "none of its \(count) checkpoints can be read; restore one, or remove them to "
                + "begin anew. The newest: \(fault)")
    }

    /// Fails if there are files in the folder, but no checkpoint.
    private func checkNames() throws(StorageError) {
        guard let other = try otherFiles().first else { return }
        throw StorageError(
            .badFile, path,
            "holds \(other) but no file with the name of a checkpoint, such as "
                + "step-0000000137.safetensors. Give the checkpoints their names back, or "
                + "remove the files to begin anew")
    }

    /// Whether no file is in the folder but those that killed processes left in part.
    public func isEmpty() throws(StorageError) -> Bool {
        guard Folder.isFolder(path) else { return true }
        let (own, others) = (try files(), try otherFiles())
        return own.isEmpty && others.isEmpty
    }

    /// The names of what else is in the folder: checkpoints, maybe, that somebody renamed.
    private func otherFiles() throws(StorageError) -> [String] {
        try Folder.list(path).filter { !$0.hasPrefix(".") && step(of: $0) == nil }
    }

    /// The names of the checkpoints, oldest first.
    func files() throws(StorageError) -> [String] {
        try Folder.list(path).filter { step(of: $0) != nil }.sorted {
            (step(of: $0) ?? 0) < (step(of: $1) ?? 0)
        }
    }

    private func step(of file: String) -> Int? {
        guard file.hasPrefix("step-"), file.hasSuffix(".safetensors") else { return nil }
        return Int(file.dropFirst(5).dropLast(12))
    }
}
