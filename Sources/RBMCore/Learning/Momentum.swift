/// The share of the last update that the next one keeps, as a function of the step.
public struct Momentum: Sendable, Equatable {
    public let from: Double
    public let to: Double
    /// Steps over which it changes linearly; 0 where it is `to` from the start.
    public let over: Int

    public init(from: Double, to: Double, over: Int) {
        precondition(
            (0..<1).contains(from) && (0..<1).contains(to) && over >= 0,
            "momentum from \(from) to \(to) over \(over) steps")
        self.from = from
        self.to = to
        self.over = over
    }

    /// A momentum that does not change.
    public static func constant(_ value: Double) -> Momentum {
        Momentum(from: value, to: value, over: 0)
    }

    /// The momentum of a step, counted from 0.
    public func value(step: Int) -> Float {
        step < over ? Float(from + (to - from) * Double(step) / Double(over)) : Float(to)
    }

    /// Whether no step has any.
    public var isZero: Bool { from == 0 && to == 0 }
}

/// The two float operations of momentum, on one value [Sutskever13].
enum MomentumStep {
    /// The new velocity: μv + change.
    @inline(__always)
    static func velocity<Real: FloatingPoint>(_ v: Real, _ momentum: Real, change: Real) -> Real {
        momentum * v + change
    }

    /// Where Nesterov's gradient is taken: θ + μv.
    @inline(__always)
    static func lookahead<Real: FloatingPoint>(_ value: Real, _ v: Real, _ momentum: Real) -> Real {
        value + momentum * v
    }
}
