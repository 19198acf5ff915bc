import RBMCore

/// A small stack in double precision, by its definition: the top machine's distribution of its
/// visible units, and one conditional after the other down from there.
struct NaiveStack {
    let layers: [RBM]

    /// p(v), indexed by the number of the state.
    var visibleProbabilities: [Double] {
        var above = NaiveRBM(layers[layers.count - 1]).visibleProbabilities
        for rbm in layers.dropLast().reversed() {
            let naive = NaiveRBM(rbm)
            var below = [Double](repeating: 0, count: 1 << rbm.visibleCount)
            for (hidden, p) in zip(naive.hiddenStates, above) {
                let ups = naive.visibleFields(hidden).map(rbm.visibleUnits.level(field:))
                for (number, visible) in naive.visibleStates.enumerated() {
                    below[number] += zip(ups, visible).reduce(p) {
                        $0 * ($1.1 == 1 ? $1.0 : 1 - $1.0)
                    }
                }
            }
            above = below
        }
        return above
    }

    /// p(v | held units), indexed by the number of the state: 0 where a held unit differs.
    func visibleProbabilities(given clamp: [UInt8]) -> [Double] {
        let joint = visibleProbabilities.enumerated().map { number, p in
            let fits = clamp.enumerated().allSatisfy { unit, byte in
                byte == Clamp.free || Int(byte) == number >> unit & 1
            }
            return fits ? p : 0
        }
        let total = joint.reduce(0, +)
        return joint.map { $0 / total }
    }
}
