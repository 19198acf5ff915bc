import RBMCore
import Testing

@Suite struct LearningRuleTests {
    @Test func rulesHaveTheNamesOfTheConfiguration() {
        #expect(LearningRule.Algorithm(rawValue: "cd") == .contrastiveDivergence)
        #expect(LearningRule.Algorithm(rawValue: "pcd") == .persistent)
    }

    @Test func aRuleWithoutSweepsTraps() async {
        await #expect(processExitsWith: .failure) { _ = LearningRule(.persistent, sweeps: 0) }
    }
}
