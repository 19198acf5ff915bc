import Foundation
import RBMCore
import TestSupport
import Testing

@Suite struct RBMTests {
    @Test(arguments: UnitKinds.binary, UnitKinds.binary)
    func energiesAndFreeEnergiesMeetTheirDefinitions(visible: any UnitKind, hidden: any UnitKind) {
        var generator = TestGenerator(seed: 30)
        let rbm = generator.rbm(5, 4, visible, hidden)
        let naive = NaiveRBM(rbm)
        for v in naive.visibleStates {
            #expect(abs(rbm.freeEnergy(ofVisible: v) - naive.freeEnergy(visible: v)) < 1e-12)
            for h in naive.hiddenStates {
                #expect(abs(rbm.energy(visible: v, hidden: h) - naive.energy(v, h)) < 1e-12)
            }
        }
        for h in naive.hiddenStates {
            #expect(abs(rbm.freeEnergy(ofHidden: h) - naive.freeEnergy(hidden: h)) < 1e-12)
        }
    }

    @Test(arguments: UnitKinds.binary, UnitKinds.binary)
    func conditionalMeansMeetTheirDefinitions(visible: any UnitKind, hidden: any UnitKind) {
        var generator = TestGenerator(seed: 31)
        let rbm = generator.rbm(5, 4, visible, hidden)
        let naive = NaiveRBM(rbm)
        for v in naive.visibleStates {
            let means = rbm.hiddenPreactivations(given: v).map { hidden.mean(field: $0) }
            #expect(largestDifference(means, naive.hiddenMeans(given: v)) < 1e-12)
        }
        for h in naive.hiddenStates {
            #expect(
                largestDifference(rbm.visiblePreactivations(given: h), naive.visibleFields(h))
                    < 1e-12)
        }
    }

    /// The gradient ⟨v hᵀ⟩_data − ⟨v hᵀ⟩_model, by enumeration, is that of ⟨−F⟩_data − ln Z.
    @Test(arguments: UnitKinds.binary, UnitKinds.binary)
    func theGradientIsThatOfTheLogLikelihood(visible: any UnitKind, hidden: any UnitKind) throws {
        var generator = TestGenerator(seed: 32)
        var rbm = generator.rbm(5, 3, visible, hidden)
        let naive = NaiveRBM(rbm)
        let cases = (0..<4).map { _ in naive.visibleStates.randomElement(using: &generator)! }
        let exact = naive.gradient(of: cases)

        func logLikelihood(_ rbm: RBM) throws -> Double {
            let logPartition = try #require(Enumeration(rbm)).logPartition
            let free = cases.reduce(0) { $0 + rbm.freeEnergy(ofVisible: $1) }
            return -free / Double(cases.count) - logPartition
        }
        for i in rbm.parameters.values.indices {
            // Steps are exact in float32; the two widths cancel the error of second order.
            let value = rbm.parameters.values[i]
            func difference(_ step: Float) throws -> Double {
                rbm.parameters.values[i] = value + step
                let above = try logLikelihood(rbm)
                rbm.parameters.values[i] = value - step
                let below = try logLikelihood(rbm)
                rbm.parameters.values[i] = value
                return (above - below) / (2 * Double(step))
            }
            let numeric = try (4 * difference(0x1p-8) - difference(0x1p-7)) / 3
            #expect(abs(numeric - exact[i]) < 1e-8, "parameter \(i)")
        }
    }

    /// The same distribution in both alphabets: v = (s + 1)/2 and h likewise give w = W/4,
    /// η = (b + ½ΣW)/2, θ = (c + ½ΣW)/2.
    @Test func theDistributionIsTheSameInEitherAlphabet() {
        var generator = TestGenerator(seed: 33)
        let bits = generator.rbm(5, 4, .bernoulli, .bernoulli, weights: 1, biases: 0.7)
        var spins = RBM(
            visibleUnits: .spin, hiddenUnits: .spin,
            parameters: Parameters(visible: 5, hidden: 4))
        let p = bits.parameters
        for i in 0..<5 {
            for j in 0..<4 { spins.parameters[i, j] = p[i, j] / 4 }
            let sum = (0..<4).reduce(0 as Float) { $0 + p[i, $1] }
            spins.parameters.values[p.visibleBiasRange.lowerBound + i] =
                (p.visibleBias[i] + sum / 2) / 2
        }
        for j in 0..<4 {
            let sum = (0..<5).reduce(0 as Float) { $0 + p[$1, j] }
            spins.parameters.values[p.hiddenBiasRange.lowerBound + j] =
                (p.hiddenBias[j] + sum / 2) / 2
        }
        func logProbabilities(_ rbm: RBM) -> [Double] {
            let free = NaiveRBM.states(rbm.visibleUnits, 5).map { -rbm.freeEnergy(ofVisible: $0) }
            let logPartition = logSum(free)
            return free.map { $0 - logPartition }
        }
        // The parameters are multiples of 2⁻¹², so that the map is exact in float32.
        #expect(largestDifference(logProbabilities(bits), logProbabilities(spins)) < 1e-12)
    }

    @Test(arguments: UnitKinds.binary, UnitKinds.binary)
    func freeEnergiesAreFiniteAndExactAtPreactivationsOfAThousand(
        visible: any UnitKind, hidden: any UnitKind
    ) {
        for bias: Float in [1000, -1000] {
            let rbm = RBM(
                visibleUnits: visible, hiddenUnits: hidden,
                parameters: Parameters(
                    weights: [0, 0], visibleBias: [0], hiddenBias: [bias, bias]))
            // Two units in a field x: −2 max(x, 0) for Bernoulli, −2|x| for spins.
            let exact = hidden == .spin ? -2000.0 : (bias > 0 ? -2000 : 0)
            #expect(rbm.freeEnergy(ofVisible: [1]) == exact)
        }
    }

    @Test(arguments: UnitKinds.binary)
    func meansAreDerivativesOfLogPartitions(kind: any UnitKind) {
        for x in stride(from: -30.0, through: 30, by: 0.37) {
            let step = 1e-5
            let slope =
                (kind.logPartition(field: x + step) - kind.logPartition(field: x - step))
                / (2 * step)
            #expect(abs(slope - kind.mean(field: x)) < 1e-9)
        }
        #expect(kind.mean(field: 1000) == 1)
        #expect(abs(kind.mean(field: -1000) - kind.value(0)) < 1e-300)
    }

    @Test func aStateOfAnotherSizeTraps() async {
        await #expect(processExitsWith: .failure) {
            let rbm = RBM(
                visibleUnits: .spin, hiddenUnits: .spin,
                parameters: Parameters(visible: 2, hidden: 2))
            _ = rbm.freeEnergy(ofVisible: [1, 1, 1])
        }
    }
}
