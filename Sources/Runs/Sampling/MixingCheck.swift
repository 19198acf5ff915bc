import Analysis
import ModelFiles
import Ranks
import RBMCore

/// Compares chains of a model's top machine that start from noise with chains that start from data.
///
/// Chains that have forgotten their start agree, whatever it was. Those of the two starts draw other
/// random numbers, so that their means are independent.
struct MixingCheck {
    let model: any LayeredModel
    let sweeps: Int
    /// nil for Gibbs sweeps alone.
    let path: TemperingPath?
    let seed: UInt64
    /// The number of the first chain, beyond all others of the run.
    let firstChain: Int
    /// The units that chains of both starts hold, each start's chain 0 as the file's first; nil for none.
    let held: ClampFile?
    /// How many chains each start has.
    let chains: Int

    /// The most chains of a start.
    static let mostChains = 100

    /// The most measurements of a chain, which are spread over the second half of its sweeps.
    private static let mostTimes = 200

    private var top: any Machine { model.machines[model.machines.count - 1] }
    private var times: Int { max(1, min(Self.mostTimes, sweeps / 2)) }
    private var spacing: Int { max(1, sweeps / 2 / times) }

    /// Collective.
    ///
    /// Runs both starts, each rank with a share of their chains.
    func run(from source: any CaseSource, _ world: borrowing Communicator) throws -> MixingReport {
        MixingReport(
            noise: try start(firstChain, from: nil, world),
            data: try start(firstChain + chains, from: source, world), chains: chains,
            sweeps: sweeps, areSpins: top.visibleUnits.isSymmetric)
    }

    /// Collective.
    ///
    /// - Parameter first: The number of the start's first chain.
    private func start(
        _ first: Int, from source: (any CaseSource)?, _ world: borrowing Communicator
    ) throws -> StartMeasures {
        let share = world.share(of: chains)
        let columns = times + 1
        var values = ColumnSums(columns: top.visibleCount)
        let found = try world.collect(
            chains * columns,
            share: (share.lowerBound * columns)..<(share.upperBound * columns)
        ) { _ in
            var sampler = ModelSampler(
                model, chains: (first + share.lowerBound)..<(first + share.upperBound), seed: seed)
            if let source { try sampler.start(from: source) }
            if let path { sampler.temper(path) }
            if let held { sampler.hold(held.states(of: share)) }
            return measure(&sampler, rows: share.count, &values)
        }
        var units = values.units
        try world.sum(&units)
        values.units = units
        return StartMeasures(
            energies: (0..<chains).map { chain in
                Array(found[(chain * columns)..<(chain * columns + times)])
            },
            means: (0..<chains).map { found[$0 * columns + times] }, spacing: spacing,
            values: values)
    }

    /// Runs chains and measures them.
    ///
    /// - Returns: For each chain its free energies, and the mean value of its units at the end.
    private func measure(
        _ sampler: inout ModelSampler, rows: Int, _ sums: inout ColumnSums
    ) -> [Double] {
        let encoding = LayerSpec(states: top).encoding
        let evaluator = LayerEvaluator(
            top, encoding: encoding, arithmetic: ArithmeticKind.measuring(top, encoding))
        let columns = times + 1
        var found = [Double](repeating: 0, count: rows * columns)
        sampler.run(sweeps: sweeps - times * spacing)
        for time in 0..<times {
            sampler.run(sweeps: spacing)
            let energies = evaluator.freeEnergies(of: sampler.topStates, cases: rows)
            for (row, energy) in energies.enumerated() { found[row * columns + time] = energy }
        }
        let states = sampler.topStates
        var values = [Double](repeating: 0, count: top.visibleCount)
        for row in 0..<rows {
            readValues(
                of: top.visibleUnits, stored: encoding, states.span, row: row, into: &values)
            sums.add(values)
            found[row * columns + times] = values.reduce(0, +) / Double(values.count)
        }
        return found
    }
}

/// Sums of values and of their squares for each visible unit, the same on any number of ranks.
struct ColumnSums {
    private(set) var values: [FixedPointSum]
    private(set) var squares: [FixedPointSum]

    init(columns: Int) {
        values = Array(repeating: FixedPointSum(), count: columns)
        squares = values
    }

    mutating func add(_ row: [Double]) {
        for (i, value) in row.enumerated() {
            values[i].add(value)
            squares[i].add(value * value)
        }
    }

    /// All sums as integers, which ranks add up.
    var units: [Int64] {
        get { values.map(\.units) + squares.map(\.units) }
        set {
            for i in values.indices {
                values[i].units = newValue[i]
                squares[i].units = newValue[values.count + i]
            }
        }
    }
}

/// What was measured of the chains of one start.
struct StartMeasures {
    /// Free energies of the visible states, in nats, indexed by chain and time.
    let energies: [[Double]]
    /// The mean value of the units of each chain at the end.
    let means: [Double]
    /// Sweeps between two times.
    let spacing: Int
    let values: ColumnSums

    /// The mean free energy.
    ///
    /// The mean over the times of a chain is one value; chains are independent.
    var meanEnergy: Estimate {
        Estimate.mean(of: energies.map { $0.reduce(0, +) / Double($0.count) })
    }

    /// The autocorrelation time of the free energy in sweeps; nil where the chains are too short for it.
    var autocorrelationTime: Double? {
        let count = energies[0].count
        let series = (0..<count).flatMap { time in
            energies.map { Int(($0[time] * 1024).rounded()) }
        }
        return Autocorrelation.integratedTime(of: series, chains: energies.count)
            .map { $0 * Double(spacing) }
    }

    /// The mean over chains of |m|.
    var absoluteMean: Estimate { Estimate.mean(of: means.map(\.magnitude)) }

    /// The share of chains whose units are up more often than down.
    var shareUp: Double { Double(means.count { $0 > 0 }) / Double(means.count) }
}
