public import RandomStreams

/// Independent Markov chains of a fixed machine: a contiguous slice of all chains of a sampling run.
///
/// Their global numbers name the chains, and the place in the run names a sweep. So any division
/// among processes draws the same states.
public struct GibbsSampler: ~Copyable {
    public let machine: any Machine

    /// The global numbers of these chains.
    public let chains: Range<Int>

    /// The visible states, shape `[chains.count, visible]`: bytes 0 or 1, or four bytes for each
    /// Gaussian unit, a float32.
    public private(set) var visible: [UInt8]

    /// The probabilities from which the last sweep drew `visible`, shape `[chains.count, visible]`;
    /// ½ before the first sweep.
    ///
    /// For Gaussian units they are the means.
    public private(set) var visibleProbabilities: [Float]

    private let arithmetic: Layer
    private let seed: UInt64
    private let layer: Int
    private var hidden: [UInt8]
    private var hiddenProbabilities: [Float]
    /// How many sweeps the chains have made.
    public private(set) var sweeps = 0
    /// The held units; empty if none are held.
    private var clamp: [UInt8] = []

    /// Creates chains whose visible units are 0 or 1 with probability ½.
    ///
    /// Gaussian units start normal about their biases.
    public init(
        _ machine: any Machine, chains: Range<Int>, arithmetic kind: ArithmeticKind, seed: UInt64,
        layer: Int = 0
    ) {
        self.machine = machine
        self.chains = chains
        self.seed = seed
        self.layer = layer
        arithmetic = Layer(machine, arithmetic: kind)
        let levels = machine.visibleLaw.undecidedLevels(bias: machine.visibleBiases)
        visibleProbabilities = chains.flatMap { _ in levels }
        visible = Array(repeating: 0, count: chains.count * arithmetic.shape.visibleBytes)
        hidden = Array(repeating: 0, count: chains.count * arithmetic.shape.hiddenBytes)
        hiddenProbabilities = Array(repeating: 0, count: chains.count * machine.hiddenCount)
        drawVisible(stream: RandomStream(seed: seed, .sampling(.start, layer: layer, sweep: 0)))
    }

    private mutating func drawVisible(stream: RandomStream) {
        arithmetic.drawVisible(
            from: visibleProbabilities, rows: 0..<chains.count, stream: stream,
            firstRow: chains.lowerBound, into: &visible, at: 0)
    }

    /// Starts the chains from given visible states.
    ///
    /// - Parameter states: Bytes as in `visible`.
    public mutating func start(from states: [UInt8]) {
        precondition(states.count == visible.count, "\(states.count) bytes for \(visible.count)")
        visible = states
        hold()
    }

    /// Holds visible units at given states, now and after every sweep.
    ///
    /// The free units then follow their distribution given the held ones.
    ///
    /// - Parameter states: Bytes as in `visible`; `Clamp` says what stands for a free unit.
    public mutating func hold(_ states: [UInt8]) {
        precondition(states.count == visible.count, "\(states.count) bytes for \(visible.count)")
        clamp = states
        hold()
    }

    private mutating func hold() {
        Clamp.hold(clamp, machine.visibleUnits, &visible, &visibleProbabilities)
    }

    /// Advances every chain by some sweeps.
    public mutating func run(sweeps count: Int) {
        let rows = 0..<chains.count
        for _ in 0..<count {
            arithmetic.hiddenProbabilities(visible, rows: rows, into: &hiddenProbabilities)
            arithmetic.drawHidden(
                from: hiddenProbabilities, rows: rows,
                stream: RandomStream(seed: seed, .sampling(.hidden, layer: layer, sweep: sweeps)),
                firstRow: chains.lowerBound, into: &hidden, at: 0)
            arithmetic.downward(
                hidden, encoding: arithmetic.shape.hiddenEncoding, rows: rows,
                into: &visibleProbabilities)
            arithmetic.activateVisible(&visibleProbabilities, rows: rows)
            drawVisible(
                stream: RandomStream(seed: seed, .sampling(.visible, layer: layer, sweep: sweeps)))
            hold()
            sweeps += 1
        }
    }
}

/// Draws the visible units of a layer once, given its hidden units.
///
/// A stack is sampled downward with it.
public struct DownwardPass {
    private let machine: any Machine
    private let arithmetic: Layer

    public init(_ machine: any Machine, arithmetic kind: ArithmeticKind) {
        self.machine = machine
        arithmetic = Layer(machine, arithmetic: kind)
    }

    /// Draws visible states at the end of a sampling run.
    ///
    /// - Parameters:
    ///   - hidden: States as they are drawn, shape `[chains, bytes of a row]`.
    ///   - sweep: The number of the sweep after which the states are drawn; it names the random
    ///     numbers.
    /// - Returns: Bytes and probabilities like those of `GibbsSampler`, shape `[chains, visible]`.
    public func draw(
        from hidden: [UInt8], firstChain: Int, chains: Int, seed: UInt64, layer: Int, sweep: Int
    ) -> (states: [UInt8], probabilities: [Float]) {
        draw(
            from: hidden, firstChain: firstChain, chains: chains,
            stream: RandomStream(seed: seed, .sampling(.downward, layer: layer, sweep: sweep)))
    }

    /// Draws visible states by the random numbers of a stream.
    public func draw(
        from hidden: [UInt8], firstChain: Int, chains: Int, stream: RandomStream
    ) -> (states: [UInt8], probabilities: [Float]) {
        let units = machine.visibleCount
        var probabilities = [Float](repeating: 0, count: chains * units)
        var states = [UInt8](repeating: 0, count: chains * arithmetic.shape.visibleBytes)
        arithmetic.downward(
            hidden, encoding: arithmetic.shape.hiddenEncoding, rows: 0..<chains,
            into: &probabilities)
        arithmetic.activateVisible(&probabilities, rows: 0..<chains)
        arithmetic.drawVisible(
            from: probabilities, rows: 0..<chains, stream: stream,
            firstRow: firstChain, into: &states, at: 0)
        return (states, probabilities)
    }
}
