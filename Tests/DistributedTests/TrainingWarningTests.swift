import RBMCore
import Testing

@testable import DistributedTraining

@Suite struct TrainingWarningTests {
    private func warnings(
        _ numbers: [(Metric, Double)], progress: Double = 1, kind: any UnitKind = .spin
    ) -> [TrainingWarning] {
        var record = MonitorRecord()
        record.set(.freeEnergyTrain, -100)
        for (metric, number) in numbers { record.set(metric, number) }
        return TrainingWarning.all(of: record, progress: progress, visible: 36, kind: kind)
    }

    @Test func rulesHoldAtTheirBounds() {
        #expect(warnings([]) == [])
        // 36 spins have 36 ln 2 = 24.95 nats.
        #expect(warnings([(.freeEnergyChains, -112)]) == [])
        #expect(warnings([(.freeEnergyChains, -113)]) == [.chainsOffData])
        #expect(warnings([(.freeEnergyChains, -87)]) == [.chainsOffData])
        #expect(warnings([(.freeEnergyChains, -1000)], kind: .gaussian) == [])
        // Twelve units of three states have 13.2 nats.
        #expect(
            warnings([(.freeEnergyChains, -107)], kind: Categorical(states: 3)) == [.chainsOffData])
        #expect(warnings([(.chainMeansDeviation, 0.49)]) == [])
        #expect(warnings([(.chainMeansDeviation, 0.51)]) == [.chainsInFewModes])
        #expect(warnings([(.chainsUp, 0.1), (.casesUp, 0.49)]) == [])
        #expect(warnings([(.chainsUp, 0.05), (.casesUp, 0.49)]) == [.chainsInOneSign])
        #expect(warnings([(.chainsUp, 1), (.casesUp, 0.49)]) == [.chainsInOneSign])
        #expect(warnings([(.chainStructureDeviation, 0.21)]) == [.chainsLackStructure])
        #expect(warnings([(.chainStructureDeviation, 0.9)], progress: 0.49) == [])
    }

    @Test func halfOfTheHiddenUnitsMayNotBeDead() {
        func warnings(dead: Double, hidden: Int?, progress: Double = 0.1) -> [TrainingWarning] {
            var record = MonitorRecord()
            record.set(.deadHiddenUnits, dead)
            return TrainingWarning.all(
                of: record, progress: progress, visible: 9, kind: .bernoulli, hidden: hidden)
        }
        #expect(warnings(dead: 4, hidden: 9) == [])
        #expect(warnings(dead: 5, hidden: 10) == [.deadHiddenUnits])
        #expect(warnings(dead: 10, hidden: 10, progress: 0) == [])
        #expect(warnings(dead: 10, hidden: nil) == [])
    }

    @Test func theErrorOfHeldOutCasesStaysBelowTheGap() {
        func warnings(error: Double?, gap: Double?) -> [TrainingWarning] {
            TrainingWarning.all(
                of: MonitorRecord(), progress: 1, visible: 9, kind: .bernoulli,
                heldOutError: error, stopGap: gap)
        }
        #expect(warnings(error: 2.1, gap: 2) == [.heldOutTooSmall])
        #expect(warnings(error: 1.9, gap: 2) == [])
        #expect(warnings(error: 100, gap: nil) == [])
        #expect(warnings(error: nil, gap: 2) == [])
    }

    @Test func aTrainingNeedsSteps() {
        #expect(TrainingWarning.all(ofSteps: 499) == [.fewSteps])
        #expect(TrainingWarning.all(ofSteps: 500) == [])
    }

    @Test func anEarlyStopNeedsAsManyRecordsAsItWaitsFor() {
        let rule = EarlyStop(gap: 1, patience: 5)
        #expect(TrainingWarning.all(of: rule, records: 4) == [.earlyStopCannotAct])
        #expect(TrainingWarning.all(of: rule, records: 5) == [])
        #expect(TrainingWarning.all(of: rule, records: nil) == [])
        #expect(TrainingWarning.all(of: .never, records: 0) == [])
    }

    @Test func namesAreWordsOfTheirOwn() {
        let names = TrainingWarning.allCases.map(\.rawValue)
        #expect(Set(names).count == 12)
        #expect(names.allSatisfy { !$0.contains(" ") && !$0.isEmpty })
        #expect(TrainingWarning.allCases.allSatisfy { $0.sentence.contains("try") })
        var record = MonitorRecord()
        record.set(TrainingWarning.allCases)
        #expect(record.warnings == TrainingWarning.allCases)
        #expect(MonitorRecord().warnings == [])
    }
}
