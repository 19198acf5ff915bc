public import Analysis
import RandomStreams

/// The shares of fields, of pairs, and of couplings among more units in a Hamiltonian whose states are too
/// many to enumerate.
///
/// They are shares in the variance of H over all states, as those of `CouplingSpectrum.Order`. What
/// fields and pairs leave over is measured on random states. It is a difference, and so its error is
/// small where it is small.
public struct OrderShares: Sendable, Equatable {
    public let fields: Estimate
    public let pairs: Estimate
    public let higher: Estimate

    /// Measures the shares.
    ///
    /// - Parameters:
    ///   - pairs: The pair couplings of the Hamiltonian.
    ///   - states: How many random states are used, in 64 blocks that give the error.
    ///   - seed: Names the states.
    /// - Precondition: `states` is a positive multiple of 64.
    public init(
        _ hamiltonian: MarginalHamiltonian, _ pairs: PairCouplings, states: Int = 4096,
        seed: UInt64 = 1
    ) {
        let blocks = 64
        precondition(states > 0 && states % blocks == 0, "\(states) states in \(blocks) blocks")
        precondition(pairs.units == hamiltonian.units, "\(pairs.units) units")
        let random = RandomStream(seed: seed, .couplingStates)
        var words = [UInt32](repeating: 0, count: pairs.units)
        let rests = (0..<states).map { state in
            var span = words.mutableSpan
            random.fill(&span, row: state)
            let spins = words.map { $0 >> 31 == 1 ? 1.0 : -1.0 }
            return hamiltonian.value(of: spins) - pairs.value(of: spins)
        }
        let mean = rests.reduce(0, +) / Double(states)
        let squares = rests.map { ($0 - mean) * ($0 - mean) }
        let variance = squares.reduce(0, +) / Double(states - 1)
        // The differences of rounded numbers are not couplings.
        let rounding = 1e-13 * max(1, mean.magnitude)
        let rest = variance > rounding * rounding ? variance : 0
        let length = states / blocks
        let spread = (0..<blocks).reduce(0.0) { sum, block in
            let part = squares[block * length..<(block + 1) * length].reduce(0, +) / Double(length)
            return sum + (part - rest) * (part - rest)
        }
        let error = (spread / Double(blocks * (blocks - 1))).squareRoot()
        let first = pairs.fields.reduce(0) { $0 + $1 * $1 }
        let second = pairs.couplings.reduce(0) { $0 + $1 * $1 } / 2
        let total = first + second + rest
        guard total > 0 else {
            fields = Estimate(exact: 0)
            self.pairs = fields
            higher = fields
            return
        }
        let relative = error / total
        fields = Estimate(value: first / total, error: first / total * relative)
        self.pairs = Estimate(value: second / total, error: second / total * relative)
        higher = Estimate(value: rest / total, error: (first + second) / total * relative)
    }
}

extension MarginalHamiltonian {
    /// Returns −H of one state.
    ///
    /// - Precondition: `spins` has shape [units].
    func value(of spins: [Double]) -> Double {
        precondition(spins.count == units, "\(spins.count) spins of \(units)")
        let weights = weights.span
        let spins = spins.span
        var sum = constant
        for i in 0..<units { sum += fields[i] * spins[i] }
        for j in 0..<others {
            let row = weights.extracting(j * units..<(j + 1) * units)
            sum += logTwoCosh(thresholds[j] + dot(row, spins))
        }
        return sum
    }
}

extension PairCouplings {
    /// Returns Σ ηᵢsᵢ + Σ J_ab sₐs_b over pairs.
    func value(of spins: [Double]) -> Double {
        let couplings = couplings.span
        let spins = spins.span
        var sum = 0.0
        for a in 0..<units {
            let row = couplings.extracting(a * units..<(a + 1) * units)
            sum += spins[a] * (fields[a] + dot(row, spins) / 2)
        }
        return sum
    }
}

/// Returns Σ aᵢbᵢ in four interleaved sums, which vectorize.
private func dot(_ a: Span<Double>, _ b: Span<Double>) -> Double {
    precondition(a.count == b.count, "\(a.count) and \(b.count) values")
    var lanes = InlineArray<4, Double>(repeating: 0)
    var i = 0
    while i + 4 <= a.count {
        for lane in 0..<4 { lanes[lane] += a[i &+ lane] * b[i &+ lane] }
        i += 4
    }
    while i < a.count {
        lanes[0] += a[i] * b[i]
        i += 1
    }
    return (lanes[0] + lanes[1]) + (lanes[2] + lanes[3])
}
