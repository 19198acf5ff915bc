public import DistributedTraining
import RBMCore
import Storage

/// Draws cases from a model into a file, for `wilson sample`.
public struct SamplingRun {
    /// Where chains start.
    public enum Start: Sendable {
        case noise
        case data(String, values: ConfiguredValues, binarize: ConfiguredBinarization)
    }

    private let model: String
    private let count: Int
    private let sweeps: Int
    private let output: String
    private let start: Start
    private let seed: UInt64

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
    /// Samples, each rank a share of the chains; returns what to print on rank 0.
    public func run(_ world: borrowing Communicator) throws -> String? {
        // Before the work: a place for its result.
        try world.together { if world.rank == 0 { try AtomicFile.checkWritable(output) } }
        let model = try Model.load(model, world)
        try checkSize(model)
        let share = world.share(of: count)
        var sampler = ModelSampler(model, chains: share, seed: seed)
        if case .data(let path, let values, let binarize) = start {
            let opened = try openCases(path, values: values, binarize: binarize, seed: seed, world)
            guard opened.cases.visible == model.layers[0].visibleCount else {
                throw SharedFailure(
                    exitCode: ExitStatus.badFile,
                    "\(path): its cases have the shape \(opened.shape), but the model sees "
                        + "\(model.imageShape)")
            }
            try sampler.start(from: opened.cases)
        }
        sampler.run(sweeps: sweeps)
        let visible = sampler.visible()
        let isPicture = output.hasSuffix(".png")
        let own =
            isPicture
            ? visible.probabilities.map { UInt8(($0 * 255).rounded()) } : visible.states
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
        return world.rank == 0
            ? "\(count) cases after \(sweeps) sweeps from \(startName): \(output)" : nil
    }

    /// The states of all chains come together on rank 0.
    private func checkSize(_ model: Model) throws(SharedFailure) {
        let widest = model.layers.map { max($0.visibleCount, $0.hiddenCount) }.max() ?? 1
        let most = Communicator.mostGatheredBytes / widest
        guard count <= most else {
            throw SharedFailure(
                exitCode: ExitStatus.commandLine,
                "--count is \(count), but of a model with a layer of \(widest) units at most "
                    + "\(most) cases are drawn at once; draw several files, each with its own --seed"
            )
        }
    }

    private var startName: String {
        switch start {
        case .noise: "noise"
        case .data(let path, _, _): path
        }
    }
}
