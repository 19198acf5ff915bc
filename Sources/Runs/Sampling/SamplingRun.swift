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
    private let clamp: String?
    private let seed: UInt64

    /// Creates the run; `clamp` names the file of units that are held.
    public init(
        model: String, count: Int, sweeps: Int, output: String, start: Start, clamp: String? = nil,
        seed: UInt64
    ) {
        self.model = model
        self.count = count
        self.sweeps = sweeps
        self.output = output
        self.start = start
        self.clamp = clamp
        self.seed = seed
    }

    /// Collective.
    ///
    /// Samples, each rank a share of the chains; returns nil but on rank 0.
    public func run(_ world: borrowing Communicator) throws -> WrittenCases? {
        try world.checkWritable(output)
        let model = try Model.load(model, world)
        try checkSize(model)
        let share = world.share(of: count)
        var source: (any CaseSource)?
        if case .data(let file) = start {
            let opened = try file.open(seed: seed, for: model, world)
            try model.checkShape(opened, from: file.path, for: self.model)
            source = opened.cases
        }
        let kind = model.layers[0].visibleUnits
        let held = try world.together { () throws -> ClampFile? in
            guard let path = self.clamp else { return nil }
            return try ClampFile(
                path: path, imageShape: model.imageShape, kind: kind,
                standardization: model.standardization)
        }
        let visible = try world.together {
            try draw(share, of: model, from: source, clamp: held?.states(of: share))
        }
        if kind.stateEncoding == .float32 {
            try writeReals(visible, of: model, held, world)
            return summary(world)
        }
        let isPicture = output.hasSuffix(".png")
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
        let parts = try world.gather(own)
        try world.together {
            guard let parts else { return }
            let bytes = parts.flatMap { $0 }
            if isPicture {
                try SampleSheet.sheet(bytes.map { Float($0) / 255 }, shape: model.imageShape)
                    .writePNG(to: output)
            } else {
                try writeNPY(bytes, shape: [count] + model.imageShape, to: output)
            }
        }
        return summary(world)
    }

    private func summary(_ world: borrowing Communicator) -> WrittenCases? {
        guard world.rank == 0 else { return nil }
        return WrittenCases(
            cases: count, output: output,
            origin: " after \(sweeps) sweeps from \(startName)\(clampName)")
    }

    /// Runs some chains.
    ///
    /// - Returns: The visible states, and the probabilities they were drawn from.
    func draw(
        _ chains: Range<Int>, of model: Model, from source: (any CaseSource)?, clamp: [UInt8]?
    ) throws -> (states: [UInt8], probabilities: [Float]) {
        guard let clamp, model.layers.count > 1 else {
            var sampler = ModelSampler(model, chains: chains, seed: seed)
            if let source { try sampler.start(from: source) }
            if let clamp { sampler.hold(clamp) }
            sampler.run(sweeps: sweeps)
            return sampler.visible()
        }
        // The free units start as those of a single machine do.
        let first = Model(layers: [model.layers[0]], imageShape: model.imageShape)
        var start = ModelSampler(first, chains: chains, seed: seed)
        if let source { try start.start(from: source) }
        var sampler = ClampedStackSampler(
            model.stack, chains: chains, clamp: clamp, start: start.visible().states,
            arithmetic: .integer, seed: seed)
        sampler.run(sweeps: sweeps)
        return sampler.visible()
    }

    /// Collective.
    ///
    /// Writes samples of Gaussian units on the scale of the data: float32, or pictures of the means.
    private func writeReals(
        _ visible: (states: [UInt8], probabilities: [Float]), of model: Model, _ held: ClampFile?,
        _ world: borrowing Communicator
    ) throws {
        let isPicture = output.hasSuffix(".png")
        var own = visible.states
        if isPicture { RBMCore.writeReals(visible.probabilities.span, into: &own, at: 0) }
        let parts = try world.gather(own)
        try world.together {
            guard let parts else { return }
            let bytes = parts.flatMap { $0 }
            var values: [Float] = []
            readReals(bytes, 0..<(bytes.count / 4), into: &values)
            model.standardization?.undo(on: &values, rows: count)
            held?.restore(&values)
            if isPicture {
                try SampleSheet.sheet(brightness(values), shape: model.imageShape)
                    .writePNG(to: output)
            } else {
                try writeNPY(values, shape: [count] + model.imageShape, to: output)
            }
        }
    }

    /// Returns values as brightness: unchanged where most lie from 0 to 1, else scaled so that the 1st
    /// percentile is 0 and the 99th is 1.
    private func brightness(_ values: [Float]) -> [Float] {
        let ordered = values.sorted()
        let (low, high) = (
            ordered[ordered.count / 100], ordered[ordered.count - 1 - ordered.count / 100]
        )
        if low > -0.5, high < 1.5 { return values }
        return values.map { ($0 - low) / max(high - low, .leastNormalMagnitude) }
    }

    /// Checks that rank 0 can take the states of all chains.
    private func checkSize(_ model: Model) throws(SharedFailure) {
        let bytes = model.layers[0].visibleUnits.stateEncoding.bytesPerUnit
        let widest = bytes * (model.layers.map { max($0.visibleCount, $0.hiddenCount) }.max() ?? 1)
        let most = Communicator.mostGatheredBytes / widest
        guard count <= most else {
            throw SharedFailure(
                exitCode: ExitStatus.commandLine,
                "--count is \(count), but of a model with a layer of \(widest) units at most "
                    + "\(most) cases are drawn at once; draw several files, each with its own --seed"
            )
        }
    }

    private var clampName: String { clamp.map { ", clamped by \($0)" } ?? "" }

    private var startName: String {
        switch start {
        case .noise: "noise"
        case .data(let file): file.path
        }
    }
}
