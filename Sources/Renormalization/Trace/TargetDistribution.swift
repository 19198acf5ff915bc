public import Ising
import RealModule

/// The distribution of visible states P(v) = e^{−H(v)}/Z that a kernel renormalizes.
public protocol TargetDistribution: Sendable {
    /// The number of visible units.
    var units: Int { get }

    /// ln Z, in nats.
    var logPartition: Double { get }

    /// Returns H(v) of bytes 0 or 1, in units of kT; +∞ where P vanishes.
    func energy(of visible: [UInt8]) -> Double
}

/// The Ising model on the L×L torus: H = −K Σ s s′ over its 2L² bonds, with Kaufman's ln Z.
public struct IsingTarget: TargetDistribution, Equatable {
    public let size: Int
    public let coupling: Double
    /// ln Z with its derivatives.
    public let exact: ExactThermodynamics

    /// Takes the torus of a size and a coupling.
    ///
    /// - Throws: `IsingError` for a size or coupling out of range.
    public init(size: Int, coupling: Double) throws(IsingError) {
        exact = try Kaufman.torus(size: size, coupling: coupling)
        self.size = size
        self.coupling = coupling
    }

    public var units: Int { size * size }
    public var logPartition: Double { exact.logZ }

    /// The entropy −Σ P ln P = ln Z + ⟨H⟩ in nats, which is the most that can be known of the visible units.
    public var entropy: Double {
        exact.logZ + coupling * exact.energyPerSite * Double(units)
    }

    public func energy(of visible: [UInt8]) -> Double {
        precondition(visible.count == units, "\(visible.count) bytes on \(size)×\(size)")
        var unequal = 0
        for row in 0..<size {
            for column in 0..<size {
                let spin = visible[row * size + column]
                unequal += spin == visible[row * size + (column + 1) % size] ? 0 : 1
                unequal += spin == visible[(row + 1) % size * size + column] ? 0 : 1
            }
        }
        return -coupling * Double(2 * units - 2 * unequal)
    }
}

/// A set of cases as a distribution, in which a state has the share of the cases that show it.
///
/// H(v) = −ln P(v) and ln Z = 0. A state that no case shows has the weight 0.
public struct EmpiricalTarget: TargetDistribution, Equatable {
    public let units: Int
    /// The states that occur, bytes 0 or 1, in the order of their first cases.
    public let states: [[UInt8]]
    /// The share of the cases that show each state.
    public let shares: [Double]

    private let places: [[UInt8]: Int]

    /// Counts cases of bytes 0 or 1, shape [n, units].
    ///
    /// - Precondition: There is at least one case, and cases are whole.
    public init(cases: [UInt8], units: Int) {
        precondition(
            units > 0 && !cases.isEmpty && cases.count % units == 0,
            "\(cases.count) bytes in cases of \(units)")
        var places: [[UInt8]: Int] = [:]
        var states: [[UInt8]] = []
        var counts: [Int] = []
        for start in stride(from: 0, to: cases.count, by: units) {
            let state = Array(cases[start..<start + units])
            if let place = places[state] {
                counts[place] += 1
            } else {
                places[state] = states.count
                states.append(state)
                counts.append(1)
            }
        }
        let total = Double(cases.count / units)
        self.units = units
        self.states = states
        self.places = places
        shares = counts.map { Double($0) / total }
    }

    public var logPartition: Double { 0 }

    /// The entropy −Σ P ln P of the cases, in nats.
    public var entropy: Double { shares.reduce(0) { $0 - $1 * .log($1) } }

    public func energy(of visible: [UInt8]) -> Double {
        places[visible].map { -.log(shares[$0]) } ?? .infinity
    }
}
