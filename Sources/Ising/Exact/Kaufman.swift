import RealModule

/// Calculates the partition function of the L×L torus in closed form, at any size.
///
/// Each site has one bond to its right neighbour and one to its lower neighbour, which makes 2L²
/// bonds. On the 2×2 torus two bonds therefore join each pair of neighbours.
///
/// Source: [Kaufman49].
public enum Kaufman {
    /// Returns ln Z of the torus, and its energy and specific heat from exact derivatives.
    ///
    /// Everything is kept in logarithms. At even sizes Z(−K) = Z(K), since the spins of one sublattice
    /// can be turned over.
    ///
    /// - Parameters:
    ///   - size: L ≥ 2; the cost is proportional to L.
    ///   - coupling: K, finite; it may be negative if L is even.
    /// - Throws: `IsingError` for any other size or coupling.
    public static func torus(size: Int, coupling: Double) throws(IsingError)
        -> ExactThermodynamics
    {
        try checkTorus(size: size, coupling: coupling, for: "the partition function of the torus")
        let sites = Double(size) * Double(size)
        let strength = abs(coupling)
        let (logZ, first, second) = logPartition(size: size, strength: strength)
        return ExactThermodynamics(
            logZ: logZ, first: coupling < 0 ? -first : first, second: second, coupling: coupling,
            sites: sites)
    }

    /// The coupling beyond which one overturned spin has a weight e^{−8K} below 10⁻¹⁷³, and sinh² may
    /// overflow.
    static let frozen = 50.0

    private static func logPartition(size: Int, strength k: Double)
        -> (logZ: Double, first: Double, second: Double)
    {
        let sites = Double(size) * Double(size)
        if k == 0 { return (sites * .log(2), 0, 2 * sites) }
        if k > frozen {
            return (2 * sites * k + .log(2), 2 * sites, 64 * sites * .exp(-8 * k))
        }
        let half = Double(size) / 2
        // Products of 2cosh(Lγ/2) and 2sinh(Lγ/2), each times sinh(2K)^{L/2}, without the mode 0.
        var oddCosh = LogTerm()
        var oddSinh = LogTerm()
        var evenCosh = LogTerm()
        var evenSinh = LogTerm()
        for r in 0..<size {
            let odd = Double(2 * r + 1)
            let (cosh1, sinh1) = factors(size: size, coupling: k, wave: odd)
            oddCosh.multiply(by: cosh1)
            oddSinh.multiply(by: sinh1)
            guard r > 0 else { continue }
            let (cosh0, sinh0) = factors(size: size, coupling: k, wave: Double(2 * r))
            evenCosh.multiply(by: cosh0)
            evenSinh.multiply(by: sinh0)
        }
        // γ₀ = 2K + ln tanh K may be negative. These two are sinh 2K · e^{±γ₀}; 2sinh(Lγ₀/2) is the
        // difference of their powers, and is negative below the critical coupling.
        let rising = LogTerm(
            value: half * (.log(2) + 2 * .log(.sinh(k)) + 2 * k),
            first: half * (2 / .tanh(k) + 2),
            second: -half * 2 / (.sinh(k) * .sinh(k)))
        let falling = LogTerm(
            value: half * (.log(2) + 2 * .log(.cosh(k)) - 2 * k),
            first: half * (2 * .tanh(k) - 2),
            second: half * 2 / (.cosh(k) * .cosh(k)))
        let total = LogTerm.sum([
            (1, oddCosh), (1, oddSinh),
            (1, evenCosh * rising), (1, evenCosh * falling),
            (1, evenSinh * rising), (-1, evenSinh * falling),
        ])
        return (total.value + (sites / 2 - 1) * .log(2), total.first, total.second)
    }

    /// Returns 2cosh(Lγ/2) and 2sinh(Lγ/2) of one mode, each times sinh(2K)^{L/2}.
    private static func factors(size: Int, coupling: Double, wave: Double) -> (LogTerm, LogTerm) {
        let length = Double(size)
        let mode = TransferMode(coupling: coupling, angle: .pi * wave / length)
        let s = Double.sinh(2 * coupling)
        let c = Double.cosh(2 * coupling)
        // q = e^{−Lγ}; g = Lγ. Where q underflows, its derivatives have weight zero too.
        let q = Double.exp(length * (.log(s) - mode.logB))
        let g1 = length * (mode.first - 2 * c / s)
        let g2 = length * (mode.second + 4 / (s * s))
        let q1 = q < 1e-280 ? 0 : -g1 * q
        let q2 = q < 1e-280 ? 0 : (g1 * g1 - g2) * q
        let power = LogTerm(
            value: length / 2 * mode.logB, first: length / 2 * mode.first,
            second: length / 2 * mode.second)
        let plus = q1 / (1 + q)
        let minus = -q1 / (1 - q)
        return (
            power
                * LogTerm(
                    value: .log(onePlus: q), first: plus, second: q2 / (1 + q) - plus * plus),
            power
                * LogTerm(
                    value: .log(onePlus: -q), first: minus, second: -q2 / (1 - q) - minus * minus)
        )
    }

    /// Refuses a size or coupling for which no calculation on the torus has an answer.
    static func checkTorus(size: Int, coupling: Double, for calculation: String)
        throws(IsingError)
    {
        guard size >= 2 else {
            throw .size(size, allowed: 2...Int.max, for: calculation)
        }
        guard coupling.isFinite else { throw .couplingNotFinite(coupling) }
        guard coupling >= 0 || size % 2 == 0 else {
            throw .frustrated(size: size, coupling: coupling)
        }
    }
}

/// The logarithm of a positive function of K with its first two derivatives.
private struct LogTerm {
    var value = 0.0
    var first = 0.0
    var second = 0.0

    mutating func multiply(by other: LogTerm) { self = self * other }

    static func * (a: LogTerm, b: LogTerm) -> LogTerm {
        LogTerm(
            value: a.value + b.value, first: a.first + b.first, second: a.second + b.second)
    }

    /// Returns the logarithm of a signed sum, whose total is positive.
    ///
    /// The derivatives are weighted means and a weighted variance of those of the terms, so that no
    /// numbers of the size of N² cancel.
    static func sum(_ terms: [(sign: Double, term: LogTerm)]) -> LogTerm {
        let largest = terms.map(\.term.value).max() ?? 0
        let weights = terms.map { $0.sign * .exp($0.term.value - largest) }
        let total = weights.reduce(0, +)
        var first = 0.0
        for (weight, (_, term)) in zip(weights, terms) where weight != 0 {
            first += weight / total * term.first
        }
        var second = 0.0
        for (weight, (_, term)) in zip(weights, terms) where weight != 0 {
            let deviation = term.first - first
            second += weight / total * (term.second + deviation * deviation)
        }
        return LogTerm(value: largest + .log(total), first: first, second: second)
    }
}
