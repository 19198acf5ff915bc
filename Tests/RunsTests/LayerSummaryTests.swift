import RBMCore
import TestSupport
import Testing
@testable import Runs

@Suite struct LayerSummaryTests {
    private func rbm(_ hidden: any UnitKind, columns: [[Float]]) -> RBM {
        let visible = columns[0].count
        var parameters = Parameters(visible: visible, hidden: columns.count)
        for (j, column) in columns.enumerated() {
            for (i, weight) in column.enumerated() { parameters[i, j] = weight }
        }
        parameters.values[parameters.visibleBiasRange.lowerBound] = -2
        parameters.values[parameters.hiddenBiasRange.upperBound - 1] = 5
        return RBM(visibleUnits: .bernoulli, hiddenUnits: hidden, parameters: parameters)
    }

    @Test func simpleStatistics() {
        let summary = LayerSummary(rbm(.bernoulli, columns: [[3, 0], [0, -4]]))
        #expect(summary.visible == 2 && summary.hidden == 2 && summary.parameters == 8)
        #expect(summary.weightNorm == 5 && summary.meanMagnitude == 1.75)
        #expect(summary.largestMagnitude == 4)
        #expect(summary.weights.smallest == -4 && summary.weights.largest == 3)
        #expect(summary.visibleBiases.smallest == -2 && summary.visibleBiases.largest == 0)
        #expect(summary.hiddenBiases.smallest == 0 && summary.hiddenBiases.largest == 5)
        #expect(summary.idleHiddenUnits == [] && summary.duplicateHiddenUnits == [])
    }

    @Test func findsIdleUnits() {
        let columns: [[Float]] = [[10, 0, 0], [0, 0.09, 0], [0, 0, 0.2], [0, 0, 0]]
        #expect(LayerSummary(rbm(.bernoulli, columns: columns)).idleHiddenUnits == [1, 3])
        #expect(LayerSummary(rbm(.spin, columns: [[0], [0]])).idleHiddenUnits == [0, 1])
    }

    @Test func findsDuplicates() {
        // Unit 2 is twice unit 0, unit 3 its opposite, unit 4 is near enough, unit 5 is not.
        let columns: [[Float]] = [
            [1, 2, 2], [2, -2, 1], [2, 4, 4], [-1, -2, -2], [1, 2, 2.3], [1, 2, 3],
        ]
        func pairs(_ kind: any UnitKind) -> [[Int]] {
            LayerSummary(rbm(kind, columns: columns)).duplicateHiddenUnits.map { [$0.unit, $0.of] }
        }
        #expect(pairs(.bernoulli) == [[2, 0], [4, 0], [5, 4]])
        #expect(pairs(.spin) == [[2, 0], [3, 0], [4, 0], [5, 4]])
    }

    @Test func duplicatesAreFoundAcrossBlocks() {
        var parameters = makeRBM(.bernoulli, 40, .bernoulli, 600).parameters
        for i in 0..<40 { parameters[i, 599] = parameters[i, 3] / 2 }
        let rbm = RBM(visibleUnits: .bernoulli, hiddenUnits: .bernoulli, parameters: parameters)
        let found = LayerSummary(rbm).duplicateHiddenUnits
        #expect(found.map(\.unit) == [599] && found.map(\.of) == [3])
    }
}
