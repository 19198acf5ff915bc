import FlowMaps
import Foundation
import Reports

/// The series, its law and the band of resampled laws, as an SVG picture.
struct LogPeriodicPicture {
    let text: String

    private static let (width, height) = (760.0, 420.0)
    private static let (left, right, top, bottom) = (64.0, 44.0, 34.0, 46.0)

    /// - Parameters:
    ///   - law: The best law.
    ///   - resampled: The laws of the band, which may be none.
    init(_ series: PriceSeries, law: LogPeriodicLaw, resampled: [LogPeriodicLaw]) {
        let first = series.times[0]
        let last = series.times[series.times.count - 1]
        // Beyond the series the law is drawn almost to its critical time.
        let end = last + min(law.criticalTime - last, 0.3 * (last - first)) * 0.98
        let places = (0...300).map { first + (end - first) * Double($0) / 300 }
        let curve = places.map { law.value(at: $0) }
        let bands = places.map { place in
            let values = resampled.filter { $0.criticalTime > place }.map { $0.value(at: place) }
            // Laws end at their critical times. The band is drawn while nine tenths of them last.
            return Double(values.count) > 0.9 * Double(resampled.count)
                ? LogPeriodicReport.band(values) : nil
        }
        let logs = series.prices.map { log($0) }
        let all = logs + curve + bands.compactMap { $0 }.flatMap { $0 }
        let (low, high) = (all.min() ?? 0, all.max() ?? 1)

        func x(_ time: Double) -> String {
            let share = (time - first) / (end - first)
            return Self.number(
                Self.left + share * (Self.width - Self.left - Self.right))
        }
        func y(_ value: Double) -> String {
            let share = (value - low) / max(high - low, 1e-12)
            return Self.number(
                Self.height - Self.bottom - share * (Self.height - Self.top - Self.bottom))
        }
        func line(_ points: [(Double, Double)]) -> String {
            points.map { "\(x($0.0)),\(y($0.1))" }.joined(separator: " ")
        }
        var parts = [
            """
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(Int(Self.width)) \
            \(Int(Self.height))" font-family="sans-serif" font-size="12">
            """,
            "<rect width=\"100%\" height=\"100%\" fill=\"white\"/>",
            """
            <text x="\(Int(Self.left))" y="20">logarithm of the price, its log-periodic law and 90 % \
            of resampled laws</text>
            """,
        ]
        let banded = zip(places, bands).compactMap { place, band in
            band.map { (place, $0[0], $0[1]) }
        }
        if banded.count > 1 {
            let outline =
                banded.map { ($0.0, $0.1) } + banded.reversed().map { ($0.0, $0.2) }
            parts.append(
                "<polygon points=\"\(line(outline))\" fill=\"#1f5fa8\" fill-opacity=\"0.2\"/>")
        }
        parts.append(
            "<polyline points=\"\(line(Array(zip(series.times, logs))))\" fill=\"none\" "
                + "stroke=\"#555\" stroke-width=\"1\"/>")
        parts.append(
            "<polyline points=\"\(line(Array(zip(places, curve))))\" fill=\"none\" "
                + "stroke=\"#1f5fa8\" stroke-width=\"2\"/>")
        // The end of the series.
        parts.append(
            "<line x1=\"\(x(last))\" x2=\"\(x(last))\" y1=\"\(Int(Self.top))\" "
                + "y2=\"\(Int(Self.height - Self.bottom))\" stroke=\"#999\" "
                + "stroke-dasharray=\"4 4\"/>")
        let base = Self.height - Self.bottom
        parts.append(
            "<path d=\"M\(Self.left) \(Self.top)V\(base)H\(Self.width - Self.right)\" fill=\"none\" "
                + "stroke=\"#333\"/>")
        for tick in 0...4 {
            let share = Double(tick) / 4
            let value = low + share * (high - low)
            let time = first + share * (end - first)
            parts.append(
                "<text x=\"\(Self.left - 6)\" y=\"\(y(value))\" text-anchor=\"end\" "
                    + "dominant-baseline=\"middle\">\(decimal(value, 2))</text>")
            parts.append(
                "<text x=\"\(x(time))\" y=\"\(base + 18)\" text-anchor=\"middle\">"
                    + (series.areDates ? PriceSeries.date(time) : shortest(time)) + "</text>")
        }
        parts.append(
            "<text x=\"\(x(last))\" y=\"\(base + 36)\" text-anchor=\"end\">end of the series</text>"
        )
        parts.append("</svg>")
        text = parts.joined(separator: "\n") + "\n"
    }

    private static func number(_ value: Double) -> String { String(format: "%.1f", value) }
}
