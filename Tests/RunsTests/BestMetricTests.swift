import Configuration
import DistributedTraining
import Testing

@testable import Runs

@Suite struct BestMetricTests {
    @Test func theWordsAreThoseOfTheRecords() {
        for metric in BestMetric.allCases { #expect(metric.rawValue == metric.rule.metric.name) }
    }

    @Test func likelihoodsAreLargeAndDeviationsSmallWhereAModelIsGood() {
        for metric in BestMetric.allCases {
            let isLikelihood = metric == .logLikelihood || metric == .pseudoLogLikelihood
            #expect(metric.rule.prefersLarge == isLikelihood, "\(metric)")
        }
    }
}
