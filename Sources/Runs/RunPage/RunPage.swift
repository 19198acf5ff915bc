import Analysis
import Configuration
import DistributedTraining
import Foundation
import ModelFiles
import RBMCore
import Reports
public import Storage

/// A page of HTML that shows runs, for `wilson report`.
///
/// The file needs nothing beside it: style, curves and pictures are in it. Curves of several runs lie over
/// one another.
public struct RunPage {
    private let runs: [RecordedRun]

    /// Reads the runs.
    ///
    /// - Parameter folders: At least one.
    /// Throws `badFile`.
    public init(folders: [String]) throws(StorageError) {
        var runs: [RecordedRun] = []
        for (folder, name) in zip(folders, Self.names(of: folders)) {
            runs.append(try RecordedRun(folder, name: name))
        }
        self.runs = runs
    }

    /// The ends of paths, as long as tells them apart.
    static func names(of folders: [String]) -> [String] {
        let parts = folders.map { $0.split(separator: "/").map(String.init) }
        let longest = max(1, parts.map(\.count).max() ?? 1)
        for length in 1...longest {
            let names = parts.map { $0.suffix(length).joined(separator: "/") }
            if Set(names).count == names.count { return names }
        }
        return folders
    }

    /// The text of the page.
    public func html() throws -> String {
        var body = "<h1>\(htmlText(runs.map(\.name).joined(separator: ", ")))</h1>"
        body += "<p>\(legend)</p>"
        body += warnings
        body += curves
        for (number, run) in runs.enumerated() {
            body += try pictures(of: run, number)
            body += changes(of: run)
            if !run.times.isEmpty {
                let text = run.times.map(htmlText).joined(separator: "\n")
                body += section("Times", run, "<pre>\(text)</pre>")
            }
            body += ising(of: run)
        }
        return """
            <!DOCTYPE html>
            <html lang="en"><head><meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>\(htmlText(runs.map(\.name).joined(separator: ", ")))</title>
            <style>\(Self.style)</style></head><body>\(body)</body></html>

            """
    }

    /// Writes the page, or replaces the file.
    public func write(to file: String) throws { try AtomicFile.write(try html(), to: file) }

    private func section(_ title: String, _ run: RecordedRun?, _ content: String) -> String {
        let of = runs.count > 1 ? run.map { " of " + $0.name } ?? "" : ""
        return "<section><h2>\(htmlText(title + of))</h2>\(content)</section>"
    }

    // MARK: Curves

    /// The curves of a chart: one for each run, and each layer of it.
    private var lines: [(run: RecordedRun, layer: Int, name: String)] {
        runs.flatMap { run in
            run.layers.map { layer in
                (run, layer, run.name + (run.layers.count > 1 ? ", layer \(layer)" : ""))
            }
        }
    }

    private var legend: String {
        guard lines.count > 1 else {
            let last = runs[0].records.last ?? [:]
            let epochs = shortest(last[Metric.epoch.name] ?? 0)
            return htmlText("\(epochs) epochs, \(Int(last[Metric.step.name] ?? 0)) steps")
        }
        return lines.enumerated().map { number, line in
            "<span class=\"key\"><svg viewBox=\"0 0 20 8\"><polyline class=\"s\(number % 8)\" "
                + "points=\"0,4 20,4\"/></svg>\(htmlText(line.name))</span>"
        }.joined(separator: " ")
    }

    private var curves: String {
        let hidden: Set<Metric> = [.layer, .epoch, .step, .casesSeen, .warnings]
        let charts = Metric.all.filter { !hidden.contains($0) }.compactMap { metric -> String? in
            let series = lines.map { line in
                LineChart.Series(line.name, line.run.points(of: metric, layer: line.layer))
            }
            let chart = LineChart(series, horizontal: "epoch")
            guard !chart.isEmpty else { return nil }
            let unit = metric.unit.isEmpty ? "" : ", \(metric.unit)"
            let title = metric.name.replacing("_", with: " ") + unit
            return "<figure><figcaption title=\"\(htmlText(metric.meaning))\">\(htmlText(title))"
                + "</figcaption>\(chart.svg)</figure>"
        }
        return section("Records", nil, "<div class=\"charts\">\(charts.joined())</div>")
    }

    private var warnings: String {
        let rows = runs.flatMap { run in
            run.warnings.map { warning in
                [
                    run.name, "layer \(warning.layer)", warning.name,
                    "steps \(warning.first) to \(warning.last)",
                ]
            }
        }
        guard !rows.isEmpty else { return "" }
        return section("Warnings", nil, table(["run", "layer", "warning", "in records"], rows))
    }

    // MARK: The model

    private func pictures(of run: RecordedRun, _ number: Int) throws -> String {
        var (content, spectrum) = ("", "")
        if Folder.isFile(run.folder.modelFile) {
            let model = try ModelInspection(path: run.folder.modelFile)
            for layer in model.model.layers.indices {
                content += try filters(of: model, layer: layer, for: run.name)
            }
            content += try data(of: run, shape: model.model.imageShape)
            spectrum = try self.spectrum(of: model.model)
            // An auto-encoder learned one step of its map, and not where its machine's chains go.
            let isMachine = run.configuration != nil || run.settings.isEmpty
            let hasOwn = Folder.isFile(run.folder.samplesFile)
            for count in 1..<(model.model.layers.count + (hasOwn ? 0 : 1)) where isMachine {
                content += try samples(of: model.model, layers: count, for: run.name)
            }
        }
        if Folder.isFile(run.folder.samplesFile) {
            content += image(try readBytes(of: run.folder.samplesFile), "Samples of the model.")
        }
        content += spectrum
        return content.isEmpty
            ? "" : section("Model", run, "<div class=\"charts\">\(content)</div>")
    }

    /// What the hidden units of a layer answer to; empty for kinds without pictures.
    private func filters(
        of model: ModelInspection, layer: Int, for name: String
    ) throws -> String {
        let layers = model.model.layers
        guard
            layers[...layer].allSatisfy({
                $0.visibleUnits.columns == 1 && $0.hiddenUnits.columns == 1
            })
        else { return "" }
        let sheet = FilterSheet(model, layer: layer, side: Self.side)
        let units = "\(sheet.units.count) strongest hidden units"
        return image(
            try sheet.image.png(for: name),
            (layers.count == 1
                ? "Weights of the \(units)"
                : layer == 0
                    ? "Layer 0: weights of the \(units)"
                    : "Layer \(layer): filters of the \(units). Each is the sum of the filters of the "
                        + "layer below, each times the weight that joins the two units")
                + ". Gray is 0, and each unit has its own scale. The number before a row is that of its "
                + "first unit; units come by falling norm of their weights.")
    }

    private static let (drawnCases, drawnSweeps) = (36, 1000)

    /// The most pixels of a side of a sheet: as many as a column of the page has, so that numbers before
    /// rows can be read.
    private static let side = 360

    /// Cases that are drawn for the page; empty for models that take long, and for kinds without pictures.
    ///
    /// - Parameter count: How many layers draw, from the lowest: a stack draws in its top layer.
    private func samples(of whole: Model, layers count: Int, for name: String) throws -> String {
        let model = Model(
            layers: Array(whole.layers[..<count]), imageShape: whole.imageShape,
            standardization: whole.standardization)
        let isFeasible = model.layers.allSatisfy {
            $0.visibleUnits.columns == 1 && $0.parameters.weightCount <= Self.mostWeights
        }
        guard isFeasible else { return "" }
        var sampler = ModelSampler(model, chains: 0..<Self.drawnCases, seed: 1)
        sampler.run(sweeps: Self.drawnSweeps)
        let sheet = SampleSheet.sheet(
            SampleSheet.brightness(sampler.visible().probabilities), shape: model.imageShape,
            side: Self.side, namesRows: true)
        let who =
            whole.layers.count == 1
            ? "the model draws"
            : count == 1
                ? "layer 0 draws by itself"
                : "layer \(count - 1) draws, and the layers below it make into cases"
        return image(
            try sheet.png(for: name),
            "\(Self.drawnCases) cases that \(who), \(Self.drawnSweeps) sweeps from noise: the means of "
                + "their last sweep.")
    }

    /// The first cases of the training file; empty where it is not there any more, or shows no pictures.
    ///
    /// `Datasets` opens a file together with all ranks: it looks at all values, and ends a command whose
    /// file is not there. A page starts no MPI, shows a few rows as they are, and does without a file.
    private func data(of run: RecordedRun, shape: [Int]) throws -> String {
        var path = run.settings.first { $0.key == RunFolder.dataSetting }?.value
        if case .file(let name)? = run.configuration?.data.source { path = name }
        guard let path, let file = try? ArrayFile(path: path, takesMissing: true),
            file.caseShape == shape
        else { return "" }
        let count = min(Self.drawnCases, file.cases)
        var values: [Float] = []
        var row = [Float](repeating: 0, count: file.caseElements)
        for number in 0..<count {
            var span = row.mutableSpan
            try file.copyFloats(case: number, into: &span)
            values += row.map { $0.isFinite ? $0 : 0 }
        }
        guard !values.isEmpty else { return "" }
        let sheet = SampleSheet.sheet(
            SampleSheet.brightness(values), shape: shape, side: Self.side)
        return image(
            try sheet.png(for: run.name), "The first \(count) cases of the training file.")
    }

    /// The most weights of a layer whose singular values are computed, or that cases are drawn by.
    private static let mostWeights = 1 << 21

    private func spectrum(of model: Model) throws -> String {
        var series: [LineChart.Series] = []
        for (number, layer) in model.layers.enumerated() {
            let parameters = layer.parameters
            guard parameters.weightCount <= Self.mostWeights else { continue }
            let weights = Matrix(
                rows: parameters.visibleCount, columns: parameters.hiddenCount,
                elements: parameters.values[..<parameters.weightCount].map(Double.init))
            let values = try weights.singularValueDecomposition().values
            series.append(
                LineChart.Series(
                    "layer \(number)",
                    values.enumerated().map { (Double($0.offset + 1), $0.element) }))
        }
        let chart = LineChart(series, horizontal: "number", isLogarithmic: true)
        guard !chart.isEmpty else { return "" }
        return
            "<figure><figcaption>singular values of the weights</figcaption>\(chart.svg)</figure>"
    }

    private func image(_ png: [UInt8], _ words: String) -> String {
        "<figure><img alt=\"\(htmlText(words))\" src=\"data:image/png;base64,"
            + Data(png).base64EncodedString() + "\"><figcaption>\(htmlText(words))</figcaption>"
            + "</figure>"
    }

    // MARK: Tables

    private func changes(of run: RecordedRun) -> String {
        guard let configuration = run.configuration else {
            let rows = run.settings.map { [$0.key, $0.value] }
            return rows.isEmpty ? "" : section("Settings", run, table(["", "value"], rows))
        }
        let rows = configuration.changes.map { [$0.key, $0.value, $0.fallback] }
        return section(
            "Configuration", run,
            table(["key", "value", "default"], rows))
    }

    /// The comparison of an Ising training with exact values, key by key.
    private func ising(of run: RecordedRun) -> String {
        guard let bytes = try? readBytes(of: run.folder.comparisonFile),
            let object = try? JSONSerialization.jsonObject(with: Data(bytes)),
            let values = object as? [String: Any]
        else { return "" }
        let rows = values.keys.sorted().compactMap { key -> [String]? in
            switch values[key] {
            case let number as Double: [key.replacing("_", with: " "), shortest(number)]
            case let text as String: [key.replacing("_", with: " "), text]
            default: nil
            }
        }
        return rows.isEmpty ? "" : section("Ising model", run, table(["", "value"], rows))
    }

    private func table(_ head: [String], _ rows: [[String]]) -> String {
        func row(_ cells: [String], _ tag: String) -> String {
            "<tr>" + cells.map { "<\(tag)>\(htmlText($0))</\(tag)>" }.joined() + "</tr>"
        }
        return "<div class=\"wide\"><table>" + row(head, "th")
            + rows.map { row($0, "td") }.joined() + "</table></div>"
    }

    // MARK: Style

    /// Colors that color-blind people tell apart, on light and on dark ground.
    private static let style = """
        :root{color-scheme:light dark;--g:#fff;--t:#1a1a1a;--l:#d8d8d8;--m:#666;
        --c0:#0072b2;--c1:#d55e00;--c2:#008f6b;--c3:#b35a8c;--c4:#8a6d00;--c5:#3b9fd6;--c6:#444;--c7:#a00}
        @media(prefers-color-scheme:dark){:root{--g:#16181b;--t:#e6e6e6;--l:#3a3d42;--m:#a0a0a0;
        --c0:#56b4e9;--c1:#ff9440;--c2:#2fd0a0;--c3:#e59cc4;--c4:#e0c040;--c5:#8ecbf0;--c6:#c0c0c0;--c7:#ff7070}}
        body{background:var(--g);color:var(--t);font:16px/1.5 system-ui,sans-serif;margin:0 auto;
        padding:1rem;max-width:76rem}
        h1{font-size:1.4rem;overflow-wrap:anywhere}h2{font-size:1.1rem;margin:1.5rem 0 .5rem}
        .charts{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,20rem),1fr));gap:1rem}
        figure{margin:0;break-inside:avoid}figcaption{font-size:.85rem;color:var(--m)}
        svg{width:100%;display:block;overflow:visible}img{width:100%;image-rendering:pixelated}
        polyline{fill:none;stroke-width:1.6}.grid{stroke:var(--l);stroke-width:1}
        text{font-size:11px;fill:var(--m)}.x{text-anchor:middle}.y{text-anchor:end}
        .s0{stroke:var(--c0)}.s1{stroke:var(--c1)}.s2{stroke:var(--c2)}.s3{stroke:var(--c3)}
        .s4{stroke:var(--c4)}.s5{stroke:var(--c5)}.s6{stroke:var(--c6)}.s7{stroke:var(--c7)}
        .key{display:inline-block;margin-right:1rem}.key svg{display:inline-block;width:1.5rem;
        vertical-align:middle;margin-right:.4rem}
        .wide{overflow-x:auto}table{border-collapse:collapse;font-size:.9rem}
        th,td{text-align:left;padding:.15rem .8rem .15rem 0;border-bottom:1px solid var(--l)}
        pre{overflow-x:auto;font-size:.8rem}
        @media print{:root{--g:#fff;--t:#000;--l:#ccc;--m:#333}body{max-width:none}}
        """
}
