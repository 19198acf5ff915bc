public import Reports

extension ScalingReport {
    public var table: Table {
        let shape = baseline.shape
        let batch =
            isWeak
            ? "\(shape.batch / baseline.layout.cores) cases a core (weak scaling)"
            : "batch \(shape.batch) in all (strong scaling)"
        var table = Table(
            "\(algorithm) with \(shape.sweeps) \(shape.sweeps == 1 ? "sweep" : "sweeps"), "
                + "\(shape.visible) × \(shape.hidden) units, \(batch)",
            "")
        table.columns(
            .right("nodes"), .right("ranks"), .right("threads"), .left("grid"), .right("ms/step"),
            .right("samples/s"), .right("speed-up"), .right("efficiency"), .right("× 1 rank"),
            .right("exchange"), .right("GB/s"), .right("GFLOP/s"), .right("× roofline"))
        for point in points {
            let layout = point.layout
            table.row(
                "\(layout.hosts)", "\(layout.ranks)", "\(layout.threads)",
                layout.grid + (isBest(point) ? "*" : "") + (point.isDisturbed ? " !" : ""),
                decimal(point.millisecondsPerStep, 3), decimal(point.samplesPerSecond, 0),
                decimal(speedUp(point), 2), percent(efficiency(point)),
                decimal(overOneRank(point), 2),
                layout.ranks > 1 ? percent(point.exchangeShare) : "–",
                decimal(point.gigabytesPerSecond, 2), decimal(point.gflops, 1),
                decimal(point.ratioToRoofline, 2))
        }
        table.line()
        table.lines(legend)
        if let prediction {
            table.line()
            table.append(prediction.table)
        }
        table.line()
        table.line(verdictLine)
        return table
    }

    private var legend: [String] {
        let base = baseline.layout
        var lines = [
            "medians of \(points.map(\.rounds).min() ?? 0) rounds in turn; * the fastest grid of as many "
                + "ranks",
            "speed-up and efficiency beside the best single process, of \(base.threads) "
                + "\(base.threads == 1 ? "thread" : "threads"); × 1 rank: beside one rank with as many threads",
            "exchange: with the waiting for other ranks; GFLOP/s: the operations of float32 products; × "
                + "roofline: beside bare sgemm on the same cores",
        ]
        let disturbed = points.filter(\.isDisturbed)
        if let worst = disturbed.map(\.processorShare).min() {
            lines.append(
                "! the machine was not idle: other programs took up to "
                    + "\(percent(1 - worst)) of the ranks' cores; such a row is too slow")
        }
        return lines
    }

    private var verdictLine: String {
        let labels = points.map(\.layout.label)
        let compared = labels.filter { models[$0] != nil }.count
        switch verdict {
        case .pass: return "PASS: all \(points.count) layouts trained one model, byte for byte"
        case .fail:
            let bad = models.filter { !$0.value }.keys.sorted().joined(separator: ", ")
            return
                "FAIL: the model of \(bad) (ranks-threads-grid) differs from that of the first layout"
        case nil: return "not verified: \(compared) of \(points.count) layouts trained a model"
        }
    }
}

/// A share as a percentage, such as `12.3 %`.
func percent(_ share: Double) -> String { "\(decimal(share * 100, 1)) %" }
