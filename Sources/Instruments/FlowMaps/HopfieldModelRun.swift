public import Datasets
public import FlowMaps
import ModelFiles
public import Ranks
import RBMCore
public import Reports
import Runs
import Storage

/// Writes the cases of a file as a memory in the form of a machine, for `wilson hopfield model`.
public struct HopfieldModelRun {
    private let patterns: DataFile
    private let rule: HopfieldMemory.Rule
    private let inverseTemperature: Double
    private let output: String
    private let seed: UInt64

    /// Creates the run.
    ///
    /// - Parameters:
    ///   - inverseTemperature: β, above 0: what an energy of the memory is worth in kT.
    ///   - output: The model file to write.
    ///   - seed: Names the random numbers by which grey data become bits.
    public init(
        patterns: DataFile, rule: HopfieldMemory.Rule, inverseTemperature: Double, output: String,
        seed: UInt64
    ) {
        self.patterns = patterns
        self.rule = rule
        self.inverseTemperature = inverseTemperature
        self.output = output
        self.seed = seed
    }

    /// Collective.
    ///
    /// Writes the file on rank 0; returns nil on all other ranks.
    public func run(_ world: borrowing Communicator) throws -> HopfieldModelReport? {
        try world.checkWritable(output)
        let stored = try HopfieldSpins(patterns, seed: seed, world)
        let memory = try world.together { try stored.memory(rule, from: patterns.path) }
        return try world.together { () throws -> HopfieldModelReport? in
            guard world.rank == 0 else { return nil }
            let machine = HopfieldMachine(memory, inverseTemperature: inverseTemperature)
            let rbm = RBM(
                visibleUnits: .spin, hiddenUnits: .gaussian,
                parameters: Parameters(
                    weights: machine.weights,
                    visibleBias: Array(repeating: 0, count: stored.units),
                    hiddenBias: Array(repeating: 0, count: stored.count)))
            let report = HopfieldModelReport(memory, machine, rbm: rbm, output: output)
            let model = Model(
                layers: [rbm], imageShape: stored.shape,
                notes: [
                    "hopfield_rule": rule.rawValue,
                    "hopfield_inverse_temperature": "\(machine.inverseTemperature)",
                    "free_energy_constant": "\(machine.constant)",
                ])
            try model.file().write(to: output)
            return report
        }
    }
}

/// A memory as a machine, and how exactly the two agree.
public struct HopfieldModelReport: Report, Sendable {
    let units: Int
    let patterns: Int
    let rule: String
    /// β of the stored weights.
    let inverseTemperature: Double
    /// The machine's free energy minus β times the memory's energy, in nats.
    let constant: Double
    /// The largest difference between the two over the patterns and states between them, as a share
    /// of the free energy.
    let largestDifference: Double
    let states: Int

    @NotEncoded private var output: String

    /// The most patterns at which the two are compared.
    private static let comparedPatterns = 100

    init(_ memory: HopfieldMemory, _ machine: HopfieldMachine, rbm: RBM, output: String) {
        let stored = memory.patterns
        units = stored.units
        patterns = stored.count
        rule = memory.rule.rawValue
        inverseTemperature = machine.inverseTemperature
        constant = machine.constant
        self.output = output
        // Each pattern, and its first half joined to the second half of the next.
        var largest = 0.0
        let compared = min(stored.count, Self.comparedPatterns)
        for number in 0..<compared {
            let pattern = stored[number]
            let next = stored[(number + 1) % stored.count]
            let half = stored.units / 2
            for state in [pattern, Array(pattern[..<half] + next[half...])] {
                let free = rbm.freeEnergy(ofVisible: state.map { Double($0) })
                let energy = Double(stored.units) * memory.energy(of: state)
                let difference = free - machine.inverseTemperature * energy - machine.constant
                largest = max(largest, difference.magnitude / max(1, free.magnitude))
            }
        }
        largestDifference = largest
        states = 2 * compared
    }

    public var table: Table {
        var table = Table(
            "\(patterns) patterns of \(units) spins as \(patterns) Gaussian hidden units, "
                + "\(rule) rule")
        table.columns("", .left())
        table.row("β", "\(decimal(inverseTemperature, 9)), of the stored weights")
        table.row("constant", "\(decimal(constant, 6)) nats: free energy − β · energy")
        table.row(
            "agreement",
            "\(largestDifference), the largest relative difference over \(states) states")
        table.row("written to", output)
        return table
    }
}
