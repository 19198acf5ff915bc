public import RBMCore
import RealModule

/// The exact specific heats of a machine at other temperatures, p ∝ e^{−E/T}, by all states of its visible
/// units.
///
/// C = Var(E)/T² of the whole machine, and Var(F)/T² of its visible units alone, whose energy is the free
/// energy F(v) that the machine has at T = 1. T is in units of the machine's own temperature, C in units
/// of k.
public struct MachineHeat: Sendable {
    /// The most visible units: 2²⁰ states.
    public static let mostUnits = 20

    /// The numbers of a temperature in the result of a block: the largest logarithm of a weight, and
    /// Σ w, Σ wE and Σ wE² relative to it, of E and of F.
    public static let numbers = 8

    private let visible: any UnitKind
    private let hidden: any UnitKind
    private let visibleBias: [Double]
    private let hiddenBias: [Double]
    /// Shape [visible, hidden].
    private let weights: [Double]

    /// - Precondition: Units of two states on both sides, and at most `mostUnits` visible ones.
    public init(_ rbm: RBM) {
        precondition(
            rbm.visibleUnits.alternatives == 2 && rbm.hiddenUnits.alternatives == 2
                && rbm.visibleCount <= Self.mostUnits,
            "\(rbm.visibleCount) \(rbm.visibleUnits) and \(rbm.hiddenUnits) units")
        visible = rbm.visibleUnits
        hidden = rbm.hiddenUnits
        visibleBias = rbm.parameters.visibleBias.map { Double($0) }
        hiddenBias = rbm.parameters.hiddenBias.map { Double($0) }
        weights = rbm.parameters.weights.map { Double($0) }
    }

    /// How many blocks the states are divided into.
    public var blocks: Int { min(64, 1 << visibleBias.count) }

    /// Sums over the states of a block.
    ///
    /// - Returns: Shape [temperatures, numbers].
    public func sums(ofBlock block: Int, temperatures: [Double]) -> [Double] {
        let states = 1 << visibleBias.count
        var sums = temperatures.map { _ in (MomentSums(), MomentSums()) }
        for state in (states * block / blocks)..<(states * (block + 1) / blocks) {
            let values = visibleBias.indices.map { visible.value(state >> $0 & 1 == 1 ? 1 : 0) }
            var fields = hiddenBias
            for (unit, value) in values.enumerated() where value != 0 {
                for j in fields.indices { fields[j] += value * weights[unit * fields.count + j] }
            }
            let own = zip(values, visibleBias).reduce(0) { $0 + $1.0 * $1.1 }
            let free = -own - fields.reduce(0) { $0 + logSum($1) }
            for (place, temperature) in temperatures.enumerated() {
                // ln Σ_h e^{−E/T}, and mean and variance of E over h.
                var (log, energy, variance) = (own / temperature, -own, 0.0)
                for field in fields {
                    let x = field / temperature
                    let (low, high) = (hidden.value(0), hidden.value(1))
                    let up = 1 / (1 + .exp(-(high - low) * x))
                    let mean = low + (high - low) * up
                    log += logSum(x)
                    energy -= field * mean
                    variance += field * field * (high - mean) * (mean - low)
                }
                sums[place].0.add(log: log, energy: energy, square: energy * energy + variance)
                sums[place].1.add(log: -free / temperature, energy: free, square: free * free)
            }
        }
        return sums.flatMap { $0.0.numbers + $0.1.numbers }
    }

    /// ln Σ e^{xh} over the states of a hidden unit.
    private func logSum(_ x: Double) -> Double {
        let (a, b) = (hidden.value(0) * x, hidden.value(1) * x)
        return max(a, b) + .log(onePlus: .exp(-abs(a - b)))
    }

    /// Combines the blocks to the specific heats.
    ///
    /// - Parameter sums: Of all blocks in order, shape [blocks, temperatures, numbers].
    /// - Returns: C of the machine and of its visible units, each of shape [temperatures].
    public static func heats(
        _ sums: [Double], temperatures: [Double]
    ) -> (machine: [Double], visible: [Double]) {
        let width = temperatures.count * numbers
        var heats: (machine: [Double], visible: [Double]) = ([], [])
        for (place, temperature) in temperatures.enumerated() {
            let both = [0, numbers / 2].map { offset -> Double in
                var total = MomentSums()
                for first in stride(from: place * numbers + offset, to: sums.count, by: width) {
                    total.add(MomentSums(Array(sums[first..<first + numbers / 2])))
                }
                return total.variance / (temperature * temperature)
            }
            heats.machine.append(both[0])
            heats.visible.append(both[1])
        }
        return heats
    }
}

/// Σ w, Σ wE and Σ wE² of weights that are known by their logarithms.
private struct MomentSums {
    var largest = -Double.infinity
    var (weight, energy, square) = (0.0, 0.0, 0.0)

    init() {}

    init(_ numbers: [Double]) {
        (largest, weight, energy, square) = (numbers[0], numbers[1], numbers[2], numbers[3])
    }

    var numbers: [Double] { [largest, weight, energy, square] }

    mutating func add(log: Double, energy: Double, square: Double) {
        add(MomentSums([log, 1, energy, square]))
    }

    mutating func add(_ other: MomentSums) {
        let top = max(largest, other.largest)
        let (own, others) = (Double.exp(largest - top), Double.exp(other.largest - top))
        weight = own * weight + others * other.weight
        energy = own * energy + others * other.energy
        square = own * square + others * other.square
        largest = top
    }

    var variance: Double {
        let mean = energy / weight
        return max(0, square / weight - mean * mean)
    }
}
