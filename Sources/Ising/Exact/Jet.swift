import RealModule

/// A function of one variable at one point: its value and its first two derivatives.
struct Jet: Equatable {
    var value: Double
    var first = 0.0
    var second = 0.0

    /// The variable itself.
    static func variable(_ value: Double) -> Jet { Jet(value: value, first: 1) }

    /// Returns a function of this one, given its value and its derivatives at this value.
    func apply(_ value: Double, _ slope: Double, _ curvature: Double) -> Jet {
        Jet(
            value: value, first: slope * first,
            second: slope * second + curvature * first * first)
    }

    var exponential: Jet { apply(.exp(value), .exp(value), .exp(value)) }
    var logarithm: Jet { apply(.log(value), 1 / value, -1 / (value * value)) }
    var reciprocal: Jet {
        let inverse = 1 / value
        return apply(inverse, -inverse * inverse, 2 * inverse * inverse * inverse)
    }
    var squareRoot: Jet {
        let root = value.squareRoot()
        return apply(root, 0.5 / root, -0.25 / (root * value))
    }

    static func + (a: Jet, b: Jet) -> Jet {
        Jet(value: a.value + b.value, first: a.first + b.first, second: a.second + b.second)
    }

    static func - (a: Jet, b: Jet) -> Jet { a + (-1) * b }

    static func * (a: Jet, b: Jet) -> Jet {
        Jet(
            value: a.value * b.value, first: a.first * b.value + a.value * b.first,
            second: a.second * b.value + 2 * a.first * b.first + a.value * b.second)
    }

    static func * (factor: Double, a: Jet) -> Jet {
        Jet(value: factor * a.value, first: factor * a.first, second: factor * a.second)
    }
}
