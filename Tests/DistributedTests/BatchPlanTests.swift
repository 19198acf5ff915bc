import DistributedTraining
import Testing

@Suite struct BatchPlanTests {
    @Test(
        arguments: [(1, 1), (7, 3), (9, 3), (10, 100), (101, 10), (1000, 128), (1025, 64)],
        0..<5 as Range<UInt64>)
    func everyEpochHasEachCaseOnce(size: (cases: Int, batch: Int), seed: UInt64) {
        let plan = BatchPlan(
            cases: size.cases, batch: size.batch, epochs: 3, seed: seed, layer: Int(seed % 2))
        #expect(plan.stepsPerEpoch * size.batch >= size.cases)
        #expect((plan.stepsPerEpoch - 1) * size.batch < size.cases)
        var step = 0
        var orders: [[Int]] = []
        for epoch in 0..<3 {
            var seen: [Int] = []
            for place in 0..<plan.stepsPerEpoch {
                let count = plan.size(ofStep: step)
                #expect(count == min(size.batch, size.cases - place * size.batch))
                #expect(plan.epoch(ofStep: step) == epoch)
                #expect(plan.casesSeen(beforeStep: step) == epoch * size.cases + seen.count)
                var whole = [99]
                plan.cases(ofStep: step, rows: 0..<count, into: &whole)
                // The rows of three ranks are those of one.
                var parts: [Int] = []
                for rank in 0..<3 {
                    var own: [Int] = []
                    plan.cases(
                        ofStep: step, rows: (rank * count / 3)..<((rank + 1) * count / 3),
                        into: &own)
                    parts += own
                }
                #expect(parts == whole)
                seen += whole
                step += 1
            }
            #expect(seen.sorted() == Array(0..<size.cases), "epoch \(epoch)")
            orders.append(seen)
        }
        #expect(step == plan.steps)
        // Each epoch has an order of its own.
        #expect(size.cases < 9 || Set(orders).count == 3)
    }
}
