public import DistributedTraining
import Reports
public import Storage

/// Adds a line to metrics.jsonl for each record.
public final class JSONLinesOutlet: TrainingOutlet {
    private let file: LineFile

    public init(_ file: LineFile) { self.file = file }

    public func willCheckpoint() throws(StorageError) { try file.synchronize() }

    public func recorded(_ record: MonitorRecord) throws { try file.append(jsonText(record)) }
}
