public import ModelFiles
public import RBMCore

/// This rank's chains of a stack: they are sampled at the top, and one pass leads down to the visible
/// units.
public struct ModelSampler: ~Copyable {
    private let layers: [any Machine]
    private var top: GibbsSampler
    /// nil where Gibbs sweeps alone move the chains on.
    private var tempered: TemperedChains?
    private let seed: UInt64
    private let arithmetic: ArithmeticKind

    /// Creates chains that start from noise.
    public init(
        _ model: any LayeredModel, chains: Range<Int>, seed: UInt64,
        arithmetic: ArithmeticKind = .integer
    ) {
        layers = model.machines
        self.seed = seed
        self.arithmetic = arithmetic
        top = GibbsSampler(
            model.machines[model.machines.count - 1], chains: chains, arithmetic: arithmetic,
            seed: seed, layer: model.machines.count - 1)
    }

    /// Starts the chains from cases.
    public mutating func start(from source: any CaseSource) throws {
        var view = propagatedCases(
            source, through: layers.dropLast(), seed: seed, propagation: { _ in .samples })
        // A chain starts from states.
        if view.encoding == .levels {
            view = BinarizedCases(
                view, of: layers[layers.count - 1].visibleUnits, seed: seed, layer: layers.count - 1
            )
        }
        var bytes = [UInt8](repeating: 0, count: top.chains.count * view.caseBytes)
        try view.load(top.chains.map { $0 % source.count }, draw: 0, into: &bytes)
        top.start(from: bytes)
    }

    /// Goes on by parallel tempering: the states that there are go into every level of their lane.
    public mutating func temper(_ path: TemperingPath) {
        var chains = TemperedChains(
            top.machine, path: path, lanes: top.chains, arithmetic: arithmetic, seed: seed,
            layer: layers.count - 1)
        chains.start(from: top.visible)
        tempered = consume chains
    }

    /// Holds visible units of the chains, as `GibbsSampler` does.
    ///
    /// - Precondition: The model has one layer, for stacks have a `ClampedStackSampler`.
    public mutating func hold(_ clamp: [UInt8]) {
        precondition(layers.count == 1, "a clamp of the top of \(layers.count) layers")
        top.hold(clamp)
        tempered?.hold(clamp)
    }

    /// Runs every chain for some sweeps.
    public mutating func run(sweeps: Int) {
        guard tempered == nil else {
            tempered?.run(sweeps: sweeps)
            return
        }
        top.run(sweeps: sweeps)
    }

    /// The states of the top machine's visible units, shape `[chains, bytes of a row]`.
    public var topStates: [UInt8] {
        switch tempered {
        case .some(let chains): chains.visible
        case nil: top.visible
        }
    }

    /// How the swaps of tempered chains went; nil without tempering.
    public var tally: SwapTally? {
        switch tempered {
        case .some(let chains): chains.tally
        case nil: nil
        }
    }

    /// Draws the visible states of the chains.
    ///
    /// Tempered chains make one Gibbs sweep more for it: what they exchange are states without the
    /// probabilities that these were drawn from.
    ///
    /// - Returns: Bytes 0 or 1 and the probabilities that they were drawn from, shape
    ///   `[chains, visible]`; for Gaussian units the bytes of real values, and their means.
    public mutating func visible() -> (states: [UInt8], probabilities: [Float]) {
        if tempered != nil {
            top.start(from: topStates)
            top.run(sweeps: 1)
        }
        var states = top.visible
        var probabilities = top.visibleProbabilities
        for index in (0..<(layers.count - 1)).reversed() {
            let pass = DownwardPass(layers[index], arithmetic: arithmetic)
            (states, probabilities) = pass.draw(
                from: states, firstChain: top.chains.lowerBound, chains: top.chains.count,
                seed: seed, layer: index, sweep: top.sweeps)
        }
        return (states, probabilities)
    }
}
