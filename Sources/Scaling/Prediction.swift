import Reports

/// The time of a step on many nodes, as the cost model has it.
struct Prediction: Sendable, Encodable {
    let predicted = true
    let nodes: Int
    let ranks: Int
    let threads: Int
    let grid: String
    let batch: Int
    let millisecondsPerStep: Double
    let samplesPerSecond: Double
    let speedUp: Double
    let efficiency: Double
    let exchangeShare: Double
    /// What was measured for this layout; nil where it was not.
    @OrNull var measuredMilliseconds: Double?

    enum CodingKeys: CodingKey {
        case predicted, nodes, ranks, threads, grid, batch, millisecondsPerStep, samplesPerSecond
        case speedUp, efficiency, exchangeShare, measuredMilliseconds
    }
}

/// Predictions for some numbers of nodes, each with the best grid that was found.
public struct PredictionReport: Sendable {
    let linkText: String
    /// One for each number of threads of a rank.
    let models: [CostModel]
    let predictions: [Prediction]
    /// Numbers of nodes whose ranks no grid can give cases and hidden units.
    let nodesWithoutGrid: [Int]

    /// Fits the models to the points of one host, and predicts.
    ///
    /// A node is filled in one of the ways in which the one host was filled.
    init(_ wish: PredictionWish, points: [ScalingPoint], calibration: [ScalingPoint]) {
        linkText = wish.linkText
        let onOneHost = (points + calibration).filter { $0.layout.hosts == 1 }
        let models = Set(onOneHost.map(\.layout.threads)).sorted()
            .compactMap { CostModel(points + calibration, threads: $0) }
        let base = ScalingReport.baseline(of: points)
        let isWeak = Set(points.map(\.shape.batch)).count > 1
        let cores = onOneHost.map(\.layout.cores).max() ?? 1

        func prediction(_ layout: Layout, _ model: CostModel, measured: Double?) -> Prediction {
            var shape = base.shape
            if isWeak { shape.batch = base.shape.batch / base.layout.cores * layout.cores }
            let (seconds, share) = model.time(shape, layout, link: wish.link)
            let rate = Double(shape.batch) / max(seconds, 1e-12)
            let speedUp = rate / base.samplesPerSecond
            return Prediction(
                nodes: layout.hosts, ranks: layout.ranks, threads: layout.threads,
                grid: layout.grid, batch: shape.batch, millisecondsPerStep: rounded(seconds * 1000),
                samplesPerSecond: rounded(rate), speedUp: rounded(speedUp),
                efficiency: rounded(
                    speedUp * Double(base.layout.cores) / Double(layout.cores)),
                exchangeShare: rounded(share), measuredMilliseconds: measured)
        }

        // Layouts of several hosts that were measured too: these tell how good the model is.
        var found = points.filter { $0.layout.hosts > 1 }.compactMap { point in
            models.first { $0.threads == point.layout.threads }.map {
                prediction(point.layout, $0, measured: point.millisecondsPerStep)
            }
        }
        var tooMany: [Int] = []
        for nodes in wish.nodes {
            var best: Prediction?
            for model in models where cores.isMultiple(of: model.threads) {
                let ranks = nodes * (cores / model.threads)
                let batch =
                    isWeak ? base.shape.batch / base.layout.cores * nodes * cores : base.shape.batch
                for hidden in 1...min(ranks, (base.shape.hidden + 63) / 64)
                where ranks.isMultiple(of: hidden) && ranks / hidden <= batch {
                    let layout = Layout(
                        hosts: nodes, ranks: ranks, threads: model.threads, hiddenRanks: hidden)
                    let next = prediction(layout, model, measured: nil)
                    if next.millisecondsPerStep < best?.millisecondsPerStep ?? .infinity {
                        best = next
                    }
                }
            }
            if let best { found.append(best) } else { tooMany.append(nodes) }
        }
        self.models = models
        predictions = found
        nodesWithoutGrid = models.isEmpty ? [] : tooMany
    }

    var table: Table {
        var table = Table(
            "PREDICTED, not measured: a link of \(linkText) between nodes like this one")
        guard !models.isEmpty else {
            table.line(
                "no prediction: the cost model needs three points of one host with equal threads")
            return table
        }
        table.columns(
            .right("nodes"), .right("ranks"), .right("threads"), .left("best grid"),
            .right("ms/step"), .right("samples/s"), .right("speed-up"), .right("efficiency"),
            .right("exchange"), .right("measured"), .right("error"))
        for row in predictions {
            let error = row.measuredMilliseconds.map { row.millisecondsPerStep / $0 - 1 }
            table.row(
                "\(row.nodes)", "\(row.ranks)", "\(row.threads)",
                row.measuredMilliseconds == nil ? row.grid : "\(row.grid) (given)",
                decimal(row.millisecondsPerStep, 3), decimal(row.samplesPerSecond, 0),
                decimal(row.speedUp, 2), percent(row.efficiency), percent(row.exchangeShare),
                row.measuredMilliseconds.map { decimal($0, 3) } ?? "",
                error.map { ($0 > 0 ? "+" : "") + percent($0) } ?? "")
        }
        for nodes in nodesWithoutGrid {
            table.line(
                "no grid for \(nodes) nodes: they have more ranks than cases × groups of 64 hidden units"
            )
        }
        for model in models {
            table.line(
                "cost model of \(model.threads) \(model.threads == 1 ? "thread" : "threads"): "
                    + "\(model.fittedTo.count) points of one host, mean error \(percent(model.meanError))"
            )
        }
        return table
    }
}
