import Analysis
import RandomStreams

/// The associative memory of Hopfield [Hopfield82]: ±1 units, symmetric weights without a diagonal.
///
/// The energy is −½ Σ w_ij s_i s_j; no update raises it.
public struct HopfieldMemory: Sendable {
    /// How patterns become weights.
    public enum Rule: String, Sendable, CaseIterable {
        /// Hebb's: w_ij = (1/N) Σ_μ ξ_i ξ_j.
        case hebb
        /// The projection rule [Personnaz85]: w = (1/N) Σ_μν ξ_i (C⁻¹)_μν ξ_j with the patterns' overlaps
        /// C, so that each pattern is a fixed point even if patterns resemble each other.
        case projection
    }

    public let patterns: HopfieldPatterns
    public let rule: Rule
    private let weights: Weights

    /// What the rule needs beside the patterns.
    private enum Weights: Sendable {
        case hebb
        /// C⁻¹ξ/N, where C_μν = Σ ξ_μ ξ_ν / N, shape [units, patterns], and the diagonal that the weights leave out.
        case projection(dual: [Double], diagonal: [Double])
    }

    /// Stores patterns; nil under the projection rule where they depend on each other linearly.
    public init?(_ patterns: HopfieldPatterns, rule: Rule) {
        self.patterns = patterns
        self.rule = rule
        switch rule {
        case .hebb: weights = .hebb
        case .projection:
            let (units, count) = (patterns.units, patterns.count)
            let rows = Matrix(rows: count, columns: units) {
                Double(patterns.elements[$1 * count + $0])
            }
            let columns = Matrix(rows: units, columns: count) { rows[$1, $0] }
            guard let dual = (rows * columns).solve(rows) else { return nil }
            let elements = (0..<units * count).map { dual[$0 % count, $0 / count] }
            weights = .projection(
                dual: elements,
                diagonal: (0..<units).map { unit in
                    (0..<count).reduce(0) {
                        $0 + elements[unit * count + $1] * rows[$1, unit]
                    }
                })
        }
    }

    /// What became of a state.
    public struct Recall: Sendable, Equatable {
        /// The state that no update changes, or the last one.
        public let state: [Int8]
        /// The sweeps that changed a unit.
        public let sweeps: Int
        /// Whether no unit would change any more.
        public let isFixed: Bool
        /// −½ Σ w_ij s_i s_j for each unit of the memory.
        public let energy: Double

        public init(state: [Int8], sweeps: Int, isFixed: Bool, energy: Double) {
            self.state = state
            self.sweeps = sweeps
            self.isFixed = isFixed
            self.energy = energy
        }
    }

    /// Updates one unit after another, each sweep in an order of its own, until none changes.
    ///
    /// A unit takes the sign of its field; a field of 0 leaves it.
    ///
    /// - Parameters:
    ///   - seed: Names the random numbers.
    ///   - load: The place of the memory in a list of them; below 2¹⁴.
    ///   - trial: The number of the recall; below 2³².
    ///   - sweeps: The most sweeps.
    public func recall(
        from start: [Int8], seed: UInt64, load: Int = 0, trial: Int, sweeps: Int = 1000
    ) -> Recall {
        var fields = Fields(self, state: start)
        var order = Array(0..<patterns.units)
        for sweep in 0..<sweeps {
            shuffle(&order, seed: seed, load: load, trial: trial, sweep: sweep)
            var changed = false
            for unit in order where fields.update(unit) { changed = true }
            if !changed {
                return Recall(
                    state: fields.state, sweeps: sweep, isFixed: true, energy: fields.energy)
            }
        }
        return Recall(state: fields.state, sweeps: sweeps, isFixed: false, energy: fields.energy)
    }

    /// Returns how many units' fields oppose them.
    public func unstableUnits(of state: [Int8]) -> Int {
        let fields = Fields(self, state: state)
        return (0..<patterns.units).count { fields.opposes($0) }
    }

    /// Returns the energy of a state for each unit, −½ Σ w_ij s_i s_j / N.
    public func energy(of state: [Int8]) -> Double { Fields(self, state: state).energy }

    private func shuffle(
        _ order: inout [Int], seed: UInt64, load: Int, trial: Int, sweep: Int
    ) {
        var words = WordSequence(
            seed: seed, .hopfield(.order, load: load, sweep: sweep), row: trial)
        for last in stride(from: order.count - 1, to: 0, by: -1) {
            order.swapAt(last, words.next(below: last + 1))
        }
    }

    /// A state with what its fields are made of: a flip costs one pass over the patterns.
    private struct Fields {
        let memory: HopfieldMemory
        var state: [Int8]
        /// Σᵢ ξᵢ sᵢ for each pattern.
        var overlaps: [Int32]
        /// C⁻¹ times the overlaps over N, under the projection rule.
        var projected: [Double]

        init(_ memory: HopfieldMemory, state: [Int8]) {
            self.memory = memory
            self.state = state
            overlaps = memory.patterns.overlaps(with: state)
            projected = []
            if case .projection(let dual, _) = memory.weights {
                projected = Array(repeating: 0, count: memory.patterns.count)
                for unit in state.indices { add(Double(state[unit]), times: unit, of: dual) }
            }
        }

        private mutating func add(_ factor: Double, times unit: Int, of dual: [Double]) {
            let count = memory.patterns.count
            for pattern in 0..<count {
                projected[pattern] += factor * dual[unit * count + pattern]
            }
        }

        /// Whether the field of a unit has the sign that the unit does not.
        func opposes(_ unit: Int) -> Bool {
            let patterns = memory.patterns
            switch memory.weights {
            case .hebb:
                // N times the field; the unit's own part is P times its spin.
                let field =
                    patterns.dot(unit, overlaps) - Int32(patterns.count) * Int32(state[unit])
                return field * Int32(state[unit]) < 0
            case .projection(_, let diagonal):
                var field = -diagonal[unit] * Double(state[unit])
                let elements = patterns.elements.span.extracting(
                    unit * patterns.count..<(unit + 1) * patterns.count)
                for pattern in elements.indices {
                    field += Double(elements[pattern]) * projected[pattern]
                }
                // What rounding makes of a field of 0 moves no unit.
                return field * Double(state[unit]) < -1e-10
            }
        }

        /// Gives a unit the sign of its field; returns whether it changed.
        mutating func update(_ unit: Int) -> Bool {
            guard opposes(unit) else { return false }
            let change = -2 * state[unit]
            memory.patterns.add(change, times: unit, to: &overlaps)
            if case .projection(let dual, _) = memory.weights {
                add(Double(change), times: unit, of: dual)
            }
            state[unit] = -state[unit]
            return true
        }

        var energy: Double {
            let units = Double(memory.patterns.units)
            switch memory.weights {
            case .hebb:
                let squares = overlaps.reduce(0) { $0 + Int64($1) * Int64($1) }
                let own = Int64(memory.patterns.count) * Int64(memory.patterns.units)
                return -Double(squares - own) / (2 * units * units)
            case .projection(_, let diagonal):
                let sum = zip(overlaps, projected).reduce(0) { $0 + Double($1.0) * $1.1 }
                return -(sum - diagonal.reduce(0, +)) / (2 * units)
            }
        }
    }
}
