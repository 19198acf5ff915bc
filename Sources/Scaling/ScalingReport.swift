public import Reports
public import Storage

/// How the speed of a training step grows with the number of ranks.
public struct ScalingReport: Report, Sendable {
    /// Whether all points made one model.
    public enum Verdict: String, Sendable, Encodable {
        case pass = "PASS"
        case fail = "FAIL"
    }

    let points: [ScalingPoint]
    /// The layouts whose model was compared with that of the first, and whether it had the same bytes.
    let models: [String: Bool]
    let algorithm: String
    /// nil where no prediction was asked for.
    public let prediction: PredictionReport?

    /// Reads what launch/scaling has measured.
    ///
    /// The folder holds `steps.jsonl` with the timed steps, `models.txt` with a line `LABEL equal` or
    /// `LABEL different` for each layout that trained a model, and maybe `calibration.jsonl` with steps of
    /// other shapes for the cost model.
    ///
    /// Throws `badFile`.
    public init(folder: String, predicting wish: PredictionWish? = nil) throws(StorageError) {
        let path = folder + "/steps.jsonl"
        let steps = try TimedStep.read(path)
        let points = ScalingPoint.all(steps)
        guard let first = steps.first, points.contains(where: { $0.layout.ranks == 1 }) else {
            throw StorageError(
                .badFile, path,
                "has no step of one rank, which all others are compared with; measure again with "
                    + "launch/scaling")
        }
        var calibration: [TimedStep] = []
        if wish != nil, Folder.isFile(folder + "/calibration.jsonl") {
            calibration = try TimedStep.read(folder + "/calibration.jsonl")
        }
        try self.init(
            points, models: Self.models(folder + "/models.txt"), algorithm: first.algorithm,
            calibration: ScalingPoint.all(calibration), predicting: wish)
    }

    init(
        _ points: [ScalingPoint], models: [String: Bool], algorithm: String = "cd",
        calibration: [ScalingPoint] = [], predicting wish: PredictionWish? = nil
    ) {
        self.points = points
        self.models = models
        self.algorithm = algorithm
        prediction = wish.map { PredictionReport($0, points: points, calibration: calibration) }
    }

    private static func models(_ path: String) throws(StorageError) -> [String: Bool] {
        guard Folder.isFile(path) else { return [:] }
        var models: [String: Bool] = [:]
        for (number, line) in try textLines(path).enumerated() {
            let words = line.split(separator: " ")
            guard words.count == 2, ["equal", "different"].contains(words[1]) else {
                throw StorageError(
                    .badFile, path,
                    "line \(number + 1) is `\(line)`; expected a label and `equal` or `different`, as "
                        + "launch/scaling writes them")
            }
            models[String(words[0])] = words[1] == "equal"
        }
        return models
    }

    /// The best single process, with which all points are compared.
    var baseline: ScalingPoint {
        Self.baseline(of: points)
    }

    static func baseline(of points: [ScalingPoint]) -> ScalingPoint {
        let alone = points.filter { $0.layout.ranks == 1 }
        guard let best = alone.max(by: { $0.samplesPerSecond < $1.samplesPerSecond }) else {
            preconditionFailure("no point of one rank")
        }
        return best
    }

    /// The samples a second of a point over those of the baseline.
    func speedUp(_ point: ScalingPoint) -> Double {
        point.samplesPerSecond / baseline.samplesPerSecond
    }

    /// The speed-up over that of cores which work as well as those of the baseline.
    func efficiency(_ point: ScalingPoint) -> Double {
        speedUp(point) * Double(baseline.layout.cores) / Double(point.layout.cores)
    }

    /// The samples a second of a point over those of one rank with as many threads; nil if that was not
    /// measured.
    func overOneRank(_ point: ScalingPoint) -> Double? {
        points.first { $0.layout.ranks == 1 && $0.layout.threads == point.layout.threads }
            .map { point.samplesPerSecond / $0.samplesPerSecond }
    }

    /// Whether a point is the fastest among the grids of as many ranks with as many threads.
    func isBest(_ point: ScalingPoint) -> Bool {
        let same = points.filter {
            $0.layout.ranks == point.layout.ranks && $0.layout.threads == point.layout.threads
        }
        return same.allSatisfy { $0.samplesPerSecond <= point.samplesPerSecond }
    }

    /// nil unless every point has a model to compare.
    public var verdict: Verdict? {
        if models.values.contains(false) { return .fail }
        return points.allSatisfy { models[$0.layout.label] == true } ? .pass : nil
    }

    /// Whether each rank has as many cases in every point, so that the batch grows with the ranks.
    var isWeak: Bool { Set(points.map(\.shape.batch)).count > 1 }
}
