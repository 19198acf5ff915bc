import Foundation

/// Draws speed-up and efficiency over cores as an SVG picture.
///
/// The left panel is the speed-up, with both axes in powers of two and the ideal as a dashed line. The right
/// panel is the efficiency from 0. A line joins the fastest layouts; predicted points are hollow.
struct ScalingChart {
    private let report: ScalingReport
    private let cores: ClosedRange<Double>
    private let speeds: ClosedRange<Double>
    private let mostEfficiency: Double

    private static let size = (width: 860.0, height: 400.0)
    private static let panel = (width: 330.0, height: 260.0, top: 70.0)
    private static let measured = "#1f5fa8"
    private static let predicted = "#b03a5b"

    init(_ report: ScalingReport) {
        self.report = report
        let base = report.baseline.layout
        let predictions = report.prediction?.predictions ?? []
        let allCores =
            report.points.map { Double($0.layout.cores) }
            + predictions.map { Double($0.ranks * $0.threads) }
        let low = exp2(log2(allCores.min() ?? 1).rounded(.down))
        let high = max(2 * low, exp2(log2(allCores.max() ?? 1).rounded(.up)))
        cores = low...high
        let ideals = [low, high].map { $0 / Double(base.cores) }
        let values = report.points.map(report.speedUp) + predictions.map(\.speedUp) + ideals
        speeds =
            exp2(
                log2(max(values.min() ?? 1, 1e-6)).rounded(.down))...exp2(
                log2(values.max() ?? 1).rounded(.up))
        let efficiencies = report.points.map(report.efficiency) + predictions.map(\.efficiency)
        mostEfficiency = max(1, (4 * (efficiencies.max() ?? 1)).rounded(.up) / 4)
    }

    /// The text of the picture.
    var svg: String {
        let shape = report.baseline.shape
        let batch = report.isWeak ? "cases grow with the cores" : "batch \(shape.batch) in all"
        var parts = [
            text(
                20, 26, "\(shape.visible) × \(shape.hidden) units, \(report.algorithm), \(batch)",
                bold: true),
            text(70, 50, "speed-up over the best single process"),
            text(500, 50, "efficiency of a core"),
        ]
        parts += speedUpPanel + efficiencyPanel
        let legend = Self.size.height - 12
        parts.append(dot(70, legend - 4, Self.measured, filled: true))
        parts.append(text(80, legend, "measured (small: slower grids)"))
        parts.append(line([(300, legend - 4), (330, legend - 4)], "#777", dashed: true))
        parts.append(text(336, legend, "ideal"))
        if report.prediction != nil {
            parts.append(dot(400, legend - 4, Self.predicted, filled: false))
            parts.append(text(410, legend, "predicted, not measured"))
        }
        let size = "width=\"\(Int(Self.size.width))\" height=\"\(Int(Self.size.height))\""
        return "<svg xmlns=\"http://www.w3.org/2000/svg\" \(size)><rect \(size) fill=\"#fff\"/>"
            + "<g font-family=\"sans-serif\" font-size=\"12\" fill=\"#111\">\n"
            + parts.joined(separator: "\n") + "\n</g></svg>\n"
    }

    // MARK: Panels

    private var speedUpPanel: [String] {
        let left = 70.0
        func y(_ value: Double) -> Double {
            let share =
                log2(value / speeds.lowerBound) / log2(speeds.upperBound / speeds.lowerBound)
            return Self.panel.top + Self.panel.height * (1 - share)
        }
        var parts = axis(left)
        var tick = speeds.lowerBound
        while tick <= speeds.upperBound * 1.001 {
            parts += gridLine(left, y(tick), number(tick))
            tick *= speeds.upperBound / speeds.lowerBound > 300 ? 4 : 2
        }
        let base = Double(report.baseline.layout.cores)
        let ideal = [cores.lowerBound, cores.upperBound].map { (x($0, left), y($0 / base)) }
        parts.append(line(ideal, "#777", dashed: true))
        return parts + marks(left, report.speedUp, \.speedUp, y)
    }

    private var efficiencyPanel: [String] {
        let left = 500.0
        func y(_ value: Double) -> Double {
            Self.panel.top + Self.panel.height * (1 - value / mostEfficiency)
        }
        var parts = axis(left)
        for quarter in 0...Int(4 * mostEfficiency) {
            let value = Double(quarter) / 4
            parts += gridLine(left, y(value), "\(quarter * 25) %")
        }
        parts.append(
            line([(left, y(1)), (left + Self.panel.width, y(1))], "#777", dashed: true))
        return parts + marks(left, report.efficiency, \.efficiency, y)
    }

    /// The points and the line of a panel.
    private func marks(
        _ left: Double, _ value: (ScalingPoint) -> Double, _ guess: KeyPath<Prediction, Double>,
        _ y: (Double) -> Double
    ) -> [String] {
        var parts: [String] = []
        var line: [(Double, Double)] = []
        var labels = ChartLabels(left..<(left + Self.panel.width))
        let groups = Dictionary(grouping: report.points, by: \.layout.cores)
        for (cores, points) in groups.sorted(by: { $0.key < $1.key }) {
            let best = points.max { $0.samplesPerSecond < $1.samplesPerSecond }
            for point in points {
                let isBest = point.layout == best?.layout
                let place = (x(Double(cores), left), y(value(point)))
                let radius = isBest ? 4.5 : 2.5
                parts.append(dot(place.0, place.1, Self.measured, filled: true, radius: radius))
                labels.keepOff(place, radius: radius)
                guard isBest else { continue }
                line.append(place)
                let label =
                    point.layout.ranks == 1
                    ? "1 rank" : "\(point.layout.ranks) ranks, \(point.layout.grid)"
                labels.add(label, at: place)
            }
        }
        parts.append(self.line(line, Self.measured))
        for row in report.prediction?.predictions ?? [] {
            let place = (x(Double(row.ranks * row.threads), left), y(row[keyPath: guess]))
            parts.append(dot(place.0, place.1, Self.predicted, filled: false))
            labels.keepOff(place, radius: 4.5)
            labels.add(row.grid, at: place)
        }
        return parts
            + labels.placed().map {
                text($0.x, $0.y, $0.text, anchor: $0.anchor, size: ChartLabels.size)
            }
    }

    /// The frame of a panel and its axis of cores.
    private func axis(_ left: Double) -> [String] {
        let bottom = Self.panel.top + Self.panel.height
        var parts = [
            line([(left, Self.panel.top), (left, bottom)], "#333"),
            line([(left, bottom), (left + Self.panel.width, bottom)], "#333"),
            text(
                left + Self.panel.width / 2, bottom + 36, "cores (ranks × threads)",
                anchor: "middle"),
        ]
        var tick = cores.lowerBound
        let step = cores.upperBound / cores.lowerBound > 300 ? 4.0 : 2.0
        while tick <= cores.upperBound * 1.001 {
            parts.append(line([(x(tick, left), bottom), (x(tick, left), bottom + 5)], "#333"))
            parts.append(text(x(tick, left), bottom + 19, number(tick), anchor: "middle"))
            tick *= step
        }
        return parts
    }

    private func gridLine(_ left: Double, _ y: Double, _ label: String) -> [String] {
        [
            line([(left, y), (left + Self.panel.width, y)], "#e4e4e4"),
            text(left - 7, y + 4, label, anchor: "end"),
        ]
    }

    /// The place of a number of cores; the ends keep a distance from the frame.
    private func x(_ cores: Double, _ left: Double) -> Double {
        let share =
            log2(cores / self.cores.lowerBound)
            / log2(self.cores.upperBound / self.cores.lowerBound)
        return left + 30 + (Self.panel.width - 60) * share
    }

    // MARK: Shapes

    private func number(_ value: Double) -> String { String(format: "%g", value) }

    private func text(
        _ x: Double, _ y: Double, _ text: String, anchor: String = "start", size: Int = 12,
        bold: Bool = false
    ) -> String {
        let weight = bold ? " font-weight=\"bold\"" : ""
        return String(
            format:
                "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"\(anchor)\" font-size=\"\(size)\"\(weight)>",
            x, y) + text + "</text>"
    }

    private func dot(
        _ x: Double, _ y: Double, _ color: String, filled: Bool, radius: Double = 4.5
    ) -> String {
        String(format: "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"%.1f\" ", x, y, radius)
            + "fill=\"\(filled ? color : "#fff")\" stroke=\"\(color)\"/>"
    }

    private func line(_ points: [(Double, Double)], _ color: String, dashed: Bool = false) -> String
    {
        let places = points.map { String(format: "%.1f,%.1f", $0.0, $0.1) }.joined(separator: " ")
        let dashes = dashed ? " stroke-dasharray=\"4 4\"" : ""
        return "<polyline points=\"\(places)\" fill=\"none\" stroke=\"\(color)\"\(dashes)/>"
    }
}
