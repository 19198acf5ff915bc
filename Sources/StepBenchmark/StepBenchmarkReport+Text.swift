import RBMCore
import Reports

extension StepBenchmarkReport {
    /// The report as one JSON object on one line.
    public var json: String {
        func object(_ entries: [(String, String)]) -> String {
            "{" + entries.map { "\"\($0)\": \($1)" }.joined(separator: ", ") + "}"
        }
        func text(_ value: String) -> String { "\"\(value)\"" }
        return object([
            ("milliseconds_per_step", number(millisecondsPerStep)),
            ("samples_per_second", number(samplesPerSecond)),
            ("gflops", number(gflops)),
            ("roofline_gflops", number(rooflineGflops)),
            ("roofline_library", text(rooflineLibrary.rawValue)),
            ("ratio_to_roofline", number(ratioToRoofline)),
            ("phases", object(phases.map { ("\($0.phase)", number($0.share)) })),
            ("limit_ratios", object(limitRatios.map { ("\($0.phase)", number($0.ratio)) })),
            ("memory_of_weights", memoryOfWeights.map(number) ?? "null"),
            ("processor_share", number(measures.processorShare)),
            ("arithmetic", text(benchmark.arithmetic.rawValue)),
            ("ranks", "\(ranks)"),
            ("threads", "\(threads)"),
            ("visible", "\(benchmark.visible)"),
            ("hidden", "\(benchmark.hidden)"),
            ("batch", "\(benchmark.batch)"),
            ("units", text(benchmark.units.name)),
            ("algorithm", text(benchmark.rule.algorithm.rawValue)),
            ("sweeps", "\(benchmark.rule.sweeps)"),
            ("steps", "\(benchmark.steps)"),
        ])
    }

    /// The tables for people.
    public var lines: [String] {
        let rule = "\(benchmark.rule.algorithm.rawValue.uppercased())-\(benchmark.rule.sweeps)"
        let head = [
            "\(rule), \(benchmark.visible) × \(benchmark.hidden) \(benchmark.units) units, batch "
                + "\(benchmark.batch), \(benchmark.arithmetic.rawValue) arithmetic",
            "\(counted(ranks, "rank")), \(counted(threads, "thread")) each; oneDNN "
                + "\(kernels.oneDNN); OpenBLAS \(kernels.openBLAS)",
            "",
        ]
        let other = FloatLibrary.allCases.filter { $0 != rooflineLibrary }.map {
            "\($0.rawValue) \(decimal(libraryRates[$0], 1))"
        }
        let results = [
            ("time per step", decimal(millisecondsPerStep, 3), "ms", spread),
            ("throughput", decimal(samplesPerSecond, 0), "samples/s", ""),
            ("speed", decimal(gflops, 1), "GFLOP/s", "\(benchmark.products) products a step"),
            (
                "roofline", decimal(rooflineGflops, 1), "GFLOP/s",
                "bare sgemm: \(rooflineLibrary.rawValue); " + other.joined(separator: ", ")
            ),
            ("ratio", decimal(ratioToRoofline, 3), "of the roofline", ""),
            (
                "memory", decimal(memoryOfWeights, 2), "× the weights",
                "most that a rank held, over float32 weights"
            ),
        ].map { name, value, unit, note in
            let line = padRight(name, 14) + pad(value, 11) + " " + unit
            return note.isEmpty ? line : padRight(line, 37) + "(\(note))"
        }
        return head + results + [""] + phaseTable + [""] + legend + warning
    }

    private var spread: String {
        "median of \(counted(benchmark.steps, "step")); fastest "
            + "\(decimal(measures.fastestStep * 1000, 3)), slowest "
            + decimal(measures.slowestStep * 1000, 3)
    }

    private var phaseTable: [String] {
        func row(_ cells: [String]) -> String {
            padRight(cells[0], 12)
                + zip(cells.dropFirst(), [10, 10, 12, 11]).map { pad($0, $1) }.joined()
        }
        let header = row(["phase", "ms", "share", "limit ms", "of limit"])
        let ratios = Dictionary(uniqueKeysWithValues: limitRatios.map { ($0.phase, $0.ratio) })
        return [header]
            + zip(phases, measures.phases).map { phase, time in
                row([
                    "\(phase.phase)", decimal(time * 1000, 3), percent(phase.share),
                    decimal(limit(of: phase.phase).map { $0 * 1000 }, 3),
                    ratios[phase.phase].map(percent) ?? "–",
                ])
            }
    }

    private var legend: [String] {
        let products =
            benchmark.arithmetic == .float32
            ? "products by \(rooflineLibrary.rawValue)" : "products of bits and bytes"
        let bytes = 12 + benchmark.arithmetic.bytesOfWeight
        return [
            "Limits, measured in this run: the bare \(products), with the random words of the visible",
            "states; the random words of the hidden states; memory moving \(bytes) bytes a weight, by a",
            "pass w ← w + ε·g over as many.",
        ]
    }
}

extension StepBenchmarkReport {
    /// Says that times are no measure of the machine, where that shows.
    private var warning: [String] {
        guard measures.processorShare < 0.95 else { return [] }
        return [
            "",
            "Other programs shared the cores: the ranks had theirs for only "
                + "\(percent(measures.processorShare)) of the time.",
            "These times are too long; run again on an idle machine, each rank bound to cores of "
                + "its own.",
        ]
    }
}

private func counted(_ count: Int, _ thing: String) -> String {
    "\(count) \(thing)\(count == 1 ? "" : "s")"
}

private func percent(_ share: Double) -> String { "\(decimal(share * 100, 1)) %" }

/// A number with six decimals, more would be noise; JSON has no word for what is not finite but null.
private func number(_ value: Double) -> String {
    value.isFinite ? "\((value * 1e6).rounded() / 1e6)" : "null"
}
