import Datasets
import Reports
import Storage

/// Looks into a file and draws its filters, for `wilson inspect`.
public struct InspectionRun {
    /// What to print.
    public enum Report: Sendable {
        case text
        case json
        /// The stored configuration alone.
        case configuration
    }

    private let file: String
    private let filters: String?
    private let layer: Int
    private let report: Report

    /// Creates the run; `filters` names the PNG file to write, of the layer `layer`.
    public init(file: String, filters: String?, layer: Int = 0, report: Report) {
        self.file = file
        self.filters = filters
        self.layer = layer
        self.report = report
    }

    /// Reads, draws, and returns what to print.
    ///
    /// Throws `badFile`, also when a data file is asked for what only models have, and
    /// `cannotWrite`; a failure of the command line when there is no such layer.
    public func run() throws -> String {
        let inspection = try Inspection(path: file)
        var drawn = ""
        if let filters {
            let model = try model(inspection, for: "--filters")
            try model.model.checkLayer(layer, of: file)
            let sheet = FilterSheet(model, layer: layer)
            try sheet.image.writePNG(to: filters)
            drawn = "\n" + row("filters", "\(filters): \(sheet.units.count) units by falling norm")
        }
        switch report {
        case .text: return inspection.text + drawn
        case .json: return inspection.json
        case .configuration:
            guard let text = try model(inspection, for: "--configuration").configuration else {
                throw StorageError(
                    .badFile, file, "holds no configuration; models that `wilson train` wrote do")
            }
            return text
        }
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
