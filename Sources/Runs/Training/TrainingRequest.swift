import Foundation

/// When a run must have ended that began at a time: after its own time, or with the Slurm job that it is in.
///
/// - Parameter maxTime: Its own time; nil for as long as it takes.
public func deadline(
    ofRunWithin maxTime: Duration?, since began: ContinuousClock.Instant
) -> ContinuousClock.Instant? {
    let ends = [
        maxTime.map { began.advanced(by: $0) },
        ProcessInfo.processInfo.environment["SLURM_JOB_END_TIME"].flatMap(Double.init).map {
            ContinuousClock.now.advanced(by: .seconds($0 - Date.now.timeIntervalSince1970))
        },
    ]
    return ends.compactMap(\.self).min()
}

/// What the command line asks of a training run.
public struct TrainingRequest: Sendable {
    public var configurationFile: String
    public var overrides: [String] = []
    /// The run's folder; nil for runs/<name of the configuration file>.
    public var output: String?
    public var resume = ResumeMode.auto
    /// Updates after which the run stops with a checkpoint.
    public var stopAfterSteps: Int?
    /// How long the run may take before it stops with a checkpoint; nil for as long as it takes.
    public var maxTime: Duration?
    /// When the command began.
    public let began = ContinuousClock.now
    /// Whether to check the configuration and the data, and nothing more.
    public var checkOnly = false
    /// Whether a checkpoint that cannot be written ends the run.
    public var strictCheckpoints = false
    /// Whether to go on from a checkpoint although its training had other data.
    public var acceptsData = false
    /// Whether rank 0 reads the data and sends them to the other hosts.
    public var sendsData = false
    /// Whether the run's folder gets event files.
    public var writesEvents = true
    public var quiet = false
    public var threads: Int
    /// The whole command, for the banner.
    public var command: String

    public init(configurationFile: String, threads: Int, command: String) {
        self.configurationFile = configurationFile
        self.threads = threads
        self.command = command
    }

    /// Where the run is kept.
    var folder: String {
        if let output {
            return output.count > 1 && output.hasSuffix("/") ? String(output.dropLast()) : output
        }
        let name = URL(filePath: configurationFile).deletingPathExtension().lastPathComponent
        return "runs/\(name)"
    }

    /// What all ranks must ask alike, or else they wait for each other in different places.
    var text: String {
        let settings = overrides.map { "--set \($0)" }
        let words = [
            "--output \(output ?? "none")", "--resume \(resume)",
            "--stop-after-steps \(stopAfterSteps.map { "\($0)" } ?? "none")",
            "--max-time \(maxTime.map { "\($0)" } ?? "none")", "--check \(checkOnly)",
            "--strict-checkpoints \(strictCheckpoints)", "--accept-data \(acceptsData)",
            "--events \(writesEvents)", "--send-data \(sendsData)",
        ]
        return ([configurationFile] + settings + words).joined(separator: " ")
    }
}
