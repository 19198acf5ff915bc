import Foundation
import TestSupport

/// A distribution over numbered states, and samples of it.
struct StateDistribution {
    let probabilities: [Double]

    /// Draws the number of a state.
    func draw(_ generator: inout TestGenerator) -> Int {
        var rest = Double.random(in: 0..<1, using: &generator)
        for (state, p) in probabilities.enumerated() {
            rest -= p
            if rest < 0 { return state }
        }
        return probabilities.count - 1
    }

    /// The total variation between this distribution and the frequencies of states.
    func variation(_ states: [Int]) -> Double {
        var counts = [Double](repeating: 0, count: probabilities.count)
        for state in states { counts[state] += 1 }
        return zip(counts, probabilities).reduce(0) {
            $0 + abs($1.0 / Double(states.count) - $1.1) / 2
        }
    }

    /// The mean total variation of so many independent draws from the distribution itself.
    func floor(draws: Int) -> Double {
        // Half the mean magnitude of a normal number with each frequency's variance.
        probabilities.reduce(0) { sum, p in
            sum + (p * (1 - p) / Double(draws)).squareRoot() * (2 / .pi).squareRoot() / 2
        }
    }
}

/// The number of the state of one row of bytes 0 and 1: bit i is unit i.
func stateNumber(_ bytes: [UInt8], row: Int, of units: Int) -> Int {
    (0..<units).reduce(0) { $0 | Int(bytes[row * units + $1]) << $1 }
}
