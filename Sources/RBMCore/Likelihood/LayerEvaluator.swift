public import RandomStreams

/// Measures a fixed machine on cases given as bytes: free energies, hidden means, reconstructions.
///
/// It runs on the products of a number system, in blocks of rows. Each case's value is a sum over
/// units in a fixed order, and sums over cases are in fixed point. So any division of the cases
/// gives the same sums.
public final class LayerEvaluator {
    public let machine: any Machine
    /// The layer with all hidden columns.
    public let shape: LayerSpec

    private let arithmetic: Layer
    private var hidden: [Float] = []
    private var visible: [Float] = []
    private var means: [UInt8] = []
    private var terms: [Float] = []
    /// The levels of one case.
    private var levels: [Float] = []
    private let visibleLaw: any UnitLaw
    private let hiddenLaw: any UnitLaw
    /// What the kernels leave out of ln Σ_h.
    private let hiddenConstant: Double

    /// Creates an evaluator of a machine whose visible states have the given encoding.
    public init(
        _ machine: any Machine, encoding: StateEncoding, arithmetic kind: ArithmeticKind
    ) {
        self.machine = machine
        shape = LayerSpec(machine, encoding: encoding)
        arithmetic = Layer(
            LayerSpec(shape, slice: machine.slice), frozen: kind, group: machine.group, joins: true)
        arithmetic.load(machine.own.parameters)
        visibleLaw = machine.visibleLaw
        hiddenLaw = machine.hiddenLaw
        hiddenConstant = hiddenLaw.logPartitionConstant(bias: machine.allHiddenBiases)
    }

    /// Adds the free energies of cases.
    ///
    /// It also adds the activities of the hidden units if `sums` has room for them.
    ///
    /// - Parameters:
    ///   - states: Visible bytes, shape `[cases, visible]`.
    ///   - factors: By what each case counts; nil where all count alike.
    public func addFreeEnergies(
        of states: [UInt8], cases: Int, factors: [Double]? = nil, to sums: inout CaseMeasures
    ) {
        sums.freeEnergy.add(freeEnergies(of: states, cases: cases), times: factors)
        guard !sums.activity.isEmpty else { return }
        precondition(
            sums.activity.count == shape.hidden,
            "\(sums.activity.count) activities of \(shape.hidden) hidden units")
        activate(hiddenLaw, columns: shape.hidden, rows: 0..<cases, &hidden)
        if let factors { return addActivities(cases, factors, to: &sums) }
        // Up to 2¹⁵ rows of numbers up to 2¹⁶ fit in 32 bits.
        precondition(cases <= 1 << 15, "\(cases) cases in one block; at most 32768")
        var block = [UInt32](repeating: 0, count: shape.hidden)
        for row in 0..<cases {
            let probabilities = hidden.span.extracting(rowRange(row, of: shape.hidden))
            var block = block.mutableSpan
            for j in block.indices {
                block[j] &+= UInt32(bitPattern: roundedInteger(probabilities[j] * 65_536))
            }
        }
        for j in block.indices { sums.activity[j] += Int64(block[j]) }
    }

    /// Adds what is in `hidden`, the activities of some cases, each times the factor of its case.
    private func addActivities(_ cases: Int, _ factors: [Double], to sums: inout CaseMeasures) {
        for row in 0..<cases {
            let probabilities = hidden.span.extracting(rowRange(row, of: shape.hidden))
            for j in probabilities.indices {
                let part = factors[row] * Double(roundedInteger(probabilities[j] * 65_536))
                sums.activity[j] += Int64(part.rounded())
            }
        }
    }

    /// The free energy of each case, shape `[cases]`, in nats.
    public func freeEnergies(of states: [UInt8], cases: Int) -> [Double] {
        preactivations(of: states, cases: cases)
        let bias = machine.visibleBiases
        return (0..<cases).map { freeEnergy(bias, states, $0) }
    }

    /// Adds the cross-entropy between each case and its mean-field reconstruction, in nats for each
    /// case, times its factor.
    ///
    /// The reconstruction is the visible mean given the hidden means, which are rounded to the
    /// nearest byte unless the hidden units take real values. For Gaussian visible units the
    /// cross-entropy is minus the logarithm of the density of the case under the reconstruction and the
    /// variances.
    public func addCrossEntropies(
        of states: [UInt8], cases: Int, factors: [Double]? = nil, to sums: inout CaseMeasures
    ) {
        sums.crossEntropy.add(crossEntropies(of: states, cases: cases), times: factors)
    }

    /// The cross-entropy of each case, as `addCrossEntropies` takes it, shape `[cases]`.
    public func crossEntropies(of states: [UInt8], cases: Int) -> [Double] {
        roundedMeans(of: states, cases: cases)
        if visible.count < cases * shape.visible {
            visible = Array(repeating: 0, count: cases * shape.visible)
        }
        arithmetic.downward(means, encoding: meanEncoding, rows: 0..<cases, into: &visible)
        return (0..<cases).map { row in
            readLevels(
                stored: shape.encoding, states.span, row: row, count: shape.visible, into: &levels)
            let (visible, levels) = (visible, levels)
            return visibleLaw.crossEntropy(
                ofLevels: levels.span.extracting(0..<shape.visible),
                fields: visible.span.extracting(rowRange(row, of: shape.visible)),
                terms: &terms)
        }
    }

    /// How `roundedMeans` stores the means.
    private var meanEncoding: StateEncoding { shape.hiddenUnits.isDiscrete ? .levels : .float32 }

    /// Puts the hidden means into `means`.
    private func roundedMeans(of states: [UInt8], cases: Int) {
        guard meanEncoding == .float32 else { return _ = hiddenMeans(of: states, cases: cases) }
        hiddenProbabilities(of: states, cases: cases)
        let count = cases * shape.hidden
        if means.count < 4 * count { means = Array(repeating: 0, count: 4 * count) }
        let hidden = hidden
        writeReals(hidden.span.extracting(0..<count), into: &means, at: 0)
    }

    /// The probability of each hidden unit, as bytes that stand for x/127, rounded to the nearest.
    ///
    /// - Returns: The bytes, shape `[cases, hidden]`; the array may be longer, and the next call
    ///   overwrites it.
    @discardableResult
    public func hiddenMeans(of states: [UInt8], cases: Int) -> [UInt8] {
        hiddenProbabilities(of: states, cases: cases)
        if means.count < cases * shape.hidden {
            means = Array(repeating: 0, count: cases * shape.hidden)
        }
        let hidden = hidden
        let probabilities = hidden.span
        var means = means.mutableSpan
        for i in 0..<(cases * shape.hidden) {
            means[i] = UInt8(truncatingIfNeeded: roundedInteger(probabilities[i] * 127))
        }
        return self.means
    }

    /// The probability that each hidden unit is 1, shape `[cases, hidden]`; the array may be
    /// longer.
    @discardableResult
    public func hiddenProbabilities(of states: [UInt8], cases: Int) -> [Float] {
        preactivations(of: states, cases: cases)
        activate(hiddenLaw, columns: shape.hidden, rows: 0..<cases, &hidden)
        return hidden
    }

    /// Moves states on by one Gibbs sweep of the machine with its weights as the products have them.
    ///
    /// - Parameters:
    ///   - states: Visible bytes, shape `[cases, visible]`; they must be states, not means.
    ///   - first: The global number of the first of them, which names its random numbers.
    public func sweep(
        _ states: inout [UInt8], cases: Int, first: Int, hidden: RandomStream,
        visible: RandomStream
    ) {
        hiddenProbabilities(of: states, cases: cases)
        var drawn = [UInt8](repeating: 0, count: cases * shape.hiddenBytes)
        arithmetic.drawHidden(
            from: self.hidden, rows: 0..<cases, stream: hidden, firstRow: first, into: &drawn,
            at: 0)
        arithmetic.drawVisible(
            given: drawn, rows: 0..<cases, stream: visible, firstRow: first, into: &states, at: 0)
    }

    /// c + Wᵀv for each case, shape `[cases, hidden]`; the array may be longer.
    @discardableResult
    func preactivations(of states: [UInt8], cases: Int) -> [Float] {
        if hidden.count < cases * shape.hidden {
            hidden = Array(repeating: 0, count: cases * shape.hidden)
        }
        arithmetic.upward(states, rows: 0..<cases, into: &hidden)
        return hidden
    }

    /// The free energy of one case, whose hidden fields are known.
    private func freeEnergy(_ bias: [Float], _ states: [UInt8], _ row: Int) -> Double {
        readLevels(
            stored: shape.encoding, states.span, row: row, count: shape.visible, into: &levels)
        let (hidden, levels) = (hidden, levels)
        let fields = hidden.span.extracting(rowRange(row, of: shape.hidden))
        return visibleLaw.energy(
            ofLevels: levels.span.extracting(0..<shape.visible), bias: bias.span, terms: &terms)
            - hiddenLaw.logPartition(fields: fields, terms: &terms) - hiddenConstant
    }
}
