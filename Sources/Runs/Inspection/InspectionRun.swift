import Datasets
import DistributedTraining
import ModelFiles
import RBMCore
public import Storage

/// Looks into a file and draws its filters, for `wilson inspect`.
public struct InspectionRun {
    private let file: String
    private let filters: String?
    private let layer: Int

    /// Creates the run; `filters` names the PNG file to write, of the layer `layer`.
    public init(file: String, filters: String? = nil, layer: Int = 0) {
        self.file = file
        self.filters = filters
        self.layer = layer
    }

    /// Reads the file, and draws.
    ///
    /// Throws `badFile`, also for the filters of a data file, and `cannotWrite`; a failure of the
    /// command line for a layer that the model does not have.
    public func run() throws -> Inspection {
        let inspection = try Inspection(path: file)
        guard let filters else { return inspection }
        var model = try model(inspection, for: "--filters")
        try model.model.checkLayer(layer, of: file)
        let sides = model.model.layers[...layer].flatMap { [$0.visibleUnits, $0.hiddenUnits] }
        if let kind = sides.first(where: { $0.columns > 1 }) {
            throw StorageError(
                .badFile, file,
                "has \(kind) units, whose states have a weight each; --filters draws units of one "
                    + "weight")
        }
        let sheet = FilterSheet(model, layer: layer)
        try sheet.image.writePNG(to: filters)
        model.filters =
            "\(filters): \(sheet.units.count) units by falling norm; before each row the number of its "
            + "first"
        return .model(model)
    }

    /// The configuration that the file was found to hold.
    ///
    /// Throws `badFile` for a file without a configuration.
    public func configuration(of found: Inspection) throws(StorageError) -> String {
        guard let text = try model(found, for: "--configuration").configuration else {
            throw StorageError(
                .badFile, file, "holds no configuration; models that `wilson train` wrote do")
        }
        return text
    }

    private func model(
        _ inspection: Inspection, for option: String
    ) throws(StorageError) -> ModelInspection {
        guard case .model(let model) = inspection else {
            throw StorageError(
                .badFile, file, "holds data; \(option) needs a model or a checkpoint")
        }
        return model
    }
}
