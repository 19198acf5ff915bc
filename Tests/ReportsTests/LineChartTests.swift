import Foundation
import Testing

@testable import Reports

@Suite struct LineChartTests {
    /// The coordinates of the first curve.
    private func points(_ svg: String) -> [(Double, Double)] {
        guard let start = svg.range(of: "points=\"") else { return [] }
        return svg[start.upperBound...].prefix { $0 != "\"" }.split(separator: " ").map { pair in
            let numbers = pair.split(separator: ",").compactMap { Double($0) }
            return (numbers[0], numbers[1])
        }
    }

    @Test func pointsLieBetweenTheAxes() {
        let chart = LineChart([.init("a", [(0, -5), (10, 20), (20, 3)])], horizontal: "epoch")
        let found = points(chart.svg)
        #expect(found.map(\.0) == [52, 202, 352])
        // The axis goes from −10 to 20, or ends nearer to the values.
        #expect(found[1].1 < found[2].1 && found[2].1 < found[0].1)
        #expect(found.allSatisfy { $0.1 >= 8 && $0.1 <= 170 })
        #expect(chart.svg.contains(">epoch</text>") && chart.svg.contains(">20</text>"))
    }

    /// Tiny, huge, constant and negative values have round numbers on the axis, and few of them.
    @Test(arguments: [
        [0, 1e-6], [1e9, 3e9], [5, 5], [0, 0], [-0.31, -0.29], [0, 120], [-735.4, -271.7],
    ])
    func axesHaveAFewNumbers(values: [Double]) {
        let chart = LineChart(
            [.init("a", values.enumerated().map { (Double($0.offset), $0.element) })],
            horizontal: "n")
        let ticks = chart.svg.components(separatedBy: "class=\"y\"").count - 1
        #expect((2...8).contains(ticks), "\(values): \(ticks)")
        #expect(!chart.svg.contains("nan") && !chart.svg.contains("inf"))
    }

    @Test func logarithmsLeaveOutWhatHasNone() {
        let chart = LineChart(
            [.init("a", [(1, 100), (2, 1), (3, 0), (4, -2)])], horizontal: "n",
            isLogarithmic: true)
        #expect(points(chart.svg).count == 2)
        #expect(chart.svg.contains(">10</text>"))
        #expect(
            LineChart([.init("a", [(1, -1), (2, 0)])], horizontal: "n", isLogarithmic: true).isEmpty
        )
    }

    @Test func longCurvesAreThinnedAndKeepTheirEnds() {
        let chart = LineChart(
            [.init("a", (0..<10_000).map { (Double($0), Double($0 % 7)) })], horizontal: "n")
        let found = points(chart.svg)
        #expect(found.count <= LineChart.mostPoints + 2)
        #expect(found.first?.0 == 52 && found.last?.0 ?? 0 > 351)
    }

    @Test func namesAreWrittenForHTML() {
        let chart = LineChart([.init("a<b>&\"c\"", [(0, 1), (1, 2)])], horizontal: "x")
        #expect(chart.svg.contains("<title>a&lt;b&gt;&amp;&quot;c&quot;</title>"))
        #expect(
            LineChart([.init("a", [(0, 1), (.nan, 2), (2, .infinity)])], horizontal: "x").isEmpty)
    }
}
