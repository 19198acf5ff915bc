import Foundation
import TestSupport
import Testing

@testable import RBMCore

/// Machines whose hidden units take real values: pair energies −½ Σ_j (c_j + Σ_i W_ij v_i)².
@Suite struct GaussianHiddenTests {
    /// F(v) from the integral over each hidden unit, done by hand.
    private func naive(_ rbm: RBM, _ v: [Double]) -> Double {
        var sum = 0.0
        for i in v.indices {
            sum -= Double(rbm.parameters.visibleBias[i]) * v[i]
        }
        for j in 0..<rbm.hiddenCount {
            let bias = Double(rbm.parameters.hiddenBias[j])
            let field = v.indices.reduce(bias) { $0 + v[$1] * Double(rbm.parameters[$1, j]) }
            sum -= (field * field - bias * bias) / 2 + log(2 * Double.pi) / 2
        }
        return sum
    }

    @Test(arguments: UnitKinds.binary) func freeEnergiesMeetTheIntegral(kind: any UnitKind) {
        var generator = TestGenerator(seed: 301)
        for (n, m) in [(1, 1), (7, 3), (20, 33)] {
            let rbm = generator.rbm(n, m, kind, .gaussian, weights: 0.3, biases: 0.5)
            let evaluator = LayerEvaluator(rbm, encoding: .bits, arithmetic: .float32)
            let bytes = generator.bytes(6 * n, .bits)
            let measured = evaluator.freeEnergies(of: bytes, cases: 6)
            for row in 0..<6 {
                let v = bytes[rowRange(row, of: n)].map { kind.value(Double($0)) }
                let exact = naive(rbm, v)
                #expect(abs(rbm.freeEnergy(ofVisible: v) - exact) < 1e-12 * max(1, abs(exact)))
                #expect(abs(measured[row] - exact) < 1e-4 * max(1, abs(exact)))
            }
        }
    }

    /// Integrates e^{−E} over one hidden unit by the trapezoid rule, which is exact to rounding here.
    @Test func energyOfBothSidesIsThatOfTheFreeEnergy() {
        var generator = TestGenerator(seed: 302)
        let rbm = generator.rbm(4, 1, .spin, .gaussian, weights: 0.4, biases: 0.6)
        for v in NaiveRBM.states(.spin, 4) {
            let step = 0.05
            let sum = (-400...400).reduce(0.0) { sum, place in
                let h = step * Double(place)
                return sum + step * exp(-rbm.energy(visible: v, hidden: [h]))
            }
            #expect(abs(-log(sum) - rbm.freeEnergy(ofVisible: v)) < 1e-12)
        }
    }

    @Test(arguments: UnitKinds.binary) func pseudoLikelihoodGoesThroughBothStates(
        kind: any UnitKind
    ) {
        var generator = TestGenerator(seed: 303)
        let rbm = generator.rbm(9, 5, kind, .gaussian, weights: 0.3, biases: 0.4)
        let evaluator = LayerEvaluator(rbm, encoding: .bits, arithmetic: .float32)
        let pseudoLikelihood = PseudoLikelihood(rbm)
        for _ in 0..<10 {
            let bytes = generator.bytes(9, .bits)
            let v = bytes.map { kind.value(Double($0)) }
            let free = naive(rbm, v)
            let exact = v.indices.reduce(0.0) { sum, i in
                var other = v
                other[i] = kind.value(Double(1 - bytes[i]))
                return sum - log1p(exp(free - naive(rbm, other)))
            }
            var found = FixedPointSum()
            pseudoLikelihood.add(of: bytes, cases: 1, evaluator: evaluator, to: &found)
            #expect(abs(found.value - exact) < 1e-4 * abs(exact))
        }
    }

    @Test func reconstructionsUseRealMeans() {
        var generator = TestGenerator(seed: 304)
        let rbm = generator.rbm(6, 4, .spin, .gaussian, weights: 0.4, biases: 0.3)
        let evaluator = LayerEvaluator(rbm, encoding: .bits, arithmetic: .float32)
        let bytes = generator.bytes(6, .bits)
        let v = bytes.map { RBMCore.Spin().value(Double($0)) }
        let fields = rbm.visiblePreactivations(given: rbm.hiddenPreactivations(given: v))
        let exact = zip(fields, v).reduce(0) { $0 + log1p(exp(-2 * $1.0 * $1.1)) }
        var sums = CaseMeasures()
        evaluator.addCrossEntropies(of: bytes, cases: 1, to: &sums)
        #expect(abs(sums.crossEntropy.value - exact) < 1e-4)
    }

    /// An enumeration walks over the visible side however many hidden units there are.
    @Test func lnZWalksOverVisibleStates() throws {
        var generator = TestGenerator(seed: 305)
        for (n, m) in [(5, 2), (13, 4), (4, 9)] {
            let rbm = generator.rbm(n, m, .spin, .gaussian, weights: 0.3, biases: 0.3)
            let enumeration = try #require(Enumeration(rbm))
            #expect(enumeration.side == n)
            let exact = logSum(NaiveRBM.states(.spin, n).map { -naive(rbm, $0) })
            #expect(abs(enumeration.logPartition / exact - 1) < 1e-12)
        }
    }

    /// Chains of one run have the distribution of the machine; a χ² of 7 degrees of freedom exceeds 24.3
    /// once in 1000 times.
    @Test(.statistical, arguments: [false, true]) func chainsHaveTheDistribution(isTempered: Bool) {
        var generator = TestGenerator(seed: 306)
        let rbm = generator.rbm(3, 2, .spin, .gaussian, weights: 0.6, biases: 0.4)
        let states = NaiveRBM.states(.spin, 3)
        let weights = states.map { exp(-naive(rbm, $0)) }
        let total = weights.reduce(0, +)
        let chains = 20_000
        let visible: [UInt8]
        if isTempered {
            let path = TemperingPath(
                base: TemperingBase(plainFor: rbm), ladder: TemperingLadder(levels: 4, lowest: 0.2))
            var tempered = TemperedChains(
                rbm, path: path, lanes: 0..<chains, arithmetic: .integer, seed: 5, layer: 0)
            tempered.start(from: generator.bytes(3 * chains, .bits))
            tempered.run(sweeps: 20)
            visible = tempered.visible
        } else {
            var sampler = GibbsSampler(rbm, chains: 0..<chains, arithmetic: .integer, seed: 5)
            sampler.run(sweeps: 30)
            visible = sampler.visible
        }
        var counts = [Double](repeating: 0, count: 8)
        for row in 0..<chains {
            let state = visible[rowRange(row, of: 3)].map { 2 * Double($0) - 1 }
            counts[states.firstIndex(of: state)!] += 1
        }
        let deviation = zip(counts, weights).reduce(0.0) { sum, pair in
            let expected = Double(chains) * pair.1 / total
            return sum + (pair.0 - expected) * (pair.0 - expected) / expected
        }
        #expect(deviation < 24.3)
    }

    /// Annealing there and back meets the enumerated ln Z, also with biases of the base machine's own.
    @Test(.statistical) func annealingMeetsEnumeration() throws {
        var generator = TestGenerator(seed: 307)
        for number in 0..<6 {
            let rbm = generator.rbm(8, 3, .spin, .gaussian, weights: 0.35, biases: 0.3)
            let base = TemperingBase(
                visibleBias: Array(repeating: 0.2, count: 8), hiddenBias: [0.5, -0.3, 0.1])
            let sampling = AnnealedImportanceSampling(
                rbm, base: base, schedule: AnnealingSchedule(linear: 300),
                arithmetic: .integer, seed: UInt64(number))
            let logs = sampling.forward(chains: 0..<400).logWeights
            let largest = logs.max() ?? 0
            let mean = logs.reduce(0) { $0 + exp($1 - largest) } / 400
            let square = logs.reduce(0) { $0 + exp(2 * ($1 - largest)) } / 400
            let error = ((square / (mean * mean) - 1) / 400).squareRoot()
            let exact = try #require(Enumeration(rbm)).logPartition
            #expect(abs(log(mean) + largest - exact) < 4 * error + 1e-6, "\(error)")
        }
    }
}
