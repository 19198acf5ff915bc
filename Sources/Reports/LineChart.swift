import Foundation

/// Curves over a common axis, as a picture for a page of HTML.
///
/// Colors are classes `s0` to `s7` of the page's style, so that the page decides how they look on light
/// and on dark ground. The picture is 360 units wide: its words can be read on a telephone.
public struct LineChart: Sendable {
    /// One curve.
    public struct Series: Sendable {
        let name: String
        let points: [(x: Double, y: Double)]

        public init(_ name: String, _ points: [(x: Double, y: Double)]) {
            self.name = name
            self.points = points.filter { $0.x.isFinite && $0.y.isFinite }
        }
    }

    private let series: [Series]
    private let horizontal: String
    private let isLogarithmic: Bool

    /// The most points of a curve that are drawn.
    static let mostPoints = 400

    private static let (width, height) = (360.0, 200.0)
    private static let (left, right, top, bottom) = (52.0, 8.0, 8.0, 30.0)

    /// - Parameters:
    ///   - horizontal: What the axis below counts.
    ///   - isLogarithmic: Whether heights are logarithms; values of 0 and below are left out then.
    public init(_ series: [Series], horizontal: String, isLogarithmic: Bool = false) {
        self.series =
            isLogarithmic
            ? series.map { Series($0.name, $0.points.filter { $0.y > 0 }) } : series
        self.horizontal = horizontal
        self.isLogarithmic = isLogarithmic
    }

    /// Whether there is a curve to see.
    public var isEmpty: Bool { !series.contains { $0.points.count > 1 } }

    /// The picture as SVG.
    public var svg: String {
        let points = series.flatMap(\.points)
        let x = Axis(points.map(\.x), isLogarithmic: false)
        let y = Axis(points.map(\.y), isLogarithmic: isLogarithmic)
        func placeX(_ value: Double) -> Double {
            Self.left + x.share(value) * (Self.width - Self.left - Self.right)
        }
        func placeY(_ value: Double) -> Double {
            Self.height - Self.bottom - y.share(value) * (Self.height - Self.top - Self.bottom)
        }
        var parts = [
            "<svg viewBox=\"0 0 \(Int(Self.width)) \(Int(Self.height))\" role=\"img\">"
        ]
        for tick in y.ticks {
            let place = coordinate(placeY(tick))
            parts.append(
                "<line class=\"grid\" x1=\"\(coordinate(Self.left))\" y1=\"\(place)\" "
                    + "x2=\"\(coordinate(Self.width - Self.right))\" y2=\"\(place)\"/>"
                    + "<text class=\"y\" x=\"\(coordinate(Self.left - 5))\" y=\"\(place)\" "
                    + "dy=\"4\">\(y.text(tick))</text>")
        }
        for tick in x.ticks {
            parts.append(
                "<text class=\"x\" x=\"\(coordinate(placeX(tick)))\" "
                    + "y=\"\(coordinate(Self.height - Self.bottom + 14))\">\(x.text(tick))</text>")
        }
        parts.append(
            "<text class=\"x\" x=\"\(coordinate((Self.left + Self.width) / 2))\" "
                + "y=\"\(coordinate(Self.height - 3))\">\(htmlText(horizontal))</text>")
        for (number, curve) in series.enumerated() where !curve.points.isEmpty {
            let stride = max(1, curve.points.count / Self.mostPoints)
            let last = curve.points.count - 1
            let drawn = curve.points.indices.filter { $0 % stride == 0 || $0 == last }
            let text = drawn.map { place in
                "\(coordinate(placeX(curve.points[place].x))),"
                    + coordinate(placeY(curve.points[place].y))
            }
            parts.append(
                "<polyline class=\"s\(number % 8)\" points=\"\(text.joined(separator: " "))\">"
                    + "<title>\(htmlText(curve.name))</title></polyline>")
        }
        return parts.joined() + "</svg>"
    }
}

/// The range of some values, with round numbers on it.
struct Axis {
    let least: Double
    let most: Double
    let isLogarithmic: Bool
    private let step: Double

    init(_ values: [Double], isLogarithmic: Bool) {
        self.isLogarithmic = isLogarithmic
        let scaled = isLogarithmic ? values.map { log10($0) } : values
        let (low, high) = (scaled.min() ?? 0, scaled.max() ?? 1)
        let middle = high > low ? 0 : max(abs(low), 1) / 2
        let (start, end) = (low - middle, high + middle)
        // One, two or five times a power of ten, about four of them.
        var unit = 1.0
        while unit > (end - start) { unit /= 10 }
        while unit * 10 <= (end - start) { unit *= 10 }
        let steps = [unit / 5, unit / 2, unit, unit * 2, unit * 5]
        step = steps.first { (end - start) / $0 <= 5 } ?? unit
        least = isLogarithmic ? start : (start / step).rounded(.down) * step
        most = isLogarithmic ? end : (end / step).rounded(.up) * step
    }

    func share(_ value: Double) -> Double {
        ((isLogarithmic ? log10(value) : value) - least) / (most - least)
    }

    /// The value at the axis' beginning.
    var lowest: Double { isLogarithmic ? pow(10, least) : least }

    var ticks: [Double] {
        let first = (least / step - 1e-9).rounded(.up)
        let last = (most / step + 1e-9).rounded(.down)
        guard first <= last, last - first < 100 else { return [] }
        return stride(from: first, through: last, by: 1).map { number in
            isLogarithmic ? pow(10, number * step) : number * step
        }
    }

    /// Rounded to a part of a step, since sums of steps are not exact; to two digits between powers of ten.
    func text(_ tick: Double) -> String {
        guard !isLogarithmic else { return shortest(Double(String(format: "%.1e", tick)) ?? tick) }
        return shortest(abs(tick) < step / 2 ? 0 : tick)
    }
}

/// A length as a picture has it.
func coordinate(_ value: Double) -> String { decimal(value, 1) }

/// Text as it stands in HTML.
public func htmlText(_ text: String) -> String {
    var result = ""
    for character in text {
        switch character {
        case "&": result += "&amp;"
        case "<": result += "&lt;"
        case ">": result += "&gt;"
        case "\"": result += "&quot;"
        default: result.append(character)
        }
    }
    return result
}
