import Analysis
import Configuration
import Datasets
import DistributedTraining
import Ising
import ModelFiles
public import Ranks
import RBMCore
import Renormalization

/// Follows configurations through a trained model, v → h → v again and again, with a thermometer, for
/// `wilson rg flow`.
public struct FlowRun {
    private let model: String
    private let size: Int
    private let couplings: [Double]
    private let steps: Int
    private let samples: Int
    private let seed: UInt64

    /// The couplings of the starts if none are given: on both sides of K_c, and K_c itself.
    public static let defaultCouplings = [0.1, 0.25, 0.35, 0.4, criticalCoupling, 0.5, 0.6, 0.8]

    /// The number of configurations of each coupling from which the deterministic map starts.
    private static let mostStarts = 100
    /// The relative error of the reference of |m|.
    private static let referenceAccuracy = 5e-3

    /// - Parameters:
    ///   - size: L of the model's visible lattice.
    ///   - couplings: The couplings of the starting configurations.
    ///   - steps: The number of sweeps v → h → v.
    ///   - samples: The number of configurations of each coupling.
    public init(
        model: String, size: Int, couplings: [Double], steps: Int, samples: Int, seed: UInt64
    ) {
        self.model = model
        self.size = size
        self.couplings = couplings
        self.steps = steps
        self.samples = samples
        self.seed = seed
    }

    /// Collective.
    ///
    /// Draws, flows and measures; returns nil on all ranks but rank 0.
    ///
    /// The number of a chain determines its course, and all sums are integers. So any number of
    /// ranks gives the same report.
    /// gives the same report.
    public func run(_ world: borrowing Communicator) throws -> FlowReport? {
        try world.together { try checkArguments() }
        let model = try Model.load(model, world)
        try world.together {
            try model.checkTwoValued(self.model)
            _ = try ModelLattice(square: model, self.model, size: size)
        }
        let rbm = model.layers[0]
        let map = MeanFieldMap(rbm)

        var flows: [TemperatureFlow] = []
        var ends: [(end: MeanFieldFixedPoints.End, group: Int)] = []
        for (index, coupling) in couplings.enumerated() {
            let sampler = try world.together {
                try IsingSampler.fresh(size: size, coupling: coupling, seed: seed)
            }
            let share = sampler.plan.share(of: samples, world)
            var bytes = [UInt8](repeating: 0, count: share.count * size * size)
            var span = bytes.mutableSpan
            sampler.draw(share, into: &span)
            let starts = try shareStarts(bytes, share, world)
            flows.append(
                try flow(bytes, share, sampler, through: rbm, number: index, world))
            ends += try self.ends(of: starts, under: map, world).map { ($0, index) }
        }
        // The map also starts from undecided units, which know nothing of any configuration.
        ends.append((MeanFieldFixedPoints.end(of: map.undecided, under: map), couplings.count))
        try addReferences(to: &flows, world)
        guard world.rank == 0 else { return nil }
        let points = MeanFieldFixedPoints(ends, groups: couplings.count + 1, under: map)
        return try FlowReport(
            model: self.model, size: size, samples: samples, flows: flows, points: points)
    }

    private func checkArguments() throws {
        _ = try Thermometer(size: size)
        guard MonteCarloReference.sizes.contains(size) else {
            throw RenormalizationError.argument(
                "--size is \(size), but magnetizations are known up to "
                    + "\(MonteCarloReference.sizes.upperBound)")
        }
        for coupling in couplings {
            guard coupling >= 0 else {
                throw RenormalizationError.argument(
                    "coupling \(coupling): the thermometer reads positive temperatures, K ≥ 0")
            }
            try checkCoupling(coupling)
        }
        let most = Int(Int32.max) / (size * size)
        guard samples <= most else {
            throw RenormalizationError.argument(
                "--samples is \(samples), but of \(size)×\(size) spins at most \(most) "
                    + "configurations flow at once")
        }
        // Chains are numbered in 32 bits through all starts.
        guard couplings.count * samples < 1 << 32 else {
            throw RenormalizationError.argument(
                "\(couplings.count) couplings of \(samples) samples are more than 2³² − 1 chains")
        }
    }

    /// Collective.
    ///
    /// Runs the chains of one start, and measures them now and then.
    private func flow(
        _ bytes: [UInt8], _ share: Range<Int>, _ sampler: IsingSampler, through rbm: RBM,
        number: Int, _ world: borrowing Communicator
    ) throws -> TemperatureFlow {
        var chains = GibbsSampler(
            rbm,
            chains: (number * samples + share.lowerBound)..<(number * samples + share.upperBound),
            arithmetic: ArithmeticKind.measuring(rbm, .bits), seed: seed)
        chains.start(from: bytes)
        var done = 0
        var measured: [(step: Int, sums: ObservableSums)] = []
        for step in Self.measuredSteps(upTo: steps) {
            chains.run(sweeps: step - done)
            done = step
            var sums = try ObservableSums(
                size: size, total: samples, blockLength: sampler.plan.samplesPerReplica)
            try sums.add(chains.visible.span, first: share.lowerBound)
            var values = sums.values
            try world.sum(&values)
            var total = try ObservableSums(
                size: size, total: samples, blockLength: sampler.plan.samplesPerReplica)
            total.add(values: values)
            measured.append((step, total))
        }
        return try TemperatureFlow(start: sampler.coupling, size: size, measured)
    }

    /// Returns 0, 1, 2, 5, 10, 20, 50, … and the last step.
    static func measuredSteps(upTo last: Int) -> [Int] {
        var steps = [0]
        var decade = 1
        while decade <= last {
            for digit in [1, 2, 5] where digit * decade <= last { steps.append(digit * decade) }
            decade *= 10
        }
        return steps[steps.count - 1] == last ? steps : steps + [last]
    }

    /// Collective.
    ///
    /// Returns the first configurations on every rank.
    private func shareStarts(
        _ bytes: [UInt8], _ share: Range<Int>, _ world: borrowing Communicator
    ) throws -> [UInt8] {
        let own = share.clamped(to: 0..<min(samples, Self.mostStarts)).count
        let parts = try world.gather(Array(bytes.prefix(own * size * size)))
        return try world.broadcast(parts.map { $0.flatMap(\.self) } ?? [])
    }

    /// Collective.
    ///
    /// Returns the fixed points of the starts under the map, in their order, on rank 0, and an
    /// empty array on the others.
    private func ends(
        of starts: [UInt8], under map: MeanFieldMap, _ world: borrowing Communicator
    ) throws -> [MeanFieldFixedPoints.End] {
        let sites = size * size
        var own: [Double] = []
        for start in world.share(of: starts.count / sites) {
            // Bernoulli units take 0 and 1, spins −1 and +1; undecided units are half-way.
            let middle = map.undecided[0]
            let reach = 1 - middle
            let state = starts[(start * sites)..<((start + 1) * sites)].map {
                middle + reach * (2 * Double($0) - 1)
            }
            let end = MeanFieldFixedPoints.end(of: state, under: map)
            own += end.visible + [end.residual]
        }
        let parts = try world.gather(own.flatMap { Self.bytes(of: $0) })
        guard let parts else { return [] }
        let values = Self.doubles(parts.flatMap(\.self))
        return stride(from: 0, to: values.count, by: sites + 1).map { first in
            MeanFieldFixedPoints.End(
                visible: Array(values[first..<(first + sites)]), residual: values[first + sites])
        }
    }

    private static func bytes(of value: Double) -> [UInt8] {
        (0..<8).map { UInt8(truncatingIfNeeded: value.bitPattern >> (8 * UInt64($0))) }
    }

    private static func doubles(_ bytes: [UInt8]) -> [Double] {
        stride(from: 0, to: bytes.count, by: 8).map { first in
            Double(
                bitPattern: (0..<8).reduce(0) { $0 | UInt64(bytes[first + $1]) << (8 * UInt64($1)) }
            )
        }
    }

    /// Collective.
    ///
    /// Measures |m| of the Ising model at each temperature that was read; each rank takes some of
    /// them.
    private func addReferences(
        to flows: inout [TemperatureFlow], _ world: borrowing Communicator
    ) throws {
        let places = flows.indices.flatMap { flow in
            flows[flow].rows.indices.filter { flows[flow].rows[$0].coupling != nil }
                .map { (flow, $0) }
        }
        var values = [Double](repeating: 0, count: 2 * places.count)
        try world.together {
            // Ranks take every `size`-th temperature, because neighbours in the list cost alike.
            for i in stride(from: world.rank, to: places.count, by: world.size) {
                guard let coupling = flows[places[i].0].rows[places[i].1].coupling else { continue }
                let reference = try MonteCarloReference.absoluteMagnetization(
                    size: size, coupling: coupling.value, seed: seed,
                    relativeError: Self.referenceAccuracy)
                (values[2 * i], values[2 * i + 1]) = (reference.value, reference.error)
            }
        }
        // All other ranks contribute zero to a value.
        try world.sum(&values)
        for (i, place) in places.enumerated() {
            flows[place.0].rows[place.1].magnetizationReference = Estimate(
                value: values[2 * i], error: values[2 * i + 1])
        }
    }
}
