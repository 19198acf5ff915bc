import Foundation
import RBMCore

/// A small machine or stack of which some Gaussian visible units are held, in double precision: the
/// exact probabilities of the hidden units above them.
struct HeldGaussians {
    let naive: NaiveGaussian
    /// NaN of free units.
    let held: [Float]
    /// p(h | held units), indexed by the number of the hidden state.
    let probabilities: [Double]

    /// Of a machine by itself, p(h) is e^{c·h} ∫ dv; of a stack's first layer what the layers above say.
    init(_ layers: [RBM], held: [Float]) {
        let naive = NaiveGaussian(layers[0])
        let above = layers.count > 1 ? NaiveStack(layers: Array(layers[1...])) : nil
        let priors =
            above.map { $0.visibleProbabilities.map { log($0) } }
            ?? naive.hiddenStates.map(naive.logIntegral)
        let logs = zip(naive.hiddenStates, priors).map { hidden, prior in
            // p(v | h) of the held units; the free ones integrate to 1.
            naive.means(hidden).enumerated().reduce(prior) { log, unit in
                let (i, mean) = (unit.offset, unit.element)
                guard !held[i].isNaN else { return log }
                return log - pow(Double(held[i]) - mean, 2) / (2 * exp(naive.logVariances[i]))
            }
        }
        let total = logSum(logs)
        self.naive = naive
        self.held = held
        probabilities = logs.map { exp($0 - total) }
    }

    /// ⟨vᵢvⱼ⟩ of all pairs of units, and ⟨vᵢ⟩ where j is their number.
    func moment(_ i: Int, _ j: Int) -> Double {
        zip(naive.hiddenStates, probabilities).reduce(0) { sum, state in
            let means = naive.means(state.0).enumerated().map {
                held[$0.offset].isNaN ? $0.element : Double(held[$0.offset])
            }
            let own = i == j && held[i].isNaN ? exp(naive.logVariances[i]) : 0
            return sum + state.1 * (means[i] * (j < means.count ? means[j] : 1) + own)
        }
    }

    /// The largest deviation of drawn moments from the exact ones, in standard errors.
    ///
    /// - Parameter rows: Independent draws of the visible units.
    func deviation(of rows: [[Double]]) -> Double {
        var largest = 0.0
        for i in held.indices where held[i].isNaN {
            for j in 0...held.count {
                let products = rows.map { $0[i] * (j < held.count ? $0[j] : 1) }
                let mean = products.reduce(0, +) / Double(rows.count)
                let variance = products.reduce(0) { $0 + pow($1 - mean, 2) } / Double(rows.count)
                let error = (variance / Double(rows.count)).squareRoot()
                largest = max(largest, abs(mean - moment(i, j)) / error)
            }
        }
        return largest
    }
}

/// Rows of real values from their bytes.
func reals(_ bytes: [UInt8], units: Int) -> [[Double]] {
    var values: [Float] = []
    readReals(bytes, 0..<(bytes.count / 4), into: &values)
    return stride(from: 0, to: values.count, by: units).map { start in
        values[start..<(start + units)].map { Double($0) }
    }
}
