extension Parameters {
    /// Adds to the weights a start at which each hidden spin looks at few visible ones: at one with the
    /// weight 1, and at those that vary most with it, with ±1/√2N for each of N.
    ///
    /// From small weights without a pattern all hidden units first learn what varies most, and in a
    /// critical system that is everything at once; what few spins have in common comes last, and late. Units that begin
    /// with few spins have that at the start.
    ///
    /// With fewer hidden units than visible ones, each begins where those before it explain least.
    ///
    /// - Parameters:
    ///   - neighbours: N.
    ///   - states: Bytes 0 or 1 of some cases, shape `[cases, visible]`.
    public mutating func addLocalWeights(neighbours: Int, states: [UInt8]) {
        let covariances = SpinCovariances(states, visible: visibleCount)
        let neighbours = min(neighbours, visibleCount - 1)
        let share = neighbours > 0 ? (1 / (2 * Float(neighbours))).squareRoot() : 0
        // How far each unit is explained by those at which hidden units begin.
        var explained = [Int](repeating: 0, count: visibleCount)
        for j in 0..<hiddenCount {
            // Each unit once, before any comes again.
            if j % visibleCount == 0 { explained = Array(repeating: 0, count: visibleCount) }
            let centre =
                hiddenCount < visibleCount
                ? explained.indices.min { (explained[$0], $0) < (explained[$1], $1) } ?? 0
                : j % visibleCount
            let row = covariances.row(centre)
            if hiddenCount < visibleCount {
                for i in row.indices { explained[i] += abs(row[i]) }
                explained[centre] = .max / 2
            }
            self[centre, j] += 1
            let others = row.indices.filter { $0 != centre }
                .sorted { (-abs(row[$0]), $0) < (-abs(row[$1]), $1) }
            for i in others.prefix(neighbours) { self[i, j] += row[i] < 0 ? -share : share }
        }
    }
}

/// Covariances of spins over some cases, in whole numbers.
private struct SpinCovariances {
    private let visible: Int
    private let cases: Int
    /// A bit for each case, shape `[visible, words]`.
    private var bits: [UInt64]
    private let words: Int
    private var ups: [Int]

    init(_ states: [UInt8], visible: Int) {
        self.visible = visible
        cases = states.count / visible
        words = (cases + 63) / 64
        bits = Array(repeating: 0, count: visible * words)
        ups = Array(repeating: 0, count: visible)
        for row in 0..<cases {
            for i in 0..<visible where states[row * visible + i] != 0 {
                bits[i * words + row / 64] |= 1 << UInt64(row % 64)
                ups[i] += 1
            }
        }
    }

    /// n Σ s s′ − Σ s Σ s′ over n cases of one spin with all, shape `[visible]`.
    func row(_ unit: Int) -> [Int] {
        let own = bits.span.extracting(rowRange(unit, of: words))
        return (0..<visible).map { i in
            let other = bits.span.extracting(rowRange(i, of: words))
            var different = 0
            for k in own.indices { different += (own[k] ^ other[k]).nonzeroBitCount }
            return cases * (cases - 2 * different) - (2 * ups[unit] - cases) * (2 * ups[i] - cases)
        }
    }
}
