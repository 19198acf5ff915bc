import DistributedTraining
import Reports
import Storage

/// Adds a line to metrics.jsonl for each record.
final class JSONLinesOutlet: TrainingOutlet {
    private let file: LineFile

    init(_ file: LineFile) { self.file = file }

    func willCheckpoint() throws(StorageError) { try file.synchronize() }

    func recorded(_ record: MonitorRecord) throws { try file.append(jsonText(record)) }
}
