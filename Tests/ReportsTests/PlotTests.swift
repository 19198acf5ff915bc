import Foundation
import Testing

@testable import Reports

@Suite struct PlotTests {
    /// The numbers of an attribute in the order of the picture.
    private func numbers(_ svg: String, _ attribute: String) -> [Double] {
        svg.components(separatedBy: " \(attribute)=\"").dropFirst().compactMap {
            Double($0.prefix { $0 != "\"" })
        }
    }

    @Test func dotsLieWhereTheirNumbersAre() {
        let svg = Plot(
            "height", horizontal: "place",
            [
                .points("dots", [(0, 0, 0), (5, 10, 2), (10, 5, .nan)]),
                .curve("line", [(0, 0), (10, 10)]),
            ]
        ).svg
        // From 64 to 624 across, and from 356 up to 48.
        #expect(numbers(svg, "cx") == [64, 344, 624])
        let heights = numbers(svg, "cy")
        #expect(heights[0] > heights[2] && heights[2] > heights[1] && heights[1] > 48)
        // One bar alone, two units up and down, in the ratio of the axis.
        let scale = (heights[0] - heights[1]) / 10
        let bar = svg.components(separatedBy: "<path d=\"M344.0 ").dropFirst()
            .compactMap { $0.contains("V") ? $0.prefix { $0 != "\"" } : nil }
        #expect(bar.count == 1)
        let ends = (bar.first ?? "").split(separator: "V").compactMap { Double($0) }
        #expect(abs(ends[0] - (heights[1] + 2 * scale)) < 0.2)
        #expect(abs(ends[1] - (heights[1] - 2 * scale)) < 0.2)
        #expect(svg.contains(">place</text>") && svg.contains(">height</text>"))
        #expect(svg.contains(">dots</text>") && !svg.contains("nan"))
    }

    @Test func logarithmsLeaveOutWhatHasNone() {
        let svg = Plot(
            "p", horizontal: "s", isLogarithmic: true,
            [.points("a", [(1, 1, 0), (10, 0.1, 0.2), (100, 0.01, 0), (0, 1, 0), (5, 0, 0)])]
        ).svg
        let (places, heights) = (numbers(svg, "cx"), numbers(svg, "cy"))
        #expect(places.count == 3 && heights.count == 3)
        #expect(svg.contains(">100</text>") && svg.contains(">0.01</text>"))
        #expect(abs(places[1] - places[0] - (places[2] - places[1])) < 0.2)
        #expect(abs(heights[1] - heights[0] - (heights[2] - heights[1])) < 0.2)
        // A bar that goes below 0 ends at the lowest height of the picture.
        #expect(!svg.contains("nan") && !svg.contains("inf"))
    }

    /// Names that do not fit into a line go on in the next, and the picture below becomes lower.
    @Test func manyNamesTakeSeveralLines() {
        func heights(_ count: Int) -> [Double] {
            let svg = Plot(
                "p", horizontal: "s",
                (0..<count).map { .points("class \($0)", [(Double($0), Double($0), 0)]) }
            ).svg
            #expect(svg.contains(">class \(count - 1)</text>"))
            return numbers(svg, "cy")
        }
        let (few, many) = (heights(5), heights(30))
        #expect(few.count == 5 && many.count == 30)
        #expect((many.min() ?? 0) > (few.min() ?? 0) + 30)
    }

    @Test func namesAreWrittenForXML() {
        let svg = Plot("a<b", horizontal: "x&y", [.curve("\"c\"", [(0, 1), (1, 2)])]).svg
        #expect(svg.contains("a&lt;b") && svg.contains("x&amp;y") && svg.contains("&quot;c&quot;"))
    }
}
