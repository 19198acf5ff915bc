/// The potential V of the four spins of a plaquette, one number for each of their 16 states.
///
/// −H = Σ V over the plaquettes of the square lattice, in kT. A lattice has as many plaquettes as sites.
/// Bit i of a state is set where spin i is +1; spins 0, 1, 2, 3 go around the plaquette.
struct PlaquettePotential: Equatable {
    static let states = 16

    /// V of each state, shape [16].
    var values: [Double]

    init(values: [Double]) {
        precondition(values.count == Self.states, "\(values.count) values of a potential")
        self.values = values
    }

    /// Creates Σ c f over interactions f.
    init(_ coefficients: [Double], of interactions: [PlaquetteInteraction]) {
        precondition(
            coefficients.count == interactions.count,
            "\(coefficients.count) coefficients of \(interactions.count) interactions")
        values = (0..<Self.states).map { state in
            zip(coefficients, interactions).reduce(0) { $0 + $1.0 * $1.1.value(state) }
        }
    }

    /// Creates the potential of coupling K between nearest neighbours; a bond borders two plaquettes, each
    /// of which takes half of it.
    init(nearestNeighbour coupling: Double) {
        self.init([coupling / 2], of: [.neighbours])
    }

    /// Returns the spin i of a state, −1 or +1.
    static func spin(_ i: Int, _ state: Int) -> Double { state >> i & 1 == 1 ? 1 : -1 }

    /// Returns Σ s of a state.
    static func magnetization(_ state: Int) -> Int { 2 * state.nonzeroBitCount - 4 }

    /// Returns Σ s s′ over the four spins of two states.
    static func overlap(_ a: Int, _ b: Int) -> Int { 4 - 2 * (a ^ b).nonzeroBitCount }
}

/// A sum of products of the four spins of a plaquette.
enum PlaquetteInteraction: Sendable {
    /// The sum of products over the four sides.
    case neighbours
    /// The sum of products over the two diagonals.
    case diagonals
    /// The sum of products over all six pairs.
    case pairs
    /// The sides minus twice the diagonals, which breaks the symmetry among `pairs`.
    case anisotropy
    /// The product of all four.
    case fourSpins
    /// The sum of the four spins.
    case spins
    /// The sum of the four products of three spins.
    case triples

    /// Returns the value in a state.
    func value(_ state: Int) -> Double {
        let s = (0..<4).map { PlaquettePotential.spin($0, state) }
        let sides = s[0] * s[1] + s[1] * s[2] + s[2] * s[3] + s[3] * s[0]
        let crossing = s[0] * s[2] + s[1] * s[3]
        let product = s[0] * s[1] * s[2] * s[3]
        let sum = s[0] + s[1] + s[2] + s[3]
        switch self {
        case .neighbours: return sides
        case .diagonals: return crossing
        case .pairs: return sides + crossing
        case .anisotropy: return sides - 2 * crossing
        case .fourSpins: return product
        case .spins: return sum
        // A product of three spins is the product of all four times the fourth.
        case .triples: return product * sum
        }
    }

    /// Returns the coefficient of this interaction in a function of the states, shape [16].
    ///
    /// The function must be a sum of interactions that are orthogonal to each other.
    func coefficient(of function: [Double]) -> Double {
        var sum = 0.0
        var norm = 0.0
        for state in 0..<PlaquettePotential.states {
            let value = value(state)
            sum += value * function[state]
            norm += value * value
        }
        return sum / norm
    }
}
