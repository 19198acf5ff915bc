import Foundation
import RBMCore
import Renormalization
import Testing

struct MeanFieldFixedPointsTests {
    /// One hidden spin on n visible ones: v = tanh(w tanh(n w v)) on every site.
    private func star(_ count: Int, weight: Float) -> MeanFieldMap {
        MeanFieldMap(
            RBM(
                visibleUnits: .spin, hiddenUnits: .spin,
                parameters: Parameters(
                    weights: Array(repeating: weight, count: count),
                    visibleBias: Array(repeating: 0, count: count), hiddenBias: [0])))
    }

    private func points(_ starts: [[Double]], _ map: MeanFieldMap) -> MeanFieldFixedPoints {
        MeanFieldFixedPoints(
            starts.map { (MeanFieldFixedPoints.end(of: $0, under: map), 0) }, groups: 1, under: map)
    }

    @Test func aStrongStarHasTwoOrderedPointsAndAnUnstableOne() throws {
        let map = star(4, weight: 1)
        let starts: [[Double]] = [
            [1, 1, 1, -1], [1, 1, 1, 1], [1, -1, 1, 1], [-1, -1, 1, -1], map.undecided,
        ]
        let found = points(starts, map)
        #expect(found.moving == [0])
        #expect(found.points.map(\.basin) == [[3], [1], [1]])
        var exact = 1.0
        for _ in 0..<200 { exact = tanh(tanh(4 * exact)) }
        #expect(abs(found.points[0].mean - exact) < 1e-9)
        #expect(abs(found.points[1].mean + exact) < 1e-9)
        #expect(found.points[0].residual <= MeanFieldFixedPoints.tolerance)
        // (1 − v²)(1 − h²)·n·w² of the star.
        let hidden = tanh(4 * exact)
        let radius = (1 - exact * exact) * (1 - hidden * hidden) * 4
        #expect(abs(found.points[0].spectralRadius - radius) < 1e-9)
        #expect(found.points[0].spectralRadius < 1)
        #expect(abs(found.points[2].spectralRadius - 4) < 1e-9)
        #expect(found.points[0].freeEnergy < found.points[2].freeEnergy)
    }

    @Test func aWeakStarHasOnlyTheDisorderedPoint() {
        let found = points(
            [[1, 1, 1, -1], [1, 1, 1, 1], [-1, -1, -1, -1]], star(4, weight: 0.3))
        #expect(found.points.map(\.basin) == [[3]])
        #expect(abs(found.points[0].mean) < 1e-8)
        #expect(abs(found.points[0].spectralRadius - 4 * 0.09) < 1e-6)
    }

    @Test func aMarginalStarIsStillMoving() {
        // n w² = 1: the approach to 0 is a power of the number of steps.
        let found = points([[1, 1, 1, 1]], star(4, weight: 0.5))
        #expect(found.moving == [1])
        #expect(found.points.isEmpty)
    }

    @Test func startsAreCountedByGroup() {
        let map = star(4, weight: 1)
        let ends = [(1.0, 0), (1.0, 1), (-1.0, 1)].map { value, group in
            (
                MeanFieldFixedPoints.end(of: [value, value, value, value], under: map), group
            )
        }
        let found = MeanFieldFixedPoints(ends, groups: 2, under: map)
        #expect(found.points.map(\.basin) == [[1, 1], [0, 1]])
    }
}
