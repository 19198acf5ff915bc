public import Configuration
public import DistributedTraining
import Ising
import RandomStreams
public import Ranks
public import RBMCore
import Storage

/// The training and held-out cases of a run's first layer.
public struct TrainingData {
    public let layer: LayerData
    /// How the cases are standardized; nil for not at all.
    public let standardization: Standardization?
    /// The shape of one case, slowest index first.
    public let shape: [Int]
    /// How many states the first layer's categorical units have; nil where these are of another kind.
    public let categories: Int?
    /// A line for people that says what the data are.
    public let summary: String
    /// How the values of the training file were read; nil for states, and for drawn configurations.
    public let reading: DataReading?
    /// What tells the files of the data from others, by `train`, `held-out` and `weights`; of files
    /// alone, for what is drawn follows from the configuration.
    public let digests: [String: String]
    /// What people should look at in the data.
    public let warnings: [String]

    /// Collective.
    ///
    /// Opens or draws the data that a configuration names.
    ///
    /// - Parameters:
    ///   - known: The standardization of the model that the run starts from; nil to measure one where the
    ///     configuration asks for it.
    ///   - check: Is called before the values are read or drawn, with the outline of the cases of
    ///     `train`, those held out included.
    /// - Throws: The same failure on all ranks.
    public init(
        _ configuration: RunConfiguration, standardization known: Standardization? = nil,
        checking check: (DataOutline) throws -> Void = { _ in }, _ world: borrowing Communicator
    ) throws {
        let taker = configuration.layers.first?.visibleUnits ?? .bernoulli
        let options = configuration.data
        let seed = configuration.training.seed
        let opened: OpenedCases
        var digests: [String: String] = [:]
        switch options.source {
        case .file(let path):
            opened = try DataFile(
                path, values: options.values, binarize: options.binarize,
                maximum: options.maximum, categories: options.categories,
                missing: options.missing
            ).open(seed: seed, for: taker, checking: check, world)
            digests["train"] = opened.digest
        case .ising(let ising):
            let sites = ising.size * ising.size
            let bytes = ising.samples * sites
            // More are refused in other words.
            if bytes <= mostIsingBytes {
                try check(
                    DataOutline(cases: ising.samples, visible: sites, memoryBytes: bytes))
            }
            opened = try drawIsing(ising, seed: seed, world)
        }
        var layer: LayerData
        var heldOutLacksValues = false
        switch options.heldOut {
        case .fraction(let fraction):
            let parts = SubsetCases.divide(opened.cases, heldOut: fraction, seed: seed)
            layer = LayerData(training: parts.training, heldOut: parts.heldOut)
        case .file(let path):
            var held = try DataFile(
                path, values: opened.reading?.kind ?? options.values,
                binarize: opened.reading?.binarize ?? options.binarize,
                maximum: opened.reading?.maximum, categories: opened.categories,
                missing: options.missing
            ).open(seed: seed, for: taker, world)
            guard held.shape == opened.shape else {
                throw SharedFailure(
                    exitCode: ExitStatus.badFile,
                    "\(path): its cases have the shape \(held.shape), those of the training data "
                        + "\(opened.shape); they must be the same")
            }
            guard held.cases.encoding == opened.cases.encoding else {
                throw SharedFailure(
                    exitCode: ExitStatus.badFile,
                    "\(path): its values are \(held.meaning), those of the training data "
                        + "\(opened.meaning); set `values` so that both are read alike")
            }
            heldOutLacksValues = held.lacksValues
            if let weights = options.heldOutWeights {
                held = try held.weighted(by: weights, name: "held-out", seed: seed, world)
            }
            layer = LayerData(training: opened.cases, heldOut: held.cases)
            digests["held-out"] = held.digest
        }
        if let weights = options.weights {
            let isFraction = if case .fraction = options.heldOut { true } else { false }
            let file = try openArray(weights, world)
            digests["weights"] = try world.together { try file.digest() }
            layer = try layer.weighted(
                by: weights, count: opened.cases.count, weighsHeldOut: isFraction, seed: seed, world
            )
        }
        var standardization: Standardization?
        if options.standardize {
            let found =
                try known ?? Standardization(ofTrainingCases: layer.training, world)
            guard found.means.count == layer.training.visible else {
                throw SharedFailure(
                    exitCode: ExitStatus.configuration,
                    "the model to go on with has \(found.means.count) values a case, the data have "
                        + "\(layer.training.visible)")
            }
            layer = LayerData(
                training: StandardizedCases(layer.training, found),
                heldOut: layer.heldOut.map { StandardizedCases($0, found) })
            standardization = found
        }
        if opened.lacksValues || heldOutLacksValues {
            let unobserved = try UnobservedUnits(in: layer.training, world)
            layer = LayerData(
                training: MarkedCases(layer.training, unobserved),
                heldOut: layer.heldOut.map { MarkedCases($0, unobserved) })
        }
        self.layer = layer
        self.standardization = standardization
        self.digests = digests
        shape = opened.shape
        categories = opened.categories
        reading = opened.reading
        warnings = opened.warnings
        let sizes = shape.map { "\($0)" }.joined(separator: "×")
        summary =
            "\(layer.training.count) training cases and \(layer.heldOut?.count ?? 0) held out, "
            + "\(sizes), \(opened.meaning)" + (options.weights == nil ? "" : ", weighted")
            + (standardization == nil ? "" : ", standardized")
        guard layer.training.visible < 1 << 24 else {
            throw SharedFailure(
                exitCode: ExitStatus.badFile,
                "a case has \(layer.training.visible) values; at most 2²⁴ − 1 are supported")
        }
    }
}

extension Standardization {
    /// Collective.
    ///
    /// Measures what brings the training cases to mean 0 and deviation 1: in double precision where
    /// float32 would round their values by more than a thousandth of their deviation.
    fileprivate init(
        ofTrainingCases cases: any CaseSource, _ world: borrowing Communicator
    ) throws {
        let (moments, farthest) = try DistributedTraining.moments(of: cases, world)
        if (cases as? any DoubleCases)?.exceedsFloat32 == true {
            // Float32 may have made a column constant, or given it another deviation.
            let exact = try DistributedTraining.moments(of: cases, inDoubles: true, world)
            if Self.needsRests(exact.moments, farthest: exact.farthest) {
                self.init(exact.moments, farthest: exact.farthest, keepsRests: true)
                return
            }
        }
        self.init(moments, farthest: farthest)
    }
}

/// The most bytes of Ising configurations that a run draws for itself.
private let mostIsingBytes = 1 << 34

/// Collective.
///
/// Draws Ising configurations: each rank draws a share, and then holds all of them.
private func drawIsing(
    _ ising: IsingSource, seed: UInt64, _ world: borrowing Communicator
) throws -> OpenedCases {
    let coupling = ising.k
    let bytes = ising.samples * ising.size * ising.size
    guard bytes <= mostIsingBytes else {
        throw SharedFailure(
            exitCode: ExitStatus.configuration,
            "data.ising: \(ising.samples) configurations of \(ising.size)×\(ising.size) spins take "
                + "\(bytes) bytes, which every rank holds in memory; at most \(mostIsingBytes) are "
                + "supported. Lower `samples`")
    }
    return try world.together { () throws -> IsingSampler in
        do {
            return try IsingSampler(size: ising.size, coupling: coupling, seed: seed)
        } catch {
            throw SharedFailure(exitCode: ExitStatus.configuration, "data.ising: \(error)")
        }
    }.cases(ising.samples, world)
}

extension IsingSource {
    /// The coupling K.
    public var k: Double { coupling ?? criticalCoupling }
}

extension IsingSampler {
    /// Collective.
    ///
    /// Returns the first `count` configurations on every rank.
    ///
    /// One rank draws a byte, and the others have zero in its place. A sum brings all together.
    fileprivate func cases(_ count: Int, _ world: borrowing Communicator) throws -> OpenedCases {
        let sites = size * size
        let share = plan.share(of: count, world)
        var own = [UInt8](repeating: 0, count: share.count * sites)
        var span = own.mutableSpan
        draw(share, into: &span)
        var bytes = [UInt8](repeating: 0, count: count * sites)
        bytes.replaceSubrange(
            (share.lowerBound * sites)..<(share.upperBound * sites), with: own)
        try world.sum(&bytes)
        return OpenedCases(
            cases: MemoryCases(bytes, visible: sites), shape: [size, size],
            meaning: "configurations of the \(size)×\(size) Ising torus at K = \(coupling), "
                + plan.description)
    }
}
