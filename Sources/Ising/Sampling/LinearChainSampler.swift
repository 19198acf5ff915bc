import RandomStreams

/// Draws configurations of the linear chain, exactly and independently of each other.
///
/// A configuration is a pure function of the seed and of its number. Spin after spin is drawn from its
/// distribution given the spin before it and, on a ring, the first spin; all spins that follow are
/// summed over beforehand. Nothing has to equilibrate, and there is no autocorrelation.
public struct LinearChainSampler: Sendable {
    /// The lengths that can be drawn.
    public static let sizes = 2...1_000_000

    /// N.
    public let size: Int
    public let ends: LinearChain.Ends
    /// K.
    public let coupling: Double
    /// h, which adds −h Σ s to H.
    public let field: Double
    public let seed: UInt64

    /// Spin i becomes +1 if a random word is below this number, which depends on the first spin and on
    /// the spin before.
    ///
    /// Shape [size, 2, 2]. Spin 0 depends on neither, so that its four entries are equal.
    private let thresholds: [UInt64]

    /// Sums over the spins that follow each spin.
    ///
    /// - Throws: `IsingError` for a size, coupling or field out of range.
    public init(
        size: Int, ends: LinearChain.Ends, coupling: Double, field: Double = 0, seed: UInt64
    ) throws(IsingError) {
        guard Self.sizes.contains(size) else {
            throw .size(size, allowed: Self.sizes, for: "drawing the chain")
        }
        try LinearChain.check(coupling: coupling, field: field)
        self.size = size
        self.ends = ends
        self.coupling = coupling
        self.field = field
        self.seed = seed
        thresholds = Self.thresholds(size: size, ends: ends, coupling: coupling, field: field)
    }

    /// Writes configurations as bytes, 1 for spin +1 and 0 for −1, shape [indices.count, N].
    ///
    /// - Precondition: `indices` lies in 0..<2³², and `bytes` has N bytes for each index.
    public func draw(_ indices: Range<Int>, into bytes: inout MutableSpan<UInt8>) {
        precondition(
            indices.lowerBound >= 0 && bytes.count == indices.count * size,
            "\(bytes.count) bytes for configurations \(indices) of \(size) spins")
        let stream = RandomStream(seed: seed, .isingChain)
        var words = [UInt32](repeating: 0, count: size)
        for (place, index) in indices.enumerated() {
            var span = words.mutableSpan
            stream.fill(&span, row: index)
            var first = 0
            var before = 0
            for i in 0..<size {
                let up = UInt64(words[i]) < thresholds[4 * i + 2 * first + before] ? 1 : 0
                if i == 0 { first = up }
                before = up
                bytes[place * size + i] = UInt8(up)
            }
        }
    }

    private static func thresholds(
        size: Int, ends: LinearChain.Ends, coupling: Double, field: Double
    ) -> [UInt64] {
        /// Returns e^{Kss′ + hs′} divided by its largest value, by basic arithmetic: every machine then
        /// has the same bits.
        func weight(_ spin: Int, _ next: Int) -> Double {
            let exponent = coupling * (spin == next ? 1 : -1) + field * (next == 1 ? 1 : -1)
            return Probability.exponentialDecay(
                coupling.magnitude + field.magnitude - exponent)
        }
        let bonds = [[weight(0, 0), weight(0, 1)], [weight(1, 0), weight(1, 1)]]
        var thresholds = [UInt64](repeating: 0, count: 4 * size)
        // The weight of all spins that follow spin i, given the first spin and spin i.
        var rest = [[1.0, 1], [1, 1]]
        if ends == .periodic {
            rest = (0..<2).map { first in
                (0..<2).map { last in
                    Probability.exponentialDecay(
                        coupling.magnitude - coupling * (first == last ? 1 : -1))
                }
            }
        }
        for i in stride(from: size - 1, to: 0, by: -1) {
            var sums = rest
            for first in 0..<2 {
                for before in 0..<2 {
                    let up = bonds[before][1] * rest[first][1]
                    let total = bonds[before][0] * rest[first][0] + up
                    thresholds[4 * i + 2 * first + before] = threshold(up, of: total)
                    sums[first][before] = total
                }
            }
            let largest = max(sums[0][0], sums[0][1], sums[1][0], sums[1][1])
            rest = sums.map { $0.map { $0 / largest } }
        }
        let own = (0..<2).map { spin in
            rest[spin][spin]
                * Probability.exponentialDecay(
                    field.magnitude - field * (spin == 1 ? 1 : -1))
        }
        for entry in 0..<4 { thresholds[entry] = threshold(own[1], of: own[0] + own[1]) }
        return thresholds
    }

    /// Returns the probability of +1 in units of 2⁻³²; ½ for a state of weight 0, which never comes.
    private static func threshold(_ up: Double, of total: Double) -> UInt64 {
        total > 0 ? UInt64(up / total * 0x1p32 + 0.5) : 1 << 31
    }
}
