import Foundation
import TestSupport
import Testing

/// What is recorded of one golden run: a line for each tensor of the model and each metric.
///
/// A line is a SHA-256 digest, two spaces, and what has it, so that a difference names itself:
///
///     <digest>  layers.0.weights F32 [30, 11]
///     <digest>  metrics free_energy_train
struct GoldenRecord: Equatable, CustomStringConvertible {
    var lines: [String]

    var description: String { lines.map { $0 + "\n" }.joined() }

    /// The digests of the model alone.
    var model: GoldenRecord { GoldenRecord(lines: lines.filter { !$0.contains("  metrics ") }) }

    init(lines: [String]) { self.lines = lines }

    /// Reads a file of records.
    init(path: String) throws {
        lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
            .map(String.init)
    }

    /// Takes the digests of a run's folder.
    ///
    /// - Parameter withMetrics: Whether those of `metrics.jsonl` are wanted too.
    init(ofRun folder: String, withMetrics: Bool = true) throws {
        lines = try Self.tensors(of: folder + "/model.safetensors")
        if withMetrics { lines += try Self.metrics(of: folder + "/metrics.jsonl") }
    }

    /// What this run has otherwise than another, line by line; empty where they agree.
    func differences(from other: GoldenRecord) -> [String] {
        let (own, others) = (Set(lines), Set(other.lines))
        return other.lines.filter { !own.contains($0) }.map { "recorded: \($0)" }
            + lines.filter { !others.contains($0) }.map { "found:    \($0)" }
    }

    /// One line a tensor, by name; read without the program's own reader.
    private static func tensors(of path: String) throws -> [String] {
        let bytes = [UInt8](try Data(contentsOf: URL(filePath: path)))
        let count = bytes[..<8].reversed().reduce(0) { $0 << 8 | Int($1) }
        let header = try #require(
            JSONSerialization.jsonObject(with: Data(bytes[8..<(8 + count)])) as? [String: Any])
        return try header.keys.filter { $0 != "__metadata__" }.sorted().map { name in
            let entry = try #require(header[name] as? [String: Any])
            let shape = try #require(entry["shape"] as? [Int])
            let range = try #require(entry["data_offsets"] as? [Int])
            let data = bytes[(8 + count + range[0])..<(8 + count + range[1])]
            return "\(sha256(data))  \(name) \(entry["dtype"] ?? "") \(shape)"
        }
    }

    /// The numbers of a record that any number of ranks finds alike.
    private static let keys = [
        "layer", "epoch", "step", "cases_seen", "learning_rate", "free_energy_train",
        "free_energy_held_out", "free_energy_gap", "pseudo_log_likelihood_held_out",
        "reconstruction_cross_entropy", "weight_norm", "update_norm", "mean_hidden_activity",
        "dead_hidden_units",
    ]

    /// One line a key: the digest of its bits in all records.
    private static func metrics(of path: String) throws -> [String] {
        let records = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
        return try keys.map { key in
            let values = try records.map { try bits(of: key, in: $0) }
            return "\(sha256(values.joined(separator: "\n").utf8))  metrics \(key)"
        }
    }

    /// The bits of a number, however it is written; `null` where it is not measured.
    private static func bits(of key: String, in record: Substring) throws -> String {
        guard let start = record.firstRange(of: "\"\(key)\":")?.upperBound else { return "null" }
        let text = record[start...].prefix { $0 != "," && $0 != "}" }
            .trimmingCharacters(in: .whitespaces)
        if text == "null" { return text }
        return String(try #require(Double(text)).bitPattern, radix: 16)
    }
}
