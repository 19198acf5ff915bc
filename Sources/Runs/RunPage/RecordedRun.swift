import Configuration
import DistributedTraining
import Foundation
import Storage

/// What a run has left in its folder, as far as a page shows it.
struct RecordedRun {
    let folder: RunFolder
    /// The last part of the folder's name, or more of it where several runs would have one name.
    let name: String
    /// The values of the records, one dictionary a record.
    let records: [[String: Double]]
    /// The warnings of the records: each with the steps of its first and last record.
    let warnings: [(name: String, layer: Int, first: Int, last: Int)]
    let configuration: RunConfiguration?
    /// The lines of config.yaml, in the run of a command that has no configuration; empty in others.
    let settings: [(key: String, value: String)]
    /// The table of times at the end of the log; empty in a run that has not ended.
    let times: [String]

    /// Reads a run.
    ///
    /// Throws `badFile` for a folder without records.
    init(_ path: String, name: String) throws(StorageError) {
        folder = RunFolder(path: path)
        self.name = name
        guard Folder.isFile(folder.metricsFile) else {
            throw StorageError(
                .badFile, path,
                "has no metrics.jsonl; expected the folder of a training, such as runs/NAME")
        }
        let text = String(decoding: try readBytes(of: folder.metricsFile), as: UTF8.self)
        var records: [[String: Double]] = []
        var warnings: [(name: String, layer: Int, first: Int, last: Int)] = []
        for line in text.split(separator: "\n") {
            // The last line of a run that is at work may not be whole.
            guard
                let object = try? JSONSerialization.jsonObject(with: Data(line.utf8)),
                let values = object as? [String: Any]
            else { continue }
            let numbers = values.compactMapValues { $0 as? Double }
            records.append(numbers)
            let step = Int(numbers[Metric.step.name] ?? 0)
            let layer = Int(numbers[Metric.layer.name] ?? 0)
            for warning in values[Metric.warnings.name] as? [String] ?? [] {
                if let place = warnings.firstIndex(where: {
                    $0.name == warning && $0.layer == layer
                }) {
                    warnings[place].last = step
                } else {
                    warnings.append((warning, layer, step, step))
                }
            }
        }
        guard !records.isEmpty else {
            throw StorageError(.badFile, folder.metricsFile, "holds no record of a training")
        }
        self.records = records
        self.warnings = warnings
        let file = folder.configurationFile
        let stored = (try? readBytes(of: file)).map { String(decoding: $0, as: UTF8.self) }
        let configuration = stored.flatMap { try? RunConfiguration.load(stored: $0, file: file) }
        self.configuration = configuration
        settings = configuration == nil ? RunFolder.settings(of: stored ?? "") : []
        let log = (try? readBytes(of: folder.logFile)).map { String(decoding: $0, as: UTF8.self) }
        // Each line begins with the time of day, as 2026-11-30T13:26:04Z.
        let lines = (log ?? "").components(separatedBy: "\n").map { line in
            String(line.dropFirst(line.prefix(20).hasSuffix("Z") ? 21 : 0))
        }
        times =
            lines.lastIndex { $0.hasPrefix("wall time by phase") }.map { start in
                Array(lines[(start + 1)...].prefix { !$0.isEmpty && !$0.hasPrefix("model") })
            } ?? []
    }

    /// The layers that have records.
    var layers: [Int] { Set(records.map { Int($0[Metric.layer.name] ?? 0) }).sorted() }

    /// A quantity of a layer's records over the epochs.
    func points(of metric: Metric, layer: Int) -> [(x: Double, y: Double)] {
        records.compactMap { record in
            guard Int(record[Metric.layer.name] ?? 0) == layer,
                let x = record[Metric.epoch.name], let y = record[metric.name]
            else { return nil }
            return (x, y)
        }
    }
}
