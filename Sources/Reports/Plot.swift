import Foundation

/// Curves, and points with their errors, as a picture in a file of its own.
///
/// Colors are those of the runs' page, on white ground. The picture is 640 units wide.
public struct Plot: Sendable {
    /// What is drawn of one name.
    public struct Series: Sendable {
        let name: String
        let isCurve: Bool
        let points: [(x: Double, y: Double, error: Double)]

        /// A line through points.
        public static func curve(_ name: String, _ points: [(x: Double, y: Double)]) -> Series {
            Series(name: name, isCurve: true, points: points.map { ($0.x, $0.y, 0) })
        }

        /// Dots, each with a bar of one standard error up and down; 0 and NaN for none.
        public static func points(
            _ name: String, _ points: [(x: Double, y: Double, error: Double)]
        ) -> Series {
            Series(name: name, isCurve: false, points: points)
        }
    }

    private let title: String
    private let horizontal: String
    private let series: [Series]
    private let isLogarithmic: Bool

    /// Red, green and blue of the series in turn.
    private static let colors = [
        "#1f5fa8", "#c2410c", "#15803d", "#7e22ce", "#b91c1c", "#0e7490", "#a16207", "#475569",
    ]
    private static let (width, height) = (640.0, 400.0)
    private static let (left, right, bottom) = (64.0, 16.0, 44.0)

    /// - Parameters:
    ///   - title: What the heights are.
    ///   - horizontal: What the axis below counts.
    ///   - isLogarithmic: Whether both axes are logarithmic; points without logarithms are left out then.
    public init(
        _ title: String, horizontal: String, isLogarithmic: Bool = false, _ series: [Series]
    ) {
        self.title = title
        self.horizontal = horizontal
        self.isLogarithmic = isLogarithmic
        self.series = series.map { one in
            Series(
                name: one.name, isCurve: one.isCurve,
                points: one.points.filter {
                    $0.x.isFinite && $0.y.isFinite && (!isLogarithmic || ($0.x > 0 && $0.y > 0))
                })
        }
    }

    /// The picture as SVG.
    public var svg: String {
        let points = series.flatMap(\.points)
        let ends = points.flatMap { point -> [Double] in
            let error = point.error.isFinite ? point.error : 0
            return [point.y - error, point.y + error].filter { !isLogarithmic || $0 > 0 }
        }
        let top = top
        let x = Axis(points.map(\.x), isLogarithmic: isLogarithmic)
        let y = Axis(ends, isLogarithmic: isLogarithmic)
        func placeX(_ value: Double) -> String {
            coordinate(Self.left + x.share(value) * (Self.width - Self.left - Self.right))
        }
        func placeY(_ value: Double) -> String {
            let least = isLogarithmic ? max(value, y.lowest) : value
            return coordinate(
                Self.height - Self.bottom - y.share(least) * (Self.height - top - Self.bottom))
        }
        var parts = [
            """
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(Int(Self.width)) \
            \(Int(Self.height))" font-family="sans-serif" font-size="12">
            """, "<rect width=\"100%\" height=\"100%\" fill=\"white\"/>",
            "<text x=\"\(coordinate(Self.left))\" y=\"20\">\(htmlText(title))</text>",
        ]
        let (base, end) = (
            coordinate(Self.height - Self.bottom), coordinate(Self.width - Self.right)
        )
        for tick in y.ticks {
            parts.append(
                "<path d=\"M\(coordinate(Self.left)) \(placeY(tick))H\(end)\" stroke=\"#ddd\"/>"
                    + "<text x=\"\(coordinate(Self.left - 6))\" y=\"\(placeY(tick))\" dy=\"4\" "
                    + "text-anchor=\"end\">\(y.text(tick))</text>")
        }
        for tick in x.ticks {
            parts.append(
                "<path d=\"M\(placeX(tick)) \(base)v4\" stroke=\"#333\"/>"
                    + "<text x=\"\(placeX(tick))\" y=\"\(coordinate(Self.height - Self.bottom + 18))\" "
                    + "text-anchor=\"middle\">\(x.text(tick))</text>")
        }
        parts.append(
            "<path d=\"M\(coordinate(Self.left)) \(coordinate(top))V\(base)H\(end)\" "
                + "fill=\"none\" stroke=\"#333\"/><text x=\"\(end)\" "
                + "y=\"\(coordinate(Self.height - 8))\" text-anchor=\"end\">"
                + "\(htmlText(horizontal))</text>")
        for (number, one) in series.enumerated() {
            let color = Self.colors[number % Self.colors.count]
            parts.append(
                "<g fill=\"\(color)\" stroke=\"\(color)\"><title>\(htmlText(one.name))</title>")
            if one.isCurve {
                let text = one.points.map { "\(placeX($0.x)),\(placeY($0.y))" }
                parts.append(
                    "<polyline points=\"\(text.joined(separator: " "))\" fill=\"none\" "
                        + "stroke-width=\"2\"/>")
            } else {
                for point in one.points {
                    parts.append(
                        "<circle cx=\"\(placeX(point.x))\" cy=\"\(placeY(point.y))\" r=\"3\"/>")
                    guard point.error > 0 else { continue }
                    parts.append(
                        "<path d=\"M\(placeX(point.x)) \(placeY(point.y - point.error))"
                            + "V\(placeY(point.y + point.error))\"/>")
                }
            }
            parts.append("</g>")
        }
        parts.append(legend)
        return parts.joined(separator: "\n") + "\n</svg>\n"
    }

    // MARK: The names of the series

    /// Where each name stands, below the title from left to right; widths are those that letters have about.
    private var names: [(x: Double, y: Double, text: String)] {
        var (x, y) = (Self.left, 36.0)
        return series.map { one in
            let width = 7 * Double(one.name.count) + 14
            if x > Self.left, x + width > Self.width - Self.right { (x, y) = (Self.left, y + 16) }
            defer { x += width }
            return (x, y, one.name)
        }
    }

    /// The height above the axes.
    private var top: Double { (names.last?.y ?? 20) + 12 }

    /// The names in the colors of their series.
    private var legend: String {
        names.enumerated().map { number, name in
            "<text x=\"\(coordinate(name.x))\" y=\"\(coordinate(name.y))\" "
                + "fill=\"\(Self.colors[number % Self.colors.count])\">\(htmlText(name.text))</text>"
        }.joined(separator: "\n")
    }
}
