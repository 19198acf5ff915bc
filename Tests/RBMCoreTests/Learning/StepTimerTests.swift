import Foundation
import RBMCore
import Testing

@Suite struct StepTimerTests {
    @Test func timeGoesToThePhaseThatEndsTheLap() {
        let timer = StepTimer()
        timer.reset()
        Thread.sleep(forTimeInterval: 0.02)
        timer.lap(.products)
        timer.lap(.update)
        Thread.sleep(forTimeInterval: 0.02)
        timer.start()
        timer.lap(.data)
        #expect(timer.seconds[StepTimer.Phase.products.rawValue] >= 0.02)
        #expect(timer.seconds[StepTimer.Phase.update.rawValue] < 0.02)
        #expect(timer.seconds[StepTimer.Phase.data.rawValue] < 0.02)
        #expect(timer.seconds[StepTimer.Phase.sampling.rawValue] == 0)
        timer.reset()
        #expect(timer.seconds.allSatisfy { $0 == 0 })
    }
}
