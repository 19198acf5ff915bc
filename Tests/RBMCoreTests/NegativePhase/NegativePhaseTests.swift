import RBMCore
import Testing

@Suite struct NegativePhaseTests {
    @Test func kindsHaveTheNamesOfTheConfiguration() {
        #expect(NegativePhaseKind.all.map(\.name) == ["pcd", "cd", "pt"])
        #expect(NegativePhaseKind.persistent.name == "pcd")
        #expect(NegativePhaseKind.contrastiveDivergence.name == "cd")
    }

    @Test func kindsMakeTheirPhases() {
        let settings = ChainSettings(sweeps: 3, chains: 7)
        let chains = NegativePhaseKind.persistent.phase(settings)
        #expect(chains is PersistentChains && chains.chainCount == 7 && chains.sweeps == 3)
        let tempered = NegativePhaseKind.tempering.phase(settings)
        #expect(tempered is ParallelTempering && tempered.chainCount == 7 && tempered.sweeps == 3)
        let data = NegativePhaseKind.contrastiveDivergence.phase(settings)
        #expect(data is ContrastiveDivergence && data.chainCount == 0 && data.sweeps == 3)
        #expect(NegativePhaseKind.all.map(\.keepsChains) == [true, false, true])
        #expect(NegativePhaseKind.all.map(\.takesDropout) == [true, true, false])
        #expect(NegativePhaseKind.all.map(\.isTempered) == [false, false, true])
    }

    @Test func titlesTellTheSweeps() {
        #expect(ContrastiveDivergence(sweeps: 3).title == "CD-3")
        #expect(PersistentChains(sweeps: 1, chains: 2).title == "PCD-1")
    }

    @Test func phasesTakeTheirRows() {
        let cases = 3..<5
        let data = ContrastiveDivergence(sweeps: 1).share(of: cases, ofBatch: 9, chains: 0..<0)
        #expect(data == StepShare(positive: 3..<5, of: 9, negative: 3..<5, of: 9))
        let chains = PersistentChains(sweeps: 1, chains: 20).share(
            of: cases, ofBatch: 9, chains: 4..<7)
        #expect(chains == StepShare(positive: 3..<5, of: 9, negative: 4..<7, of: 20))
    }

    @Test func settingsWithoutASweepTrap() async {
        await #expect(processExitsWith: .failure) { _ = ChainSettings(sweeps: 0, chains: 1) }
    }
}
