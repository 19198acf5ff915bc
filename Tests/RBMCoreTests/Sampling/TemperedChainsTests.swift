import Foundation
import RandomStreams
import TestSupport
import Testing

@testable import RBMCore

@Suite struct TemperedChainsTests {
    /// The machine at β on the way from a base, by its definition.
    private func machine(_ rbm: RBM, base: TemperingBase, beta: Double) -> NaiveRBM {
        var naive = NaiveRBM(rbm)
        naive.weights = naive.weights.map { $0.map { beta * $0 } }
        func mixed(_ own: [Double], _ base: [Float]) -> [Double] {
            zip(own, base).map { own, base in beta * own + (1 - beta) * Double(base) }
        }
        naive.hiddenBias = mixed(naive.hiddenBias, base.hiddenBias)
        naive.visibleBias = mixed(naive.visibleBias, base.visibleBias)
        return naive
    }

    private func base(
        _ visible: Int, _ hidden: Int, _ generator: inout TestGenerator
    ) -> TemperingBase {
        TemperingBase(
            visibleBias: (0..<visible).map { _ in Float(0.5 * generator.normal()) },
            hiddenBias: (0..<hidden).map { _ in Float(0.5 * generator.normal()) })
    }

    struct Pairing: Sendable, CustomTestStringConvertible {
        let visible: any UnitKind
        let hidden: any UnitKind
        var testDescription: String { "\(visible) \(hidden)" }

        static let all: [Pairing] =
            UnitKinds.binary.flatMap { visible in
                UnitKinds.binary.map { Pairing(visible: visible, hidden: $0) }
            } + [
                Pairing(visible: Categorical(states: 3), hidden: .bernoulli),
                Pairing(visible: .spin, hidden: Categorical(states: 3)),
            ]
    }

    // MARK: Exact

    /// Every ratio by its definition, for all states of a small machine at once, one lane each.
    @Test(arguments: Pairing.all, [ArithmeticKind.integer, .float32])
    func ratiosAreThoseOfTheDefinition(units: Pairing, arithmetic: ArithmeticKind) {
        var generator = TestGenerator(seed: 120)
        let rbm = generator.rbm(6, 6, units.visible, units.hidden)
        let base = base(6, 6, &generator)
        let ladder = TemperingLadder([0, 0.3, 0.8, 1])
        let machines = ladder.betas.map { machine(rbm, base: base, beta: $0) }
        var chains = TemperedChains(
            rbm, path: TemperingPath(base: base, ladder: ladder), lanes: 0..<40,
            arithmetic: arithmetic, seed: 5)
        for _ in 0..<3 {
            chains.sweep()
            for level in 0..<4 {
                let states = chains.visible(ofLevel: level)
                let (up, down) = (
                    chains.logRatiosUp(fromLevel: level), chains.logRatiosDown(fromLevel: level)
                )
                for lane in 0..<40 {
                    let v = unitValues(states, row: lane, of: 6, units.visible, .bits)
                    let here = -machines[level].freeEnergy(visible: v)
                    let above = level == 3 ? here : -machines[level + 1].freeEnergy(visible: v)
                    let below = level == 0 ? here : -machines[level - 1].freeEnergy(visible: v)
                    #expect(abs(up[lane] - (above - here)) < 2e-5)
                    #expect(abs(down[lane] - (below - here)) < 2e-5)
                }
            }
            chains.swapStates()
        }
    }

    /// (1−β)(v−a)²/2σ² + β(v−b)²/2σ² and the hidden units' part, with variances of their own.
    @Test(arguments: UnitKinds.binary)
    func ratiosOfGaussianUnitsAreThoseOfTheDefinition(hidden: any UnitKind) {
        let rbm = GaussianUnitsTests.machine(hidden, learned: true, visible: 5, hidden: 4)
        var generator = TestGenerator(seed: 121)
        let base = base(5, 4, &generator)
        let ladder = TemperingLadder([0.2, 0.5, 1])
        var chains = TemperedChains(
            rbm, path: TemperingPath(base: base, ladder: ladder), lanes: 3..<23,
            arithmetic: .integer, seed: 5)
        func log(_ v: [Double], _ beta: Double) -> Double {
            var other = rbm
            for i in rbm.parameters.visibleBiasRange { other.parameters.values[i] = 0 }
            let fields = zip(other.hiddenPreactivations(given: v), base.hiddenBias).map {
                beta * $0 + (1 - beta) * Double($1)
            }
            let a = base.visibleBias.map { Double($0) }
            let b = rbm.parameters.visibleBias.map { Double($0) }
            return hidden.law(own: []).logPartition(fields: fields.span, bias: fields.span)
                - (1 - beta) * rbm.visibleLaw.energy(of: v.span, bias: a.span)
                - beta * rbm.visibleLaw.energy(of: v.span, bias: b.span)
        }
        chains.run(sweeps: 2)
        chains.sweep()
        let states = reals(chains.visible(ofLevel: 1), units: 5)
        let (up, down) = (chains.logRatiosUp(fromLevel: 1), chains.logRatiosDown(fromLevel: 1))
        for (lane, v) in states.enumerated() {
            #expect(abs(up[lane] - (log(v, 1) - log(v, 0.5))) < 1e-4)
            #expect(abs(down[lane] - (log(v, 0.2) - log(v, 0.5))) < 1e-4)
        }
    }

    /// For every pair of states: p_β(v)p_γ(v′)a(v, v′) = p_β(v′)p_γ(v)a(v′, v), by enumeration, with
    /// the program's own a.
    @Test(arguments: UnitKinds.binary, UnitKinds.binary)
    func swapsAreInDetailedBalance(visible: any UnitKind, hidden: any UnitKind) {
        var generator = TestGenerator(seed: 122)
        let rbm = generator.rbm(3, 3, visible, hidden, weights: 1.5)
        let base = base(3, 3, &generator)
        let ladder = TemperingLadder([0.25, 1])
        let p = ladder.betas.map { machine(rbm, base: base, beta: $0).visibleProbabilities }
        // Lane 8v + v′ has v at the bottom and v′ at the top.
        let states = (0..<64).flatMap { number in
            [number / 8, number % 8].flatMap { state in
                (0..<3).map { UInt8(state >> $0 & 1) }
            }
        }
        var acceptance: [Double] = []
        for lane in 0..<64 {
            var one = TemperedStates(
                LayerSpec(states: rbm), path: TemperingPath(base: base, ladder: ladder),
                lanes: lane..<(lane + 1))
            let layer = Layer(rbm, arithmetic: .integer)
            one.restore(Array(states[(6 * lane)..<(6 * lane + 6)]), haveBeenBelow: [false, false])
            one.findFields(layer)
            one.findRatios(layer, bias: rbm.parameters.visibleBias)
            acceptance.append(one.tally.shares[0])
        }
        for v in 0..<8 {
            for w in 0..<8 {
                let flow = p[0][v] * p[1][w] * acceptance[8 * v + w]
                let back = p[0][w] * p[1][v] * acceptance[8 * w + v]
                // The tally counts in units of 2⁻²⁴.
                let unit = 0x1p-24 * (p[0][v] * p[1][w] + p[0][w] * p[1][v])
                #expect(abs(flow - back) < 1e-5 * max(flow, back) + unit)
                let ratio = p[0][w] * p[1][v] / (p[0][v] * p[1][w])
                #expect(abs(acceptance[8 * v + w] - min(1, ratio)) < 1e-4)
            }
        }
    }

    /// Swaps happen as often as the tally says that they should, and exchange all there is.
    @Test func swapsHappenWithTheirProbability() {
        var generator = TestGenerator(seed: 123)
        let rbm = generator.rbm(4, 3, .spin, .bernoulli, weights: 1.5)
        let layer = Layer(rbm, arithmetic: .integer)
        let count = 20_000
        var states = TemperedStates(
            layer.shape,
            path: TemperingPath(
                base: TemperingBase(plainFor: rbm), ladder: TemperingLadder([0.4, 1])),
            lanes: 0..<count)
        let start: [UInt8] = [1, 1, 0, 1, 0, 1, 1, 0]
        states.restore(
            (0..<count).flatMap { _ in start },
            haveBeenBelow: Array(repeating: false, count: 2 * count))
        states.findFields(layer)
        states.findRatios(layer, bias: rbm.parameters.visibleBias)
        let p = states.tally.shares[0]
        #expect(p > 0.05 && p < 0.95)
        states.swapStates(parity: 1, RandomStream(seed: 3, .benchmark))
        #expect(states.visible == (0..<count).flatMap { _ in start })
        states.swapStates(parity: 0, RandomStream(seed: 3, .benchmark))
        let swapped = states.states(ofLevel: 0)
        let share =
            Double((0..<count).count { swapped[4 * $0] == 0 }) / Double(count)
        #expect(abs(share - p) < 4 * (p * (1 - p) / Double(count)).squareRoot())
        let found = states.hiddenFields
        states.findFields(layer)
        #expect(states.hiddenFields == found)
    }

    /// Where all swaps are accepted, states march up and down; a simulation of their numbers counts
    /// the same round trips.
    @Test(arguments: [1, 2, 3, 6]) func roundTripsAreCounted(levels: Int) {
        var generator = TestGenerator(seed: 124)
        var rbm = generator.rbm(5, 3, .bernoulli, .spin, weights: 0, biases: 1)
        for i in rbm.parameters.hiddenBiasRange { rbm.parameters.values[i] = 0 }
        var chains = TemperedChains(
            rbm, baseBias: rbm.parameters.visibleBias,
            ladder: TemperingLadder(levels: levels, lowest: 0), lanes: 0..<2, arithmetic: .integer,
            seed: 9)
        chains.run(sweeps: 40)
        var order = Array(0..<levels)
        var below: Set<Int> = []
        var trips = 0
        for sweep in 0..<40 where levels > 1 {
            for pair in stride(from: sweep % 2, to: levels - 1, by: 2) {
                order.swapAt(pair, pair + 1)
            }
            below.insert(order[0])
            if below.remove(order[levels - 1]) != nil { trips += 1 }
        }
        #expect(chains.tally.roundTrips == 2 * trips)
        #expect(levels == 1 || trips > 3)
        #expect(chains.tally.shares.allSatisfy { $0 == 1 })
        #expect(chains.tally.attempts == 80)
    }

    // MARK: Distributions

    /// From exact draws at every level, sweeps and swaps leave every level's distribution as it is.
    @Test(.statistical, arguments: Pairing.all, [ArithmeticKind.integer, .float32])
    func anExactStartStays(units: Pairing, arithmetic: ArithmeticKind) {
        var generator = TestGenerator(seed: 125)
        let rbm = generator.rbm(6, 6, units.visible, units.hidden, weights: 1)
        let base = base(6, 6, &generator)
        let ladder = TemperingLadder([0, 0.4, 0.7, 1])
        let count = 8000
        let states = NaiveRBM.states(units.visible, 6)
        let exact = ladder.betas.map {
            StateDistribution(
                probabilities: machine(rbm, base: base, beta: $0).visibleProbabilities)
        }
        var start: [UInt8] = []
        for _ in 0..<count {
            for level in exact {
                let drawn = states[level.draw(&generator)]
                start += drawn.map { $0 > 0 ? 1 : 0 }
            }
        }
        var chains = TemperedChains(
            rbm, path: TemperingPath(base: base, ladder: ladder), lanes: 0..<count,
            arithmetic: arithmetic, seed: 6)
        chains.start(fromLevels: start)
        chains.run(sweeps: 7)
        let numbers = Dictionary(
            uniqueKeysWithValues: states.enumerated().map { number, values in
                (values.map { $0 > 0 ? UInt8(1) : 0 }, number)
            })
        for level in 0..<4 {
            let found = chains.visible(ofLevel: level)
            let drawn = (0..<count).map { numbers[Array(found[(6 * $0)..<(6 * $0 + 6)])]! }
            #expect(
                exact[level].variation(drawn) < 1.6 * exact[level].floor(draws: count),
                "level \(level)")
        }
    }

    /// Two modes that Gibbs sweeps never leave: all start in one, and both get their shares.
    @Test(.statistical) func bothModesAreFound() {
        let (visible, hidden, count) = (14, 8, 300)
        var parameters = Parameters(visible: visible, hidden: hidden)
        for i in 0..<parameters.weightCount { parameters.values[i] = 0.9 }
        for i in parameters.visibleBiasRange { parameters.values[i] = 0.03 }
        let rbm = RBM(visibleUnits: .spin, hiddenUnits: .spin, parameters: parameters)
        let naive = NaiveRBM(rbm)
        let exact = zip(naive.visibleStates, naive.visibleProbabilities).reduce(0.0) {
            $0 + ($1.0.reduce(0, +) < 0 ? $1.1 : 0)
        }
        #expect(exact > 0.25 && exact < 0.35)
        func shareBelow(_ bytes: [UInt8]) -> Double {
            Double(
                (0..<count).count { lane in
                    bytes[(lane * visible)..<((lane + 1) * visible)].reduce(0) { $0 + Int($1) } < 7
                }) / Double(count)
        }
        let up = [UInt8](repeating: 1, count: count * visible)
        var plain = GibbsSampler(rbm, chains: 0..<count, arithmetic: .integer, seed: 2)
        plain.start(from: up)
        plain.run(sweeps: 200)
        #expect(shareBelow(plain.visible) == 0)
        var chains = TemperedChains(
            rbm, path: TemperingPilot().path(for: rbm, arithmetic: .integer, seed: 2),
            lanes: 0..<count, arithmetic: .integer, seed: 2)
        chains.start(from: up)
        chains.run(sweeps: 200)
        let error = (exact * (1 - exact) / Double(count)).squareRoot()
        #expect(abs(shareBelow(chains.visible) - exact) < 4 * error)
        #expect(chains.tally.roundTrips > 10 * count)
    }

    // MARK: Any division of the work

    @Test(arguments: Pairing.all) func lanesMayBeSharedOut(units: Pairing) {
        var generator = TestGenerator(seed: 126)
        let rbm = generator.rbm(66, 12, units.visible, units.hidden, weights: 0.5)
        let ladder = TemperingLadder(levels: 5, lowest: 0)
        func run(_ lanes: Range<Int>, _ parts: [Int]) -> ([[UInt8]], [Int64]) {
            var chains = TemperedChains(
                rbm, ladder: ladder, lanes: lanes, arithmetic: .integer, seed: 6)
            for sweeps in parts { chains.run(sweeps: sweeps) }
            return ((0..<5).map { chains.visible(ofLevel: $0) }, chains.tally.units)
        }
        let whole = run(0..<9, [7])
        let parts = [run(0..<4, [3, 4]), run(4..<4, [7]), run(4..<9, [0, 7])]
        for level in 0..<5 {
            #expect(parts.flatMap { $0.0[level] } == whole.0[level])
        }
        let sums = parts.map(\.1).reduce([Int64](repeating: 0, count: 6)) { zip($0, $1).map(+) }
        #expect(sums == whole.1)
        #expect(run(0..<9, [6]).0 != whole.0)
    }

    @Test func noTwoDrawsShareACounter() {
        var generator = TestGenerator(seed: 127)
        let rbm = generator.rbm(70, 66, .bernoulli, .spin)
        let draws = DrawRecorder.record(seed: 8401) {
            for (role, lanes) in [(0, 0..<3), (0, 3..<8), (1, 0..<8)] {
                var chains = TemperedChains(
                    rbm, ladder: TemperingLadder(levels: 4, lowest: 0), lanes: lanes,
                    arithmetic: .integer, seed: 8401, role: role)
                chains.run(sweeps: 4)
            }
        }
        // A lane has 4 starts, 2·4 draws a sweep, and the swaps of the sweep's parity.
        #expect(draws.count == 16 * (4 + 4 * 8 + 2 * (2 + 1)))
        #expect(DrawRecorder.repeated(draws) == [])
    }
}
