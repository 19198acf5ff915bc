import RandomStreams

/// Chains of a stack in which some visible units are held: p(hidden layers, free units | held
/// units).
///
/// The top layer is drawn as one block. For a layer between, the layer above is the prior and the
/// layer below the evidence. The evidence makes the units of the layer depend on one another, so
/// that they are drawn one by one, each from its exact conditional distribution. Free visible units
/// are summed out, and drawn at the end only.
///
/// An upward pass instead would draw from each layer's own machine, which differs from the stack.
public struct ClampedStackSampler: ~Copyable {
    /// The global numbers of these chains.
    public let chains: Range<Int>

    private let layers: [any Machine]
    private let arithmetic: [Layer]
    private let evidence: [EvidenceSampler]
    private let clamp: [UInt8]
    /// The values of the held units, and NaN for the free ones, shape `[chains, visible]`.
    private let held: [Float]
    private let seed: UInt64
    /// The hidden states of each layer, bytes 0 or 1, shape `[chains, hidden]`.
    private var hidden: [[UInt8]]
    private var sweeps = 0

    /// Creates chains whose hidden layers are drawn by one pass up from visible states.
    ///
    /// - Parameters:
    ///   - layers: Of a stack, the lowest first. Processes that divide their columns have the same chains.
    ///   - clamp: Bytes as in `Clamp`, shape `[chains.count, visible]`.
    ///   - visible: The states of the visible units at the start, same shape; only those of free
    ///     units count.
    public init(
        _ layers: [any Machine], chains: Range<Int>, clamp: [UInt8], start visible: [UInt8],
        arithmetic kind: ArithmeticKind, seed: UInt64
    ) {
        let kinds = layers[0].visibleUnits
        let bytes = LayerSpec(states: layers[0]).visibleBytes
        precondition(
            clamp.count == chains.count * bytes && visible.count == clamp.count,
            "\(clamp.count) and \(visible.count) bytes for \(chains.count) chains of \(bytes)")
        self.layers = layers
        self.chains = chains
        self.clamp = clamp
        self.seed = seed
        held = Clamp.values(clamp, kinds)
        arithmetic = layers.map { Layer($0, arithmetic: kind) }
        evidence = layers.dropLast().map(EvidenceSampler.init)
        hidden = []
        var below = visible
        var means = [Float](repeating: 0, count: held.count)
        Clamp.hold(clamp, kinds, &below, &means)
        for layer in layers.indices {
            below = drawUpward(layer, from: below, .clampedStart)
            hidden.append(below)
        }
    }

    /// Draws a layer's hidden states given the states below, as its own machine does.
    private borrowing func drawUpward(
        _ layer: Int, from below: [UInt8], _ slot: Purpose.Sampling
    ) -> [UInt8] {
        let rows = 0..<chains.count
        let rbm = layers[layer]
        var probabilities = [Float](repeating: 0, count: chains.count * rbm.hiddenCount)
        arithmetic[layer].hiddenProbabilities(below, rows: rows, into: &probabilities)
        var states = [UInt8](repeating: 0, count: probabilities.count)
        arithmetic[layer].drawHidden(
            from: probabilities, rows: rows,
            stream: RandomStream(seed: seed, .sampling(slot, layer: layer, sweep: sweeps)),
            firstRow: chains.lowerBound, into: &states, at: 0)
        return states
    }

    /// Advances every chain by some sweeps, each through all hidden layers from the top.
    public mutating func run(sweeps count: Int) {
        let top = layers.count - 1
        for _ in 0..<count {
            hidden[top] = drawUpward(top, from: hidden[top - 1], .clampedHidden)
            for layer in (0..<top).reversed() { drawBetween(layer) }
            sweeps += 1
        }
    }

    /// Draws the hidden units of a layer below the top.
    private mutating func drawBetween(_ layer: Int) {
        let units = layers[layer].hiddenCount
        var prior = [Float](repeating: 0, count: chains.count * units)
        arithmetic[layer + 1].downward(
            hidden[layer + 1], encoding: .bits, rows: 0..<chains.count, into: &prior)
        let stream = RandomStream(
            seed: seed, .sampling(.clampedHidden, layer: layer, sweep: sweeps))
        let below =
            layer == 0 ? held : Clamp.values(hidden[layer - 1], layers[layer].visibleUnits)
        evidence[layer].draw(
            &hidden[layer], prior: prior.span, evidence: below.span, stream: stream,
            firstChain: chains.lowerBound)
    }

    /// Draws the free visible units.
    ///
    /// - Returns: Bytes and probabilities like those of `GibbsSampler`, shape `[chains, visible]`.
    ///   Held units have the states at which they are held.
    public borrowing func visible() -> (states: [UInt8], probabilities: [Float]) {
        let pass = DownwardPass(layers[0], arithmetic: arithmetic[0].arithmetic)
        var (states, probabilities) = pass.draw(
            from: hidden[0], firstChain: chains.lowerBound, chains: chains.count, seed: seed,
            layer: 0, sweep: sweeps)
        Clamp.hold(clamp, layers[0].visibleUnits, &states, &probabilities)
        return (states, probabilities)
    }
}
