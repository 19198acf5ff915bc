import RealModule

/// The renormalization equation F(x) = g(x) + F(λx)/μ, solved by iteration [SornetteSammis95].
///
/// Its singular solutions are x^α P(ln x/ln λ) with α = ln μ/ln λ and a periodic P: a power law with the
/// complex exponents α + 2πin/ln λ.
public struct RenormalizationEquation: Sendable {
    /// λ, the change of scale, above 1.
    public let scale: Double
    /// μ, the change of the function, above 1.
    public let weight: Double

    /// - Precondition: Both are above 1.
    public init(scale: Double, weight: Double) {
        precondition(scale > 1 && weight > 1, "λ = \(scale), μ = \(weight)")
        self.scale = scale
        self.weight = weight
    }

    /// α = ln μ/ln λ.
    public var exponent: Double { .log(weight) / .log(scale) }

    /// ω = 2π/ln λ: the angular frequency in ln x.
    public var angularFrequency: Double { 2 * .pi / .log(scale) }

    /// Returns the imaginary part of the n-th exponent, whose real part is `exponent`.
    public func imaginaryExponent(_ n: Int) -> Double { Double(n) * angularFrequency }

    /// Returns the solution Σ_{n ≥ 0} g(λⁿx)/μⁿ for a bounded g, up to rounding.
    public func solution(at x: Double, of g: (Double) -> Double) -> Double {
        var (sum, place, share) = (0.0, x, 1.0)
        while share > 1e-18 {
            sum += share * g(place)
            place *= scale
            share /= weight
        }
        return sum
    }

    /// Returns the function of Weierstrass and Mandelbrot, Σ_n (1 − cos λⁿx)/μⁿ over all whole n
    /// [BerryLewis80]; it solves F(λx) = μF(x) without a regular part.
    ///
    /// It is rough: rounding x by a share ε changes it by about ε^α, so that small exponents have few digits.
    ///
    /// - Precondition: μ < λ², where the sum over negative n converges, and x > 0.
    public func weierstrassMandelbrot(at x: Double) -> Double {
        precondition(weight < scale * scale && x > 0, "μ = \(weight), λ² = \(scale * scale)")
        func term(_ place: Double, _ share: Double) -> Double {
            // 1 − cos y, to full precision also for small y.
            let sine = Double.sin(place / 2)
            return 2 * sine * sine * share
        }
        // Terms fall as μ⁻ⁿ on one side and as (μ/λ²)ⁿ on the other, from where λⁿx is about 1.
        let middle = -(Double.log(x) / .log(scale)).rounded()
        let up = (45 / Double.log(weight)).rounded(.up)
        let down = (45 / .log(scale * scale / weight)).rounded(.up)
        var sum = 0.0
        for n in stride(from: middle - down, through: middle + up, by: 1) {
            sum += term(x * .pow(scale, n), .pow(weight, -n))
        }
        return sum
    }

    /// What a series shows of its exponents.
    public struct Found: Sendable {
        /// The real part α.
        public let exponent: Double
        /// The angular frequency of the strongest oscillation in ln x.
        public let angularFrequency: Double
    }

    /// Finds the exponents of a positive function that is sampled at equal steps of ln x.
    ///
    /// The slope of ln F over whole periods is α; what the slope leaves oscillates, and the strongest
    /// oscillation is at the frequency where its Fourier sum is largest.
    ///
    /// - Parameters:
    ///   - values: F at ln x = start, start + step, ….
    ///   - frequencies: Where the oscillation is looked for.
    /// - Precondition: There are at least 16 values, all positive.
    public static func exponents(
        of values: [Double], step: Double, frequencies: ClosedRange<Double>
    ) -> Found {
        precondition(
            values.count >= 16 && values.allSatisfy { $0 > 0 }, "\(values.count) values")
        let logs = values.map { Double.log($0) }
        var slope = line(through: logs, step: step)
        var frequency = 0.0
        // The window is cut to whole periods once the period is known.
        for _ in 0..<3 {
            let rest = logs.indices.map { logs[$0] - slope * Double($0) * step }
            frequency = strongest(rest, step: step, frequencies)
            let period = 2 * .pi / frequency / step
            let whole = (Double(logs.count - 1) / period).rounded(.down) * period
            guard whole >= period else { break }
            // The difference over whole periods leaves only the trend.
            slope = meanSlope(logs, over: whole, step: step)
        }
        return Found(exponent: slope, angularFrequency: frequency)
    }

    private static func line(through logs: [Double], step: Double) -> Double {
        let middle = Double(logs.count - 1) / 2
        var (sum, squares) = (0.0, 0.0)
        for (place, value) in logs.enumerated() {
            sum += (Double(place) - middle) * value
            squares += (Double(place) - middle) * (Double(place) - middle)
        }
        return sum / squares / step
    }

    /// The mean slope between places that are a distance apart, which need not be whole.
    private static func meanSlope(_ logs: [Double], over distance: Double, step: Double) -> Double {
        var (sum, count) = (0.0, 0.0)
        var place = 0
        while Double(place) + distance <= Double(logs.count - 1) {
            let end = Double(place) + distance
            let before = min(Int(end), logs.count - 2)
            let part = end - Double(before)
            let value = logs[before] * (1 - part) + logs[before + 1] * part
            sum += (value - logs[place]) / (distance * step)
            count += 1
            place += 1
        }
        return sum / count
    }

    private static func strongest(
        _ rest: [Double], step: Double, _ frequencies: ClosedRange<Double>
    ) -> Double {
        let mean = rest.reduce(0, +) / Double(rest.count)
        func power(_ frequency: Double) -> Double {
            var (c, s) = (0.0, 0.0)
            for (place, value) in rest.enumerated() {
                let share = Double(place) / Double(rest.count - 1)
                // A smooth window keeps the peak where the frequency is.
                let window = .sin(.pi * share) * Double.sin(.pi * share)
                let phase = frequency * Double(place) * step
                c += window * (value - mean) * .cos(phase)
                s += window * (value - mean) * .sin(phase)
            }
            return c * c + s * s
        }
        let (low, high) = (frequencies.lowerBound, frequencies.upperBound)
        let points = 400
        let grid = (0...points).map { low + (high - low) * Double($0) / Double(points) }
        let best = grid.max { power($0) < power($1) } ?? low
        // The peak between the neighbours of the best point, by golden sections.
        let width = (high - low) / Double(points)
        var (a, b) = (max(low, best - width), min(high, best + width))
        let golden = (Double(5).squareRoot() - 1) / 2
        for _ in 0..<60 {
            let (x, y) = (b - golden * (b - a), a + golden * (b - a))
            if power(x) > power(y) { b = y } else { a = x }
        }
        return (a + b) / 2
    }
}
