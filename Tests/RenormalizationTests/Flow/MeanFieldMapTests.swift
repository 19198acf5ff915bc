import Foundation
import RBMCore
import RandomStreams
import Renormalization
import TestSupport
import Testing

struct MeanFieldMapTests {
    static func machine(
        _ visibleUnits: any UnitKind, _ visible: Int, _ hiddenUnits: any UnitKind, _ hidden: Int,
        scale: Float = 1
    ) -> RBM {
        randomMachine(
            visible: visible, hidden: hidden, visibleUnits: visibleUnits, hiddenUnits: hiddenUnits,
            scale: scale, seed: 8)
    }

    static let kinds: [(any UnitKind, any UnitKind)] = [
        (.spin, .spin), (.bernoulli, .bernoulli), (.spin, .bernoulli), (.bernoulli, .spin),
        (.gaussian, .bernoulli), (.gaussian, .spin), (.spin, .gaussian),
    ]

    private func start(_ kind: any UnitKind, _ count: Int, row: Int) -> [Double] {
        let stream = RandomStream(seed: 9, .benchmark)
        return (0..<count).map {
            kind.value(Double(stream.word(row: row, unit: $0).unitInterval))
        }
    }

    @Test(arguments: kinds) func theFreeEnergyNeverRises(kinds: (any UnitKind, any UnitKind)) {
        let rbm = Self.machine(kinds.0, 9, kinds.1, 7, scale: 1.5)
        let map = MeanFieldMap(rbm)
        for row in 0..<20 {
            var visible = start(kinds.0, 9, row: row)
            var hidden = start(kinds.1, 7, row: 100 + row)
            var before = map.freeEnergy(visible: visible, hidden: hidden)
            var fall = 0.0
            for _ in 0..<100 {
                hidden = map.hiddenMeans(visible)
                let middle = map.freeEnergy(visible: visible, hidden: hidden)
                #expect(middle <= before + 1e-13 * abs(before))
                visible = map.visibleMeans(hidden)
                let after = map.freeEnergy(visible: visible, hidden: hidden)
                #expect(after <= middle + 1e-13 * abs(middle))
                fall += before - after
                before = after
            }
            #expect(fall > 0.01)
        }
    }

    /// With one hidden unit summed out, G at the best h is −b·v − Σ ln Σ e^{hx} − S(v).
    @Test func theFreeEnergyAtDecidedUnitsIsTheirEnergy() {
        let rbm = Self.machine(.spin, 4, .bernoulli, 3)
        let map = MeanFieldMap(rbm)
        let visible: [Double] = [1, -1, -1, 1]
        let hidden: [Double] = [1, 0, 1]
        #expect(
            abs(
                map.freeEnergy(visible: visible, hidden: hidden)
                    - rbm.energy(visible: visible, hidden: hidden)) < 1e-12)
        // The best hidden means turn −S into a free energy, exactly.
        #expect(
            abs(
                map.freeEnergy(visible: visible, hidden: map.hiddenMeans(visible))
                    - rbm.freeEnergy(ofVisible: visible)) < 1e-12)
    }

    /// With Gaussian visible units G at the hidden means is the free energy of the state, less ½ ln 2πσ² a
    /// unit; a step goes to b + Wh, and the radius is that of the Jacobian's eigenvalues with any σ.
    @Test func gaussianUnitsHaveTheirVariances() {
        let rbm = RBM(
            visibleUnits: .gaussian, hiddenUnits: .bernoulli,
            parameters: Parameters(
                weights: [0.8, -0.4, 0.3, 1.1, -0.9, 0.5], visibleBias: [0.2, -0.1, 0.4],
                hiddenBias: [0.3, -0.2], logVariances: [-1, 0.5, 1]))
        let map = MeanFieldMap(rbm)
        let visible = [0.3, -0.7, 1.2]
        let hidden = map.hiddenMeans(visible)
        let constant = 1.5 * log(2 * Double.pi) + (-1 + 0.5 + 1) / 2
        let expectedFree = rbm.freeEnergy(ofVisible: visible) - constant
        #expect(abs(map.freeEnergy(visible: visible, hidden: hidden) - expectedFree) < 1e-12)
        let image = map.visibleMeans(hidden)
        let expected = 0.2 + Double(Float(0.8)) * hidden[0] - Double(Float(0.4)) * hidden[1]
        #expect(abs(image[0] - expected) < 1e-7)
        // The flow's rate of approach is the radius at its end.
        var state = visible
        var changes: [Double] = []
        for _ in 0..<60 {
            let next = map(state)
            changes.append(zip(next, state).reduce(0) { $0 + pow($1.0 - $1.1, 2) }.squareRoot())
            state = next
        }
        let place = changes.lastIndex { $0 > 1e-7 } ?? 1
        #expect(
            abs(map.spectralRadius(at: state) - changes[place] / changes[place - 1]) < 1e-4)
    }

    @Test(arguments: kinds) func theSpectralRadiusIsThatOfTheDifferences(
        kinds: (any UnitKind, any UnitKind)
    ) {
        let rbm = Self.machine(kinds.0, 6, kinds.1, 5)
        let map = MeanFieldMap(rbm)
        let point = MeanFieldFixedPoints.end(of: map.undecided, under: map).visible
        // Columns of the Jacobian by central differences; its largest eigenvalue by many powers.
        let step = 1e-6
        var vector = (0..<6).map { 1 + 0.1 * Double($0) }
        var growth = 0.0
        for _ in 0..<2000 {
            let length = vector.reduce(0) { $0 + $1 * $1 }.squareRoot()
            let unit = vector.map { $0 / length }
            let plus = map(zip(point, unit).map { $0 + step * $1 })
            let minus = map(zip(point, unit).map { $0 - step * $1 })
            vector = zip(plus, minus).map { ($0 - $1) / (2 * step) }
            growth = vector.reduce(0) { $0 + $1 * $1 }.squareRoot()
        }
        #expect(abs(map.spectralRadius(at: point) - growth) < 1e-6 * max(growth, 1))
    }

    @Test func aMachineWithoutWeightsForgetsAtOnce() {
        let parameters = Parameters(
            weights: [0, 0, 0, 0], visibleBias: [0.3, -0.2], hiddenBias: [0, 1])
        let map = MeanFieldMap(
            RBM(visibleUnits: .spin, hiddenUnits: .spin, parameters: parameters))
        let image = map([1, -1])
        #expect(abs(image[0] - tanh(Double(Float(0.3)))) < 1e-14)
        #expect(map.spectralRadius(at: image) == 0)
    }
}
