import DistributedTraining
import Foundation
import Reports
import Testing

@Suite struct MetricTests {
    /// The page's table, row by row.
    private static let rows = Metric.all.map {
        "| `\($0.name)` | \($0.unit) | \($0.meaning)\($0.isTime ? " *By the clock.*" : "") |"
    }

    @Test func thePageOfMetricsHasWhatIsDeclared() throws {
        let path = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../docs/metrics.md")
        let lines = try String(contentsOf: path, encoding: .utf8).split(separator: "\n")
        // Other tables follow.
        let table = lines.prefix { !$0.hasPrefix("Those by the clock") }
        let found = table.filter { $0.hasPrefix("| `") }.map(String.init)
        #expect(
            found == Self.rows, "docs/metrics.md should hold\n\(Self.rows.joined(separator: "\n"))")
    }

    @Test func aRecordIsALineOfAllMetricsInTheirOrder() {
        var record = MonitorRecord()
        record[.layer] = .count(1)
        record[.step] = .count(20)
        record[.learningRate] = .number(0.05)
        record[.freeEnergyTrain] = .number(-4)
        record[.freeEnergyGap] = .number(.nan)
        record[.warnings] = .names(["chains-off-data"])
        #expect(
            jsonText(record) == """
                {"layer": 1, "epoch": null, "step": 20, "cases_seen": null, \
                "learning_rate": 0.05, "free_energy_train": -4.0, "free_energy_held_out": null, \
                "free_energy_gap": null, "pseudo_log_likelihood_held_out": null, \
                "log_likelihood_held_out": null, "log_likelihood_held_out_error": null, \
                "log_likelihood_held_out_lower": null, "log_likelihood_held_out_upper": null, \
                "reconstruction_cross_entropy": null, "reconstruction_error": null, \
                "reconstruction_error_held_out": null, "reconstruction_error_gap": null, \
                "contraction_penalty": null, "weight_norm": null, "update_norm": null, \
                "mean_hidden_activity": null, "dead_hidden_units": null, \
                "free_energy_chains": null, "chain_means_deviation": null, \
                "chain_structure_deviation": null, "flips_per_sweep": null, \
                "chain_autocorrelation": null, "swap_acceptance": null, "round_trips": null, \
                "chains_up": null, "cases_up": null, "warnings": ["chains-off-data"], \
                "seconds": null, "samples_per_second": null, "communication_share": null}
                """)
        #expect(record.number(.step) == 20 && record.number(.epoch) == nil)
        #expect(record.warnings == [.chainsOffData] && record.number(.warnings) == nil)
    }

    @Test func namesAreDistinct() { #expect(Set(Metric.all.map(\.name)).count == Metric.all.count) }
}
