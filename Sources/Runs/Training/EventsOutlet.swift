public import DistributedTraining
import EventFiles
import RBMCore
import Storage

/// Writes event files for TensorBoard: the records, and now and then filters, chains and histograms.
///
/// Each layer has a folder of its own, which is a run in TensorBoard. A training goes on without its
/// events where they cannot be written.
public final class EventsOutlet: TrainingOutlet {
    private let folder: String
    private let host: String
    private let imageShape: [Int]
    private let warn: (String) -> Void
    /// nil before the first layer, and after a failure.
    private var file: EventFile?

    /// The most pixels of a side of a picture, which TensorBoard shows small.
    private static let side = 512

    /// What a record says elsewhere, or is not a number.
    private static let left: Set<Metric> = [.layer, .step, .warnings]

    public init(_ folder: String, host: String, imageShape: [Int], warn: @escaping (String) -> Void)
    {
        self.folder = folder
        self.host = host
        self.imageShape = imageShape
        self.warn = warn
    }

    public func layerBegan(
        _ plan: LayerPlan, cases: Int, visible: Int, fromStep step: Int, steps: Int
    ) {
        begin(layer: plan.layer, fromStep: step)
    }

    /// Begins a file for a layer, whose training begins or goes on from a step.
    public func begin(layer: Int, fromStep step: Int) {
        orGiveUp { () throws(StorageError) in
            let own = "\(folder)/layer-\(layer)"
            try Folder.create(folder)
            try Folder.create(own)
            file = try EventFile(in: own, host: host, fromStep: step)
        }
    }

    public func recorded(_ record: MonitorRecord) {
        let values = Metric.all.filter { !Self.left.contains($0) }.compactMap { metric in
            record.number(metric).map { number in
                EventFile.Value.number(
                    (metric.isTime ? "timing/" : "records/") + metric.name, number,
                    metric.meaning + (metric.unit.isEmpty ? "" : " In \(metric.unit)."))
            }
        }
        guard case .count(let step) = record[.step] else { return }
        orGiveUp { () throws(StorageError) in try file?.add(values, step: step) }
    }

    public func pictured(_ snapshot: LayerSnapshot) {
        orGiveUp { () throws(StorageError) in
            try file?.add(values(of: snapshot), step: snapshot.step)
        }
    }

    private func values(of snapshot: LayerSnapshot) throws(StorageError) -> [EventFile.Value] {
        var activities = ValueCounts()
        activities.add(snapshot.activities.map { Float($0) })
        var values: [EventFile.Value] = [
            .histogram("histograms/weights", EventHistogram(snapshot.weights), "All weights."),
            .histogram(
                "histograms/activities", EventHistogram(activities),
                "The mean probability that a hidden unit is 1, of each unit."),
        ]
        guard snapshot.kinds.allSatisfy({ $0.columns == 1 }) else { return values }
        let filters = snapshot.filters.map {
            FilterSheet.picture(ofWeights: $0, above: [], shape: imageShape)
        }
        values.append(
            try .picture(
                "pictures/filters",
                PixelImage.sheet(of: filters, side: Self.side, namesRows: true),
                (snapshot.layer == 0
                    ? "The weights of the first hidden units"
                    : "The filters of the layer below, added up with the weights of the first hidden "
                        + "units")
                    + "; gray is 0, and each unit has its own scale. The number of its first unit stands "
                    + "before each row."
            ))
        let chains = snapshot.chains
        if !chains.isEmpty {
            values.append(
                try .picture(
                    "pictures/chains",
                    SampleSheet.sheet(
                        SampleSheet.brightness(chains), shape: imageShape, side: Self.side,
                        namesRows: true),
                    snapshot.layer == 0
                        ? "The visible states of the first chains of the training."
                        : "What the layers below make of the states of the first chains: drawn layer by "
                            + "layer, and the means of the lowest."))
        }
        return values
    }

    private func orGiveUp(_ write: () throws(StorageError) -> Void) {
        do throws(StorageError) {
            try write()
        } catch {
            file = nil
            warn("no more events for TensorBoard are written: \(error)")
        }
    }
}

extension EventHistogram {
    fileprivate init(_ counts: ValueCounts) {
        self.init(
            minimum: counts.minimum, maximum: counts.maximum, sum: counts.sum,
            sumOfSquares: counts.sumOfSquares, buckets: counts.bins)
    }
}
