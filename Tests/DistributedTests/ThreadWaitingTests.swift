import Testing

@testable import Ranks

struct ThreadWaitingTests {
    private func isDue(cores: Int = 4, _ environment: [String: String] = [:]) -> Bool {
        ThreadWaiting.isRestartDue(cores: cores) { environment[$0] }
    }

    @Test("Several threads look out only briefly, and one needs no second start")
    func threads() {
        #expect(isDue())
        #expect(isDue(["OMP_NUM_THREADS": "2"]))
        #expect(!isDue(["OMP_NUM_THREADS": "1"]))
        #expect(!isDue(["OMP_NUM_THREADS": "1,8"]))
        #expect(!isDue(cores: 1))
    }

    @Test("The user's choice stands, and there is no third start")
    func environment() {
        #expect(!isDue(["OMP_WAIT_POLICY": "active"]))
        #expect(!isDue([ThreadWaiting.variable: "100000"]))
        #expect(!isDue([ThreadWaiting.variable: ThreadWaiting.turns]))
    }
}
