public import Configuration
public import Datasets
import DistributedTraining
import ModelFiles
public import Ranks
import RBMCore
import Storage

/// Draws cases from a model into a file, for `wilson sample`.
public struct SamplingRun {
    /// Where chains start.
    public enum Start: Sendable {
        case noise
        case data(DataFile)
    }

    private let model: String
    private let count: Int
    private let sweeps: Int
    private let output: String
    private let start: Start
    private let seed: UInt64

    /// The file of units that are held; nil for none.
    public var clamp: String?

    /// Whether chains are tempered, and do not make Gibbs sweeps alone.
    public var isTempered = false

    /// Whether an array file holds the means from which the states were drawn instead of these.
    public var writesMeans = false

    /// The data whose chains are compared with chains from noise; nil for no comparison.
    public var mixingData: DataFile?

    /// How ranks divide the chains and the model's hidden units; nil where all share the chains alone.
    public var grid: GridShape?

    /// Creates the run.
    public init(
        model: String, count: Int, sweeps: Int, output: String, start: Start, seed: UInt64
    ) {
        self.model = model
        self.count = count
        self.sweeps = sweeps
        self.output = output
        self.start = start
        self.seed = seed
    }

    /// Collective.
    ///
    /// Samples, each rank a share of the chains; returns nil but on rank 0.
    public func run(_ world: borrowing Communicator) throws -> SampledCases? {
        try grid?.check(ranks: world.size, exitCode: ExitStatus.commandLine)
        let hiddenRanks = grid?.hidden ?? 1
        try world.checkWritable(output)
        let model = try DividedModel.load(model, hiddenRanks: hiddenRanks, world)
        return try withColumn(ofHiddenRanks: hiddenRanks, world) { try sample(model, world, $0) }
    }

    /// Collective.
    ///
    /// Samples a model.
    ///
    /// - Parameter column: The ranks that share the chains, each with the same hidden columns.
    private func sample(
        _ model: DividedModel, _ world: borrowing Communicator, _ column: borrowing Communicator
    ) throws -> SampledCases? {
        try checkSize(model)
        try checkClamp(model)
        let share = column.share(of: count)
        var source: (any CaseSource)?
        if case .data(let file) = start { source = try cases(of: file, for: model, world) }
        if let clamp { try world.checkMemory(forData: clamp) }
        let held = try world.together { () throws -> ClampFile? in
            guard let path = self.clamp else { return nil }
            return try ClampFile(
                path: path, imageShape: model.imageShape, kind: model.machines[0].visibleUnits,
                standardization: model.standardization)
        }
        let path = try path(for: model, column)
        let drawn = try world.together {
            try draw(share, of: model, from: source, clamp: held?.states(of: share), on: path)
        }
        try write(drawn, of: model, held, world, column)
        var units = drawn.tally?.units ?? []
        try column.sum(&units)
        var tally = drawn.tally
        tally?.units = units
        let mixing = try mixingData.map { file in
            try MixingCheck(
                model: model, sweeps: sweeps, path: path, seed: seed, firstChain: count,
                held: held, chains: min(count, MixingCheck.mostChains)
            ).run(from: try cases(of: file, for: model, world), column)
        }
        guard world.rank == 0 else { return nil }
        return SampledCases(
            cases: count, output: output, sweeps: sweeps,
            tempering: tally.map(SampledCases.TemperingReport.init), mixing: mixing,
            origin: "from \(startName)\(clampName)")
    }

    /// Collective.
    private func cases(
        of file: DataFile, for model: DividedModel, _ world: borrowing Communicator
    ) throws -> any CaseSource {
        let opened = try file.open(seed: seed, for: model, world)
        try model.checkShape(opened, from: file.path, for: self.model)
        return opened.cases
    }

    /// Collective.
    ///
    /// The path of tempering, found by a pilot; nil without tempering.
    private func path(
        for model: DividedModel, _ world: borrowing Communicator
    ) throws -> TemperingPath? {
        guard isTempered else { return nil }
        let top = model.machines[model.machines.count - 1]
        return try TemperingPilot().path(
            for: top, lanes: world.share(of: TemperingPilot.lanes), arithmetic: .integer,
            seed: seed, layer: model.machines.count - 1
        ) { try world.sum(&$0) }
    }

    /// Collective.
    ///
    /// Writes what was drawn.
    private func write(
        _ visible: Drawn, of model: DividedModel, _ held: ClampFile?,
        _ world: borrowing Communicator, _ column: borrowing Communicator
    ) throws {
        let kind = model.machines[0].visibleUnits
        let isPicture = output.hasSuffix(".png")
        if kind.stateEncoding == .float32 {
            return try writeReals(visible, of: model, held, world, column)
        }
        if writesMeans, !isPicture { return try writeMeans(visible, of: model, world, column) }
        // Of states without an order there is no mean: pictures show them as they are, from black for
        // the first to white for the last.
        let own =
            if kind.columns > 1 {
                stateNumbers(visible.states, columns: kind.columns).map { state in
                    isPicture
                        ? UInt8((Double(state) / Double(kind.columns - 1) * 255).rounded()) : state
                }
            } else {
                isPicture
                    ? visible.probabilities.map { UInt8(($0 * 255).rounded()) } : visible.states
            }
        let parts = try column.gather(own)
        try world.together {
            guard world.rank == 0, let parts else { return }
            let bytes = parts.flatMap { $0 }
            if isPicture {
                try sheet(bytes.map { Float($0) / 255 }, shape: model.imageShape, held).writePNG(
                    to: output)
            } else {
                try writeNPY(bytes, shape: [count] + model.imageShape, to: output)
            }
        }
    }

    /// Draws all cases, with what was held marked.
    private func sheet(_ grey: [Float], shape: [Int], _ held: ClampFile?) -> PixelImage {
        SampleSheet.sheet(
            grey, shape: shape, columns: held?.columns(ofChains: count),
            namesRows: true, held: held?.isHeld(inChains: count) ?? [])
    }

    /// Collective.
    ///
    /// Writes the mean values of the units as float32; of units of several columns that of each column.
    private func writeMeans(
        _ visible: Drawn, of model: DividedModel, _ world: borrowing Communicator,
        _ column: borrowing Communicator
    ) throws {
        let kind = model.machines[0].visibleUnits
        var own = [UInt8](repeating: 0, count: visible.probabilities.count * 4)
        let means = visible.probabilities.map { Float(kind.value(Double($0))) }
        RBMCore.writeReals(means.span, into: &own, at: 0)
        let gathered = try gatherReals(own, column)
        try world.together {
            guard world.rank == 0, let values = gathered else { return }
            let columns = kind.columns == 1 ? [] : [kind.columns]
            try writeNPY(values, shape: [count] + model.imageShape + columns, to: output)
        }
    }

    /// Collective.
    ///
    /// Returns the real values of the chains of all ranks of a column on its first rank, and nil elsewhere.
    ///
    /// - Parameter own: The bytes of this rank's values.
    private func gatherReals(
        _ own: [UInt8], _ column: borrowing Communicator
    ) throws -> [Float]? {
        guard let bytes = try column.gather(own)?.flatMap({ $0 }) else { return nil }
        var values: [Float] = []
        readReals(bytes, 0..<(bytes.count / 4), into: &values)
        return values
    }

    /// What some chains have drawn.
    struct Drawn {
        /// Bytes of states.
        var states: [UInt8]
        /// The probabilities that the states were drawn from, or the means of Gaussian units.
        var probabilities: [Float]
        /// How the swaps of these chains went; nil without tempering.
        var tally: SwapTally?
    }

    /// Tempered chains that move together: their levels would fill the memory otherwise.
    private static let blockOfLanes = 64

    /// Runs some chains.
    ///
    /// - Parameter path: nil for Gibbs sweeps alone.
    func draw(
        _ chains: Range<Int>, of model: any LayeredModel, from source: (any CaseSource)?,
        clamp: [UInt8]?,
        on path: TemperingPath? = nil
    ) throws -> Drawn {
        if let path {
            return try temper(chains, of: model, from: source, clamp: clamp, on: path)
        }
        guard let clamp, model.machines.count > 1 else {
            var sampler = ModelSampler(model, chains: chains, seed: seed)
            if let source { try sampler.start(from: source) }
            if let clamp { sampler.hold(clamp) }
            sampler.run(sweeps: sweeps)
            return Drawn(sampler.visible())
        }
        // The free units start as those of a single machine do.
        let first = DividedModel(model, machines: [model.machines[0]])
        var start = ModelSampler(first, chains: chains, seed: seed)
        if let source { try start.start(from: source) }
        var sampler = ClampedStackSampler(
            model.machines, chains: chains, clamp: clamp, start: start.visible().states,
            arithmetic: .integer, seed: seed)
        sampler.run(sweeps: sweeps)
        return Drawn(sampler.visible())
    }

    /// Runs tempered chains, block after block.
    private func temper(
        _ chains: Range<Int>, of model: any LayeredModel, from source: (any CaseSource)?,
        clamp: [UInt8]?,
        on path: TemperingPath
    ) throws -> Drawn {
        var drawn = Drawn((states: [], probabilities: []))
        var units = SwapTally(pairs: path.ladder.pairs).units
        for first in stride(from: chains.lowerBound, to: chains.upperBound, by: Self.blockOfLanes) {
            let block = first..<min(first + Self.blockOfLanes, chains.upperBound)
            var sampler = ModelSampler(model, chains: block, seed: seed)
            if let source { try sampler.start(from: source) }
            sampler.temper(path)
            if let clamp {
                let bytes = clamp.count / chains.count
                let first = (block.lowerBound - chains.lowerBound) * bytes
                sampler.hold(Array(clamp[first..<(first + block.count * bytes)]))
            }
            sampler.run(sweeps: sweeps)
            let (states, probabilities) = sampler.visible()
            drawn.states += states
            drawn.probabilities += probabilities
            units = zip(units, sampler.tally?.units ?? []).map(+)
        }
        var tally = SwapTally(pairs: path.ladder.pairs)
        tally.units = units
        drawn.tally = tally
        return drawn
    }

    /// Collective.
    ///
    /// Writes samples of Gaussian units on the scale of the data: float32, or pictures of the means.
    private func writeReals(
        _ visible: Drawn, of model: DividedModel, _ held: ClampFile?,
        _ world: borrowing Communicator, _ column: borrowing Communicator
    ) throws {
        let isPicture = output.hasSuffix(".png")
        var own = visible.states
        if isPicture || writesMeans {
            RBMCore.writeReals(visible.probabilities.span, into: &own, at: 0)
        }
        let gathered = try gatherReals(own, column)
        try world.together {
            guard world.rank == 0, var values = gathered else { return }
            model.standardization?.undo(on: &values, rows: count)
            held?.restore(&values)
            if isPicture {
                try sheet(SampleSheet.brightness(values), shape: model.imageShape, held).writePNG(
                    to: output)
            } else {
                try writeNPY(values, shape: [count] + model.imageShape, to: output)
            }
        }
    }

    /// Checks that rank 0 can take the states of all chains.
    private func checkSize(_ model: DividedModel) throws(SharedFailure) {
        let bytes = model.machines[0].visibleUnits.stateEncoding.bytesPerUnit
        let widest =
            bytes * (model.machines.map { max($0.visibleCount, $0.hiddenCount) }.max() ?? 1)
        let most = Communicator.mostGatheredBytes / widest
        guard count <= most else {
            throw SharedFailure(
                exitCode: ExitStatus.commandLine,
                "--count is \(count), but of a model with a layer of \(widest) units at most "
                    + "\(most) cases are drawn at once; draw several files, each with its own --seed"
            )
        }
    }

    /// Checks that chains that hold units are moved as they can be.
    private func checkClamp(_ model: DividedModel) throws(SharedFailure) {
        guard clamp != nil, model.machines.count > 1, isTempered || mixingData != nil else {
            return
        }
        throw SharedFailure(
            exitCode: ExitStatus.commandLine,
            "--clamp goes with --\(isTempered ? "tempering" : "check-mixing") only where the model has "
                + "one layer; this one has \(model.machines.count), whose held chains move by sweeps "
                + "through all layers. Leave one of the two options away.")
    }

    private var clampName: String { clamp.map { ", clamped by \($0)" } ?? "" }

    private var startName: String {
        switch start {
        case .noise: "noise"
        case .data(let file): file.path
        }
    }
}

extension SamplingRun.Drawn {
    init(_ visible: (states: [UInt8], probabilities: [Float])) {
        self.init(states: visible.states, probabilities: visible.probabilities, tally: nil)
    }
}
