import Analysis
import Foundation
import RandomStreams
import TestSupport
import Testing

@testable import RBMCore

@Suite struct AnnealedImportanceSamplingTests {
    private func sampling(
        _ rbm: RBM, base: TemperingBase? = nil, temperatures: Int,
        arithmetic: ArithmeticKind = .integer, rounding: FrozenRounding = .asTrained,
        seed: UInt64
    ) -> AnnealedImportanceSampling {
        AnnealedImportanceSampling(
            rbm,
            base: base
                ?? TemperingBase(plainFor: rbm, visibleBias: rbm.parameters.visibleBias),
            schedule: AnnealingSchedule(linear: temperatures),
            arithmetic: arithmetic, rounding: rounding, seed: seed)
    }

    /// Both ways, with reverse chains that start from exact draws of the machine.
    private func bounds(
        _ sampling: AnnealedImportanceSampling, _ rbm: RBM, chains: Int,
        _ generator: inout TestGenerator
    ) -> BoundedRatio {
        let starts = exactStates(of: rbm, count: chains, &generator)
        return BoundedRatio(
            forward: sampling.forward(chains: 0..<chains).logWeights,
            reverse: [sampling.reverse(chains: 0..<chains, from: starts).logWeights])
    }

    // MARK: Exact

    private func base(of rbm: RBM, _ generator: inout TestGenerator) -> TemperingBase {
        func biases(_ count: Int) -> [Float] {
            (0..<count).map { _ in Float(0.5 * generator.normal()) }
        }
        return TemperingBase(
            visibleBias: biases(rbm.visibleCount), hiddenBias: biases(rbm.hiddenCount))
    }

    /// A ratio of one step by its definition: from the base straight to the machine, there and back.
    @Test(arguments: UnitKinds.binary, UnitKinds.binary)
    func aWeightIsTheRatioOfItsDefinition(visible: any UnitKind, hidden: any UnitKind) {
        var generator = TestGenerator(seed: 67)
        let rbm = generator.rbm(7, 5, visible, hidden)
        let base = base(of: rbm, &generator)
        let starts = exactStates(of: rbm, count: 30, &generator)
        let logs = sampling(rbm, base: base, temperatures: 1, seed: 1)
            .reverse(chains: 0..<30, from: starts).logWeights
        var independent = RBM(
            visibleUnits: visible, hiddenUnits: hidden,
            parameters: Parameters(visible: 7, hidden: 5))
        independent.parameters.values.replaceSubrange(
            35..., with: base.visibleBias + base.hiddenBias)
        for (row, log) in logs.enumerated() {
            let v = unitValues(starts, row: row, of: 7, visible, .bits)
            let expected =
                NaiveRBM(independent).logPartition + independent.freeEnergy(ofVisible: v)
                - rbm.freeEnergy(ofVisible: v)
            #expect(abs(log - expected) < 1e-6)
        }
    }

    /// Without weights the base model with the RBM's own biases is the RBM: nothing is left to
    /// chance.
    @Test(arguments: UnitKinds.all, UnitKinds.binary)
    func independentUnitsAreExact(visible: any UnitKind, hidden: any UnitKind) throws {
        var generator = TestGenerator(seed: 61)
        var rbm = generator.rbm(9, 5, visible, hidden, weights: 0, biases: 1)
        for i in rbm.parameters.hiddenBiasRange { rbm.parameters.values[i] = 0 }
        let found = bounds(
            sampling(rbm, temperatures: 7, seed: 1), rbm, chains: 20, &generator)
        let exact = try #require(Enumeration(rbm)).logPartition
        #expect(abs(found.ratio.value - exact) < 1e-11)
        #expect(found.ratio.error < 1e-11 && abs(found.gap) < 1e-11)
        #expect(abs(found.forwardWeight.effectiveSampleSize - 20) < 1e-9)
        #expect(found.verdict == .determined)
    }

    // MARK: Statistical

    /// Two hundred small machines of all kinds of units, easy and hard: Bennett's ratio of both ways
    /// covers the exact ln Z as often as it says, and the bounds nearly always do.
    ///
    /// Either way alone has heavier tails than its error tells, also where many weights carry it;
    /// nobody is shown those errors.
    @Test(.statistical) func errorsCoverEnumeration() throws {
        var generator = TestGenerator(seed: 60)
        let kinds: [(any UnitKind, any UnitKind)] =
            UnitKinds.all.flatMap { visible in UnitKinds.hidden.map { (visible, $0) } }
        var deviations: [String: [Double]] = [:]
        var bounded = 0
        var gaps: [Double] = []
        for number in 0..<200 {
            let (visible, hidden) = kinds[number % kinds.count]
            let rbm = machine(visible, hidden, &generator)
            let exact = try #require(Enumeration(rbm)).logPartition
            let found = bounds(
                sampling(
                    rbm, base: number % 2 == 0 ? nil : base(of: rbm, &generator),
                    temperatures: [3, 10, 30, 100][number / 12 % 4],
                    arithmetic: number % 3 == 0 ? .float32 : .integer, seed: UInt64(number)),
                rbm, chains: 60, &generator)
            gaps.append(found.gap)
            if found.lower <= exact, exact <= found.upper { bounded += 1 }
            func note(_ name: String, _ estimate: Estimate, sign: Double = 1) {
                deviations[name, default: []].append(
                    (sign * estimate.value - exact) / max(estimate.error, 1e-6))
            }
            if found.verdict != .undetermined { note("Bennett", found.ratio) }
            if found.forwardWeight.effectiveSampleSize > 20 {
                note("forward", found.forwardWeight.logarithm)
            }
            if found.reverseWeight.effectiveSampleSize > 20 {
                note("reverse", found.reverseWeight.logarithm, sign: -1)
            }
        }
        #expect(bounded >= 197, "\(bounded) of 200 within the bounds")
        #expect(gaps.contains { $0 > 4 } && gaps.contains { $0 < 0.1 })
        for (name, deviations) in deviations {
            let count = Double(deviations.count)
            let within = Double(deviations.count { $0.magnitude < 1 })
            let twice = Double(deviations.count { $0.magnitude < 2 })
            #expect(count > 100, "\(name): \(count)")
            guard name == "Bennett" else {
                #expect(twice > 0.8 * count, "\(name): \(twice) of \(count) within two errors")
                continue
            }
            // Three standard errors of the counts.
            #expect(
                abs(within - 0.683 * count) < 3 * (0.683 * 0.317 * count).squareRoot(),
                "\(name): \(within) of \(count) within one error")
            #expect(
                twice > 0.954 * count - 3 * (0.954 * 0.046 * count).squareRoot(),
                "\(name): \(twice) of \(count) within two errors")
        }
    }

    /// A machine of a random size and strength.
    private func machine(
        _ visible: any UnitKind, _ hidden: any UnitKind, _ generator: inout TestGenerator
    ) -> RBM {
        let weights = Double.random(in: 0.2...3, using: &generator)
        let (v, h) = (
            visible.columns * Int.random(in: 3...8, using: &generator),
            hidden.columns * Int.random(in: 2...4, using: &generator)
        )
        // Strong weights below real units would make sums that no annealing follows.
        let strength = visible.isDiscrete ? weights : weights / 2
        return generator.rbm(v, h, visible, hidden, weights: strength, biases: 0.5)
    }

    /// Gaussian visible units in variances of their own, from their biases and from elsewhere.
    @Test(.statistical, arguments: UnitKinds.binary, [true, false])
    func gaussianUnitsMeetEnumeration(hidden: any UnitKind, learned: Bool) throws {
        var generator = TestGenerator(seed: 64)
        let rbm = GaussianUnitsTests.machine(hidden, learned: learned, visible: 7, hidden: 6)
        let exact = try #require(Enumeration(rbm)).logPartition
        #expect(abs(exact - NaiveGaussian(rbm).logPartition) < 1e-9)
        var squares = 0.0
        for seed: UInt64 in 1...6 {
            let base = seed % 2 == 0 ? base(of: rbm, &generator) : nil
            let found = bounds(
                sampling(rbm, base: base, temperatures: 60, seed: seed), rbm, chains: 300,
                &generator)
            #expect(found.ratio.error > 0 && found.ratio.error < 0.1)
            let deviation = (found.ratio.value - exact) / found.ratio.error
            #expect(abs(deviation) < 4, "seed \(seed): \(found.ratio) for \(exact)")
            squares += deviation * deviation
        }
        #expect(squares < 22.5)
    }

    /// The ratio that a sweep finds on its way is the one by its definition, also between temperatures
    /// that are far apart; and the sweep is the same.
    @Test(arguments: UnitKinds.all, UnitKinds.binary)
    func sweepsFindTheirRatios(visible: any UnitKind, hidden: any UnitKind) {
        var generator = TestGenerator(seed: 69)
        let rbm = generator.rbm(21, 13, visible, hidden)
        let base = base(of: rbm, &generator)
        let draws = AnnealingDraws(seed: 7, layer: 0, run: .forward)
        for (beta, other) in [(0.4, 0.4001), (0.4, 0.38), (1.0, 0.9), (0.2, 0.9), (0.5, 0.5)] {
            var chains = AnnealedChains(
                rbm, base: base, arithmetic: Layer(rbm, arithmetic: .integer), groups: [3..<12])
            var plain = AnnealedChains(
                rbm, base: base, arithmetic: Layer(rbm, arithmetic: .integer), groups: [3..<12])
            chains.drawFromBase(draws)
            plain.drawFromBase(draws)
            let expected = plain.logRatios(from: other, to: beta)
            let found = chains.sweep([
                AnnealedTurn(beta: beta, other: other, draws: draws, step: 1)
            ])
            plain.sweep(beta: beta, draws, step: 1)
            #expect(chains.visible == plain.visible)
            for (a, b) in zip(found, expected) {
                #expect(abs(a - b) < 2e-6 * max(abs(beta - other), 1e-3) * 50, "\(beta), \(other)")
            }
        }
    }

    /// What rounding does to −F, and that the finest rounding does less of it.
    @Test func roundingErrorsAreDifferencesOfFreeEnergies() {
        var generator = TestGenerator(seed: 70)
        let rbm = generator.rbm(40, 30, .bernoulli, .spin, weights: 1)
        let states = generator.bytes(50 * 40, .bits)
        func errors(_ rounding: FrozenRounding) -> [Double] {
            AnnealedImportanceSampling(
                rbm, base: TemperingBase(plainFor: rbm),
                schedule: AnnealingSchedule(linear: 1), arithmetic: .integer,
                rounding: rounding, seed: 1
            ).roundingErrors(of: states, count: 50)
        }
        func largest(_ errors: [Double]) -> Double { errors.map(\.magnitude).max() ?? 0 }
        let (coarse, fine) = (errors(.asTrained), errors(.finest))
        #expect(coarse.count == 50 && fine.count == 50)
        #expect(largest(coarse) < 0.5 && largest(fine) > 0 && largest(fine) < largest(coarse) / 4)
        // Weights that words hold exactly leave no error but that of fields in float32.
        var exact = rbm
        for i in 0..<exact.parameters.weightCount {
            exact.parameters.values[i] = (exact.parameters.values[i] * 8).rounded() / 8
        }
        let none = AnnealedImportanceSampling(
            exact, base: TemperingBase(plainFor: rbm), schedule: AnnealingSchedule(linear: 1),
            arithmetic: .integer, rounding: .asTrained, seed: 1
        ).roundingErrors(of: states, count: 50)
        #expect(largest(none) < 1e-4)
    }

    /// One large weight of a unit that is never on coarsens the rounding of all others by 0.002.
    ///
    /// The tempered models then lack weights of 0.0009, 0.2 nats in all; the last ratio restores
    /// them.
    @Test(arguments: [FrozenRounding.finest, .asTrained])
    func roundedWeightsLeaveNoTrace(rounding: FrozenRounding) throws {
        let n = 20
        var parameters = Parameters(visible: n, hidden: n)
        for i in parameters.values.indices { parameters.values[i] = 0.0009 }
        parameters[0, 0] = 60
        for i in parameters.visibleBiasRange { parameters.values[i] = 3 }
        for j in parameters.hiddenBiasRange { parameters.values[j] = 3 }
        parameters.values[parameters.visibleBiasRange.lowerBound] = -200
        let rbm = RBM(visibleUnits: .bernoulli, hiddenUnits: .bernoulli, parameters: parameters)
        let exact = try #require(Enumeration(rbm)).logPartition
        let mean = MeanWeight(
            logWeights: sampling(rbm, temperatures: 100, rounding: rounding, seed: 2)
                .forward(chains: 0..<400).logWeights
        ).logarithm
        #expect(mean.error < 0.02)
        #expect(abs(mean.value - exact) < 4 * mean.error)
    }

    // MARK: Order

    /// Weights depend on the chains' numbers alone, across blocks of 256 too.
    @Test(arguments: UnitKinds.binary)
    func chainsMayBeSharedOut(kind: any UnitKind) {
        var generator = TestGenerator(seed: 62)
        let rbm = generator.rbm(21, 13, kind, kind, weights: 0.3)
        let sampling = sampling(rbm, temperatures: 5, seed: 3)
        let shares = [0..<7, 7..<7, 7..<290, 290..<300]
        let whole = sampling.forward(chains: 0..<300).logWeights
        #expect(shares.flatMap { sampling.forward(chains: $0).logWeights } == whole)
        #expect(Set(whole).count > 290)
        let other = self.sampling(rbm, temperatures: 5, seed: 4)
        #expect(other.forward(chains: 0..<300).logWeights != whole)

        let starts = generator.bytes(300 * 21, .bits)
        let back = sampling.reverse(chains: 0..<300, from: starts).logWeights
        #expect(
            shares.flatMap { share in
                sampling.reverse(
                    chains: share, from: Array(starts[rowsRange(share, of: 21)])
                ).logWeights
            } == back)
        #expect(Set(back).count > 290)
    }

    /// Chains that go both ways by products that they share weigh what they weigh by themselves, in two
    /// blocks of unequal shares, and where one way has no chains.
    @Test(arguments: UnitKinds.binary, [FrozenRounding.asTrained, .finest])
    func bothWaysAtOnceAreEachByItself(kind: any UnitKind, rounding: FrozenRounding) {
        var generator = TestGenerator(seed: 71)
        let rbm = generator.rbm(70, 13, kind, kind, weights: 0.3)
        let sampling = sampling(
            rbm, base: base(of: rbm, &generator), temperatures: 6, rounding: rounding, seed: 3)
        for (ahead, back) in [(5..<205, 7..<150), (0..<0, 3..<9), (3..<9, 0..<0), (0..<1, 0..<1)] {
            let starts = generator.bytes(back.count * 70, .bits)
            let both = sampling.thereAndBack(
                forward: ahead, reverse: back, from: starts, parts: 3)
            let forward = sampling.forward(chains: ahead, parts: 3)
            let reverse = sampling.reverse(chains: back, from: starts, parts: 3)
            #expect(both.forward.logWeights == forward.logWeights)
            #expect(both.forward.parts == forward.parts)
            #expect(both.reverse.logWeights == reverse.logWeights)
            #expect(both.reverse.parts == reverse.parts)
            #expect(both.forward.logWeights.count == ahead.count)
            #expect(both.reverse.logWeights.count == back.count)
        }
    }

    private func rowsRange(_ rows: Range<Int>, of columns: Int) -> Range<Int> {
        (rows.lowerBound * columns)..<(rows.upperBound * columns)
    }

    /// The parts of a weight add up to it, and no chain of a pilot draws what the final run draws.
    @Test func partsAddUp() {
        var generator = TestGenerator(seed: 68)
        let rbm = generator.rbm(9, 6, .bernoulli, .bernoulli)
        let sampling = sampling(rbm, temperatures: 12, seed: 3)
        let whole = sampling.forward(chains: 0..<40)
        let parted = sampling.forward(chains: 0..<40, parts: 4)
        let base = whole.logWeights[0] - whole.parts[0]
        for chain in 0..<40 {
            let sum = parted.parts[(4 * chain)..<(4 * chain + 4)].reduce(0, +)
            #expect(abs(sum + base - whole.logWeights[chain]) < 1e-11)
        }
        #expect(sampling.forward(chains: 0..<40, run: .pilot).logWeights != whole.logWeights)
    }

    @Test func noTwoDrawsShareACounter() {
        var generator = TestGenerator(seed: 66)
        let rbm = generator.rbm(70, 66, .bernoulli, .spin)
        let sampling = sampling(rbm, temperatures: 5, seed: 8400)
        let starts = generator.bytes(310 * 70, .bits)
        let draws = DrawRecorder.record(seed: 8400) {
            for run in [AnnealedImportanceSampling.Run.pilot, .final] {
                _ = sampling.forward(chains: 0..<300, run: run)
                _ = sampling.forward(chains: 300..<310, run: run)
                _ = sampling.reverse(chains: 0..<310, from: starts, run: run)
            }
        }
        // A forward chain has a start, and chains of both ways four sweeps. Threads may share out the
        // units of a row, so that the numbers count and not their parts.
        let numbers: [Int] = draws.map(\.units.count)
        let perChain = 70 + 2 * 4 * (70 + 66)
        #expect(numbers.reduce(0, +) == 2 * 310 * perChain)
        #expect(DrawRecorder.repeated(draws) == [])
    }

    @Test func progressEndsAtOne() {
        var generator = TestGenerator(seed: 63)
        let sampling = sampling(generator.rbm(3, 2, .spin, .spin), temperatures: 2, seed: 3)
        var shares: [Double] = []
        _ = sampling.forward(chains: 5..<517) { shares.append($0) }
        #expect(shares == [0.25, 0.5, 0.75, 1])
    }
}
