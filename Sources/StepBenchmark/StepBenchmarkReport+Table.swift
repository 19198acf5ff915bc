import RBMCore
public import Reports

extension StepBenchmarkReport {
    public var table: Table {
        let phase = benchmark.negativePhase.title
        var table = Table(
            "\(phase), \(benchmark.visible) × \(benchmark.hidden) \(benchmark.units) units, batch "
                + "\(benchmark.batch), \(benchmark.arithmetic.rawValue) arithmetic",
            "\(counted(ranks, "rank"))\(benchmark.grid == nil ? "" : ", \(grid)"), \(counted(threads, "thread")) each; oneDNN "
                + "\(kernels.oneDNN); OpenBLAS \(kernels.openBLAS)",
            kernelLine, "")
        let other = FloatLibrary.allCases.filter { $0 != rooflineLibrary }.map {
            "\($0.rawValue) \(decimal(libraryRates[$0], 1))"
        }
        table.columns("", .right(), .left(), .left())
        table.row("time per step", decimal(millisecondsPerStep, 3), "ms", "(\(spread))")
        table.row("throughput", decimal(samplesPerSecond, 0), "samples/s")
        table.row(
            "speed", decimal(gflops, 1), "GFLOP/s", "(\(benchmark.products) products a step)")
        table.row(
            "roofline", decimal(rooflineGflops, 1), "GFLOP/s",
            "(bare sgemm: \(rooflineLibrary.rawValue); \(other.joined(separator: ", ")))")
        table.row("ratio", decimal(ratioToRoofline, 3), "of the roofline")
        table.row(
            "memory", decimal(memoryOfWeights, 2), "× the weights",
            "(most that a rank held, over float32 weights)")
        if let comparison, let share = comparisonShare {
            table.row(
                "comparison", decimal(comparison * 1000, 3), "ms",
                "(of parameters, every 1,000 steps: \(decimal(share * 100, 3)) % of them)")
        }
        table.line()
        addPhases(to: &table)
        table.line()
        table.lines(legend + warning)
        return table
    }

    private var kernelLine: String {
        let names =
            kernels.products == kernels.statistics
            ? kernels.products.name
            : "\(kernels.products.name), of the statistics \(kernels.statistics.name)"
        return "kernel of the products: \(names)" + (kernels.reason.map { " (\($0))" } ?? "")
    }

    private var spread: String {
        "median of \(counted(benchmark.steps, "step")); fastest "
            + "\(decimal(measures.fastestStep * 1000, 3)), slowest "
            + decimal(measures.slowestStep * 1000, 3)
    }

    private func addPhases(to table: inout Table) {
        let ratios = Dictionary(uniqueKeysWithValues: limitRatios.map { ($0.phase, $0.ratio) })
        table.columns("phase", "ms", "share", "limit ms", "of limit")
        for ((phase, share), time) in zip(phases, measures.phases) {
            table.row(
                "\(phase)", decimal(time * 1000, 3), percent(share),
                decimal(limit(of: phase).map { $0 * 1000 }, 3), ratios[phase].map(percent) ?? "–")
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
    /// Says where the times do not measure the machine.
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
