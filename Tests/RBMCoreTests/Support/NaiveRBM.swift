import Foundation
import RBMCore

/// A small RBM in double precision, every quantity by its definition: sums over all joint states.
///
/// State number n of a layer has unit i at its upper value where bit i of n is set.
struct NaiveRBM {
    let visibleUnits: any UnitKind
    let hiddenUnits: any UnitKind
    /// Indexed by visible unit, then hidden unit.
    var weights: [[Double]]
    var visibleBias: [Double]
    var hiddenBias: [Double]

    init(_ rbm: RBM) {
        visibleUnits = rbm.visibleUnits
        hiddenUnits = rbm.hiddenUnits
        weights = (0..<rbm.visibleCount).map { i in
            (0..<rbm.hiddenCount).map { j in Double(rbm.parameters[i, j]) }
        }
        visibleBias = rbm.parameters.visibleBias.map { Double($0) }
        hiddenBias = rbm.parameters.hiddenBias.map { Double($0) }
    }

    /// All states of `count` columns of units.
    static func states(_ kind: any UnitKind, _ count: Int) -> [[Double]] {
        guard kind.columns == 1 else { return oneHotStates(of: kind.columns, columns: count) }
        return (0..<(1 << count)).map { number in
            (0..<count).map { unit in
                let isUp = number >> unit & 1 == 1
                return kind == .spin ? (isUp ? 1 : -1) : (isUp ? 1 : 0)
            }
        }
    }

    /// All states of units of which one column of each is 1.
    private static func oneHotStates(of alternatives: Int, columns: Int) -> [[Double]] {
        (0..<(columns / alternatives)).reduce([[]]) { states, _ in
            states.flatMap { state in
                (0..<alternatives).map { drawn in
                    state + (0..<alternatives).map { $0 == drawn ? 1 : 0 }
                }
            }
        }
    }

    var visibleStates: [[Double]] { Self.states(visibleUnits, visibleBias.count) }
    var hiddenStates: [[Double]] { Self.states(hiddenUnits, hiddenBias.count) }

    func energy(_ v: [Double], _ h: [Double]) -> Double {
        var energy = 0.0
        for i in v.indices {
            energy -= visibleBias[i] * v[i]
            for j in h.indices { energy -= v[i] * weights[i][j] * h[j] }
        }
        for j in h.indices { energy -= hiddenBias[j] * h[j] }
        return energy
    }

    /// c + Wᵀv.
    func hiddenFields(_ v: [Double]) -> [Double] {
        hiddenBias.indices.map { j in
            v.indices.reduce(hiddenBias[j]) { $0 + v[$1] * weights[$1][j] }
        }
    }

    /// b + Wh.
    func visibleFields(_ h: [Double]) -> [Double] {
        visibleBias.indices.map { i in
            h.indices.reduce(visibleBias[i]) { $0 + h[$1] * weights[i][$1] }
        }
    }

    func freeEnergy(visible v: [Double]) -> Double {
        -logSum(hiddenStates.map { -energy(v, $0) })
    }

    func freeEnergy(hidden h: [Double]) -> Double {
        -logSum(visibleStates.map { -energy($0, h) })
    }

    var logPartition: Double { logSum(visibleStates.map { -freeEnergy(visible: $0) }) }

    /// p(v, h), indexed by the numbers of the visible and of the hidden state.
    var jointProbabilities: [[Double]] {
        let logPartition = logPartition
        let hiddenStates = hiddenStates
        return visibleStates.map { v in
            hiddenStates.map { h in exp(-energy(v, h) - logPartition) }
        }
    }

    /// p(v), indexed by the number of the state.
    var visibleProbabilities: [Double] { jointProbabilities.map { $0.reduce(0, +) } }

    /// p(h).
    var hiddenProbabilities: [Double] {
        let joint = jointProbabilities
        return joint[0].indices.map { h in joint.reduce(0) { $0 + $1[h] } }
    }

    /// The mean of each hidden unit given visible values, by enumeration.
    func hiddenMeans(given v: [Double]) -> [Double] {
        let free = freeEnergy(visible: v)
        var means = hiddenBias.map { _ in 0.0 }
        for h in hiddenStates {
            let probability = exp(free - energy(v, h))
            for j in h.indices { means[j] += probability * h[j] }
        }
        return means
    }

    /// The gradient of the mean log-likelihood of cases, in the order of `Parameters.values`.
    func gradient(of cases: [[Double]]) -> [Double] {
        var gradient = [Double](
            repeating: 0,
            count: visibleBias.count * hiddenBias.count + visibleBias.count + hiddenBias.count)
        for v in cases { add(v, hiddenMeans(given: v), 1 / Double(cases.count), to: &gradient) }
        for (v, p) in zip(visibleStates, visibleProbabilities) {
            add(v, hiddenMeans(given: v), -p, to: &gradient)
        }
        return gradient
    }

    private func add(
        _ v: [Double], _ h: [Double], _ factor: Double, to gradient: inout [Double]
    ) {
        for i in v.indices {
            for j in h.indices { gradient[i * h.count + j] += factor * v[i] * h[j] }
            gradient[v.count * h.count + i] += factor * v[i]
        }
        for j in h.indices { gradient[v.count * h.count + v.count + j] += factor * h[j] }
    }
}

/// ln Σ eˣ.
func logSum(_ logs: [Double]) -> Double {
    let largest = logs.max() ?? -.infinity
    return largest + log(logs.reduce(0) { $0 + exp($1 - largest) })
}

/// The value of a unit whose byte is given: the definition that the products must meet.
func unitValue(_ byte: UInt8, _ kind: any UnitKind, _ encoding: StateEncoding) -> Double {
    let share = Double(byte) / Double(encoding.maximum)
    return kind == .spin ? 2 * share - 1 : share
}

/// The values of one row of bytes.
func unitValues(
    _ bytes: [UInt8], row: Int, of units: Int, _ kind: any UnitKind, _ encoding: StateEncoding
) -> [Double] {
    bytes[(row * units)..<((row + 1) * units)].map { unitValue($0, kind, encoding) }
}

/// The cosine of the angle between two vectors.
func cosine(_ a: [Double], _ b: [Double]) -> Double {
    func dot(_ x: [Double], _ y: [Double]) -> Double { zip(x, y).reduce(0) { $0 + $1.0 * $1.1 } }
    return dot(a, b) / (dot(a, a) * dot(b, b)).squareRoot()
}

/// The Euclidean distance of two vectors.
func distance(_ a: [Double], _ b: [Double]) -> Double {
    zip(a, b).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }.squareRoot()
}
