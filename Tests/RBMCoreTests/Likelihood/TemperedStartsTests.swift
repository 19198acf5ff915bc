import RandomStreams
import TestSupport
import Testing

@testable import RBMCore

@Suite struct TemperedStartsTests {
    private let ladder = TemperingLadder([0, 0.3, 0.6, 1])

    /// Tempering from a base of these visible biases, 0 where nothing is said.
    private func path(_ visible: Int, _ hidden: Int, bias: Float = 0) -> TemperingPath {
        TemperingPath(
            base: TemperingBase(
                visibleBias: Array(repeating: bias, count: visible),
                hiddenBias: Array(repeating: bias, count: hidden)), ladder: ladder)
    }

    @Test func statesAreSpreadOverLanes() {
        let few = TemperedStarts(atLeast: 7, sweeps: 40, path: path(1, 1))
        #expect(few.lanes == 7 && few.statesPerLane == 1 && few.count == 7 && few.sweeps == 40)
        let many = TemperedStarts(atLeast: 101, sweeps: 4, path: path(1, 1))
        #expect(many.lanes == 10 && many.statesPerLane == 11 && many.count == 110)
        #expect(many.sweeps == 22)
        #expect(many.states(of: 3..<5) == 33..<55)
    }

    /// Starts follow the machine, whether lanes start from cases or not.
    @Test(.statistical, arguments: [true, false])
    func startsFollowTheMachine(fromCases: Bool) {
        var generator = TestGenerator(seed: 130)
        let rbm = generator.rbm(4, 3, .bernoulli, .spin, weights: 0.8, biases: 0.5)
        let exact = StateDistribution(probabilities: NaiveRBM(rbm).visibleProbabilities)
        var states: [Int] = []
        for seed: UInt64 in 0..<60 {
            let plan = TemperedStarts(atLeast: 100, sweeps: 40, path: path(4, 3, bias: 0.1))
            let cases = [UInt8](repeating: 1, count: plan.lanes / 2 * ladder.levels * 4)
            let found = plan.run(
                rbm, lanes: 0..<plan.lanes,
                cases: fromCases ? cases : nil, arithmetic: .integer, seed: seed, layer: 0
            ) { _ in false }
            states += (0..<100).map { stateNumber(found.states, row: $0, of: 4) }
            #expect(found.roundTrips > 0)
        }
        // States of a lane are four sweeps apart: nearly independent.
        #expect(exact.variation(states) < 1.8 * exact.floor(draws: states.count))
    }

    @Test func aRunMayEndWhereHalvingLeadsTo() {
        func ends(_ states: Int, _ sweeps: Int) -> [Int] {
            TemperedStarts(atLeast: states, sweeps: sweeps, path: path(1, 1)).ends
        }
        #expect(ends(100, 2100) == [262, 525, 1050, 2100])
        #expect(ends(100, 499) == [499])
        // Two sweeps for each state are the least of a lane.
        #expect(ends(1600, 600) == [600])
    }

    /// A run that ends early is the run with as many sweeps, and all processes end together.
    @Test func runsThatMayEndAreShorterRuns() {
        var generator = TestGenerator(seed: 133)
        let rbm = generator.rbm(9, 6, .bernoulli, .bernoulli, weights: 0.3)
        let plan = TemperedStarts(atLeast: 60, sweeps: 1100, path: path(9, 6))
        func run(
            _ plan: TemperedStarts, _ lanes: Range<Int>, mayEnd: (Int) -> Bool
        ) -> TemperedStarts.Outcome {
            plan.run(
                rbm, lanes: lanes, cases: nil, arithmetic: .integer, seed: 6, layer: 0,
                mayEnd: mayEnd)
        }
        var trips: [Int] = []
        let found = run(plan, 0..<10) {
            trips.append($0)
            return trips.count == 2
        }
        let shorter = TemperedStarts(atLeast: 60, sweeps: 550, path: path(9, 6))
        let expected = run(shorter, 0..<10) { _ in false }
        #expect(found.sweeps == 550 && expected.sweeps == 550)
        #expect(found.states == expected.states && found.roundTrips == expected.roundTrips)
        // Those of the second half of 275 and of 550 sweeps.
        #expect(trips.count == 2 && trips[0] > 0 && trips[1] > trips[0])
        #expect(trips[1] < found.roundTrips)

        var calls = 0
        let without = run(plan, 3..<3) { _ in
            calls += 1
            return calls == 2
        }
        #expect(without.sweeps == 550 && without.states.isEmpty)
        #expect(run(plan, 3..<3) { _ in false }.sweeps == 1100)
    }

    /// Any division of the lanes gives the same states.
    @Test func lanesMayBeSharedOut() {
        var generator = TestGenerator(seed: 131)
        let rbm = generator.rbm(21, 13, .spin, .bernoulli)
        let plan = TemperedStarts(atLeast: 20, sweeps: 9, path: path(21, 13, bias: 0.2))
        #expect(plan.lanes == 10)
        let cases = generator.bytes(5 * ladder.levels * 21, .bits)
        func run(_ lanes: Range<Int>) -> [UInt8] {
            let own = lanes.filter(TemperedStarts.startsFromCases).map { $0 / 2 }
            let bytes = ladder.levels * 21
            return plan.run(
                rbm, lanes: lanes,
                cases: own.flatMap { cases[($0 * bytes)..<(($0 + 1) * bytes)] },
                arithmetic: .integer, seed: 5, layer: 0
            ) { _ in false }.states
        }
        #expect([0..<4, 4..<4, 4..<7, 7..<10].flatMap { run($0) } == run(0..<10))
    }

    /// Frozen lanes show where they began: at the cases, or where annealing from the base ends.
    @Test func everySecondLaneStartsFromCases() {
        var parameters = Parameters(visible: 6, hidden: 2)
        for i in parameters.visibleBiasRange { parameters.values[i] = -3 }
        // Both all-off and all-on are deep.
        for i in 0..<6 { parameters[i, 0] = 9 }
        parameters.values[parameters.hiddenBiasRange.lowerBound] = -27
        let rbm = RBM(visibleUnits: .bernoulli, hiddenUnits: .bernoulli, parameters: parameters)
        let plan = TemperedStarts(
            atLeast: 10, sweeps: 2,
            path: TemperingPath(
                base: TemperingBase(plainFor: rbm, visibleBias: parameters.visibleBias),
                ladder: TemperingLadder([0.9, 1])))
        let found = plan.run(
            rbm, lanes: 0..<10,
            cases: [UInt8](repeating: 1, count: 5 * 2 * 6), arithmetic: .integer, seed: 1,
            layer: 0
        ) { _ in false }
        let on = (0..<10).map { found.states[($0 * 6)..<($0 * 6 + 6)].reduce(0) { $0 + Int($1) } }
        #expect(stride(from: 1, to: 10, by: 2).allSatisfy { on[$0] >= 4 })
        #expect(stride(from: 0, to: 10, by: 2).allSatisfy { on[$0] <= 2 })
    }

    @Test func noTwoDrawsShareACounter() {
        var generator = TestGenerator(seed: 132)
        let rbm = generator.rbm(7, 5, .bernoulli, .bernoulli)
        let plan = TemperedStarts(atLeast: 6, sweeps: 7, path: path(7, 5))
        let draws = DrawRecorder.record(seed: 8500) {
            _ = plan.run(
                rbm, lanes: 0..<6, cases: nil, arithmetic: .integer, seed: 8500, layer: 0
            ) { _ in false }
        }
        #expect(DrawRecorder.repeated(draws) == [])
    }
}
