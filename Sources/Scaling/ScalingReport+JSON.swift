import Reports
public import Storage

extension ScalingReport {
    public func encode(to encoder: any Encoder) throws {
        try Coded(
            points: coded, baseline: baseline.layout.label, predictions: prediction?.predictions,
            model: prediction?.models.map(CodedModel.init), verdict: verdict
        ).encode(to: encoder)
    }

    /// Writes `scaling.jsonl`, with a line for each measured and each predicted point, and the chart
    /// `scaling.svg`.
    ///
    /// Throws `cannotWrite`.
    public func write(to folder: String) throws(StorageError) {
        let lines =
            coded.map { jsonText($0) } + (prediction?.predictions ?? []).map { jsonText($0) }
        try AtomicFile.write(
            lines.joined(separator: "\n") + "\n", to: folder + "/scaling.jsonl")
        try AtomicFile.write(ScalingChart(self).svg, to: folder + "/scaling.svg")
    }

    private var coded: [CodedPoint] {
        points.map { CodedPoint($0, in: self) }
    }
}

private struct Coded: Encodable {
    let points: [CodedPoint]
    let baseline: String
    let predictions: [Prediction]?
    let model: [CodedModel]?
    @OrNull var verdict: ScalingReport.Verdict?
}

private struct CodedPoint: Encodable {
    let predicted = false
    let nodes: Int
    let ranks: Int
    let threads: Int
    let grid: String
    let visible: Int
    let hidden: Int
    let batch: Int
    let rounds: Int
    let millisecondsPerStep: Double
    let fastestMilliseconds: Double
    let slowestMilliseconds: Double
    let samplesPerSecond: Double
    let speedUp: Double
    let efficiency: Double
    @OrNull var overOneRank: Double?
    let exchangeShare: Double
    let exchangedBytes: Double
    @OrNull var gigabytesPerSecond: Double?
    let gflops: Double
    let ratioToRoofline: Double
    let processorShare: Double
    @OrNull var modelEqual: Bool?

    init(_ point: ScalingPoint, in report: ScalingReport) {
        nodes = point.layout.hosts
        ranks = point.layout.ranks
        threads = point.layout.threads
        grid = point.layout.grid
        visible = point.shape.visible
        hidden = point.shape.hidden
        batch = point.shape.batch
        rounds = point.rounds
        millisecondsPerStep = rounded(point.millisecondsPerStep)
        fastestMilliseconds = rounded(point.fastest)
        slowestMilliseconds = rounded(point.slowest)
        samplesPerSecond = rounded(point.samplesPerSecond)
        speedUp = rounded(report.speedUp(point))
        efficiency = rounded(report.efficiency(point))
        overOneRank = report.overOneRank(point).map(rounded)
        exchangeShare = rounded(point.exchangeShare)
        exchangedBytes = point.exchangedBytes
        gigabytesPerSecond = point.gigabytesPerSecond.map(rounded)
        gflops = rounded(point.gflops)
        ratioToRoofline = rounded(point.ratioToRoofline)
        processorShare = rounded(point.processorShare)
        modelEqual = report.models[point.layout.label]
    }
}

private struct CodedModel: Encodable {
    let threads: Int
    let secondsPerProduct: Double
    let secondsPerWeight: Double
    let secondsPerState: Double
    let secondsPerExchange: Double
    let secondsPerByte: Double
    let meanError: Double

    init(_ model: CostModel) {
        threads = model.threads
        secondsPerProduct = model.work[0]
        secondsPerWeight = model.work[1]
        secondsPerState = model.work[2]
        secondsPerExchange = model.exchange[0]
        secondsPerByte = model.exchange[1]
        meanError = rounded(model.meanError)
    }
}

/// Six decimals; more would be noise.
func rounded(_ value: Double) -> Double { (value * 1e6).rounded() / 1e6 }
