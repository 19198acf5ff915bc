import RealModule

/// The law y = A + Bτ^m + τ^m (C₁ cos(ω ln τ) + C₂ sin(ω ln τ)) with the time τ = t_c − t that is left
/// [Sornette98], in the form with four linear parameters [FilimonovSornette13].
public struct LogPeriodicLaw: Sendable, Equatable {
    /// t_c.
    public var criticalTime: Double
    /// m.
    public var exponent: Double
    /// ω.
    public var angularFrequency: Double
    /// A, B, C₁ and C₂.
    public var linear: SIMD4<Double>

    public init(
        criticalTime: Double, exponent: Double, angularFrequency: Double, linear: SIMD4<Double>
    ) {
        self.criticalTime = criticalTime
        self.exponent = exponent
        self.angularFrequency = angularFrequency
        self.linear = linear
    }

    /// Returns y at a time before t_c.
    public func value(at time: Double) -> Double {
        let log = Double.log(criticalTime - time)
        let power = Double.exp(exponent * log)
        let phase = angularFrequency * log
        return linear[0] + linear[1] * power
            + power * (linear[2] * .cos(phase) + linear[3] * .sin(phase))
    }

    /// √(C₁² + C₂²), the amplitude of the oscillation.
    public var amplitude: Double {
        (linear[2] * linear[2] + linear[3] * linear[3]).squareRoot()
    }

    /// What is asked of a bubble [Filimonov17]: a fall of the speed toward t_c with 0.1 ≤ m ≤ 0.9, an
    /// oscillation of 6 ≤ ω ≤ 13 that is weaker than the trend, |C| < |B|, B < 0 for a rise, and a
    /// hazard that is never negative, m|B| ≥ ω|C|.
    public enum Filter: String, Sendable, CaseIterable {
        case exponent, frequency, amplitude, sign, damping
    }

    /// The filters that the law passes.
    public var passed: [Filter] {
        Filter.allCases.filter { filter in
            switch filter {
            case .exponent: (0.1...0.9).contains(exponent)
            case .frequency: (6...13).contains(angularFrequency)
            case .amplitude: amplitude < linear[1].magnitude
            case .sign: linear[1] < 0
            case .damping: exponent * linear[1].magnitude >= angularFrequency * amplitude
            }
        }
    }
}
