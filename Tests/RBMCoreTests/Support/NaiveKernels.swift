import RandomStreams

@testable import RBMCore

/// Turns the fields of some rows of units into probabilities, in place.
func activate(_ kind: any UnitKind, units: Int, rows: Range<Int>, _ values: inout [Float]) {
    activate(kind.law(own: []), columns: units, rows: rows, &values)
}

/// Draws bytes of 0 or `one`, each from its probability and its own random word.
func sample(
    _ probabilities: [Float], rows: Range<Int>, units: Int, one: UInt8, stream: RandomStream,
    firstRow: Int, into states: inout [UInt8], at target: Int
) {
    for (place, row) in rows.enumerated() {
        for unit in 0..<units {
            let word = stream.word(row: firstRow + place, unit: unit)
            states[(target + place) * units + unit] =
                word.occurs(probabilities[row * units + unit]) ? one : 0
        }
    }
}

extension RBM {
    /// σ² of each Gaussian visible unit, shape `[visible]`.
    var visibleVariances: [Double] {
        parameters.hasLogVariances
            ? parameters.logVariances.map { exponential(Double($0)) }
            : Array(repeating: 1, count: visibleCount)
    }
}
