import Configuration
import DistributedTraining
import Foundation
import ModelFiles
import Ranks
public import Storage

/// What to do with a run that the output folder already holds.
public enum ResumeMode: Sendable, Equatable {
    /// Go on from its newest good checkpoint.
    case auto
    /// Refuse: nothing is overwritten.
    case never
    /// Go on from this checkpoint.
    case from(String)

    /// The command that goes on with the run afterwards.
    var goingOn: GoingOn {
        switch self {
        case .auto: .sameCommand
        case .never: .leavingOut("--resume never")
        case .from: .leavingOut("--resume")
        }
    }

    /// Reads the word of the command line: auto, never or a path.
    public init(_ word: String) {
        switch word {
        case "auto": self = .auto
        case "never": self = .never
        default: self = .from(word)
        }
    }
}

/// The folder of a run: config.yaml, metrics.jsonl, events/, log.txt, checkpoints/, model.safetensors; of a
/// model of Ising configurations also ising.json and samples.png; while a process works, its lock.
///
/// Used on rank 0 alone.
public struct RunFolder {
    public let path: String

    public init(path: String) { self.path = path }

    public var configurationFile: String { "\(path)/config.yaml" }
    var metricsFile: String { "\(path)/metrics.jsonl" }
    public var logFile: String { "\(path)/log.txt" }
    public var modelFile: String { "\(path)/model.safetensors" }
    var samplesFile: String { "\(path)/samples.png" }
    var comparisonFile: String { "\(path)/ising.json" }
    public var eventFolder: String { "\(path)/events" }
    public var checkpointFolder: String { "\(path)/checkpoints" }

    /// Whether a run was begun here.
    ///
    /// Checkpoints are enough: a run whose config.yaml is gone is still one, and nobody may write over
    /// it.
    public var holdsRun: Bool { hasConfiguration || holdsCheckpoints }

    private var hasConfiguration: Bool { Folder.isFile(configurationFile) }

    private var holdsCheckpoints: Bool {
        (try? CheckpointFolder(checkpointFolder, keep: 1).isEmpty()) == false
    }

    /// Takes the folder for this process, until the lock goes.
    ///
    /// - Parameter warn: Is told of a lock that a killed run has left.
    public func lock(host: String, warn: (String) -> Void) throws(StorageError) -> FolderLock {
        try FolderLock(path, host: host, job: RunFolder.job, warn: warn)
    }

    /// Takes a folder that held no run when this process looked.
    ///
    /// - Throws: `cannotWrite` if another process has begun a run there in the meantime.
    public func lockNew(host: String, warn: (String) -> Void) throws(StorageError) -> FolderLock {
        try Folder.create(path)
        let lock = try lock(host: host, warn: warn)
        guard !holdsRun else {
            throw StorageError(
                .cannotWrite, path,
                "another process has begun a run here a moment ago; name another folder with "
                    + "--output, or wait for its end")
        }
        return lock
    }

    /// The batch job of this process; empty for none.
    private static var job: String {
        let environment = ProcessInfo.processInfo.environment
        for (variable, name) in [
            ("SLURM_JOB_ID", "Slurm job"), ("PBS_JOBID", "PBS job"), ("LSB_JOBID", "LSF job"),
            ("JOB_ID", "job"),
        ] {
            if let number = environment[variable], !number.isEmpty { return "\(name) \(number)" }
        }
        return ""
    }

    /// Returns the resolved configuration of the run that was begun here; nil if there is none.
    public func configurationText() throws(StorageError) -> String? {
        guard hasConfiguration else { return nil }
        return String(decoding: try readBytes(of: configurationFile), as: UTF8.self)
    }

    /// The files that a run writes, its checkpoints apart.
    private var files: [String] {
        [configurationFile, metricsFile, logFile, modelFile, samplesFile, comparisonFile]
    }

    /// Fails if one of its files is a link, through which a run could be made to write elsewhere.
    public func checkLinks() throws(StorageError) {
        for file in files where Folder.isLink(file) {
            throw StorageError(
                .cannotWrite, file,
                "is a symbolic link, and a run writes no file through a link; remove it, or name "
                    + "another folder with --output")
        }
    }

    /// Fails if the folder cannot be this run's: it is a file, cannot be written to, or has another
    /// run.
    ///
    /// Changes nothing.
    func check(for configuration: RunConfiguration, resume: ResumeMode) throws {
        guard !Folder.isFile(path) else {
            throw StorageError(
                .cannotWrite, path, "is a file; name a folder with --output, or remove it")
        }
        try Folder.checkCreatable(path)
        guard holdsRun else { return }
        if resume == .never {
            throw StorageError(
                .cannotWrite, path,
                "already holds a run, and --resume never does not go on with it; name another "
                    + "folder with --output, or remove this one")
        }
        // Without the text, the checkpoint's own configuration is compared.
        guard let text = try configurationText() else { return }
        let other = try RunConfiguration.load(stored: text, file: configurationFile)
        let differences = configuration.differences(from: other)
        guard differences.isEmpty else {
            throw SharedFailure(
                exitCode: ExitStatus.configuration,
                "\(path) holds a run of another configuration; name another folder with --output, "
                    + "or restore:\n" + differences.map { "  \($0)" }.joined(separator: "\n"))
        }
    }

    /// Creates the folders and writes the resolved configuration.
    ///
    /// - Parameter warn: Is told of a folder that every user may write to.
    public func begin(_ configuration: String, warn: (String) -> Void) throws(StorageError) {
        try Folder.create(path)
        try Folder.create(checkpointFolder)
        for folder in [path, checkpointFolder] where Folder.isOpenToAll(folder) {
            warn(
                "\(folder): every user of this machine may change this folder, and with it the run; "
                    + "take that away with `chmod o-w`")
        }
        for folder in [path, checkpointFolder] { try AtomicFile.removeLeftovers(in: folder) }
        try AtomicFile.write(configuration, to: configurationFile)
    }

    // MARK: Settings of commands without a configuration

    /// The name of the setting that says where the data are.
    public static let dataSetting = "data"

    /// The text of config.yaml: a line for each setting.
    public static func text(_ settings: [(key: String, value: String)]) -> String {
        settings.map { "\($0.key): \($0.value)\n" }.joined()
    }

    /// The settings of such a text; lines of another form are left out.
    public static func settings(of text: String) -> [(key: String, value: String)] {
        text.split(separator: "\n").compactMap { line in
            guard !line.hasPrefix(" "), let colon = line.firstRange(of: ": ") else { return nil }
            return (String(line[..<colon.lowerBound]), String(line[colon.upperBound...]))
        }
    }

    /// Returns the paths of the checkpoints to go on from, the newest first; none to begin.
    func checkpointPaths(_ resume: ResumeMode, keep: Int) throws(StorageError) -> [String] {
        switch resume {
        case .never: []
        case .from(let path): [path]
        case .auto: try CheckpointFolder(checkpointFolder, keep: keep).paths()
        }
    }

    /// Opens the records, and drops those after the step of a checkpoint; without a checkpoint, all.
    public func openMetrics(
        upTo checkpoint: (layer: Int, step: Int)?
    ) throws(StorageError) -> LineFile {
        try LineFile(path: metricsFile) { line in
            guard let checkpoint, let place = Self.place(of: line) else { return false }
            return place <= checkpoint
        }
    }

    /// Returns the layer and the step of a record; nil if the line is not one.
    private static func place(of line: String) -> (layer: Int, step: Int)? {
        guard
            let record = try? JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any],
            let layer = record["layer"] as? Int, let step = record["step"] as? Int
        else { return nil }
        return (layer, step)
    }
}
