import Analysis
import ModelFiles
import Ranks
import RBMCore

/// Whether the chains of a training are where its model has its probability.
///
/// Chains whose free energies are those of the data may miss the states that hold most of Σ e^{−F}.
/// Some chains begin at independent units, where no barrier hides anything, and follow the straight
/// line to the model: the mean of ln w is at most ln Z. The chains of the training go back on that
/// line, and if they are samples of the model, the mean of theirs is at least ln Z. Where the first mean
/// is above the second, they are not.
struct ModeCheck {
    /// The most chains, there and again back.
    static let chains = 100
    /// The points of a path: the square of the norm of the weights times a number, in bounds.
    private static let (pointsOfSquare, fewestPoints, mostPoints) = (10.0, 20.0, 1000.0)
    /// The sweeps of one chain for each point: two there, two back, and one before it goes back.
    private static let sweepsOfPoint = 5
    /// The share of a training's sweeps that the check may take, and the products it may always take.
    private static let (share, freeProducts) = (0.02, 2e9)
    /// Names the draws of independent states: a step that no training reaches.
    private static let noStep = Int(UInt32.max)

    let arithmetic: ArithmeticKind
    let seed: UInt64
    let layer: Int

    /// Collective.
    ///
    /// Tells whether the chains miss states of the model.
    ///
    /// - Parameters:
    ///   - states: The visible states of some of this rank's chains.
    ///   - chains: Their numbers among all chains.
    ///   - sweeps: How many sweeps all chains together have made in the training.
    ///   - column: The ranks that share the chains, each with the same hidden columns.
    func finds(
        _ machine: any Machine, step: Int, missedBy states: [UInt8], chains: Range<Int>,
        sweeps: Int,
        _ column: borrowing Communicator
    ) throws -> Bool {
        let base = try base(of: machine, states, chains.count, column)
        let path = path(from: base, to: machine, points(of: machine, sweeps: sweeps), step)
        let own = column.share(of: Self.chains)
        var moving = [UInt8](
            repeating: 0, count: own.count * LayerSpec(states: machine).visibleBytes)
        self.path(from: base, to: base, 1, Self.noStep).settle(&moving, chains: own, sweeps: 1)
        let ratio = try path.ratio(
            chains: Self.chains, ahead: &moving, back: states, chains, settling: path.steps,
            column)
        return ratio.lower > ratio.upper
    }

    /// The numbers among a rank's chains that go back.
    static func chosen(of chains: Range<Int>) -> Range<Int> { chains.clamped(to: 0..<Self.chains) }

    private func points(of machine: any Machine, sweeps: Int) -> Int {
        let norm = machine.weightNorm
        let chainSweeps = Double(Self.sweepsOfPoint * Self.chains)
        let products = chainSweeps * Double(machine.visibleCount) * Double(machine.hiddenCount)
        let affordable = max(
            Self.share * Double(sweeps) / chainSweeps, Self.freeProducts / products)
        let wanted = min(Self.pointsOfSquare * norm * norm, affordable)
        return Int(max(Self.fewestPoints, min(Self.mostPoints, wanted)))
    }

    /// Independent units with the means of the chains, and those of a symmetric machine without a sign.
    private func base(
        of machine: any Machine, _ states: [UInt8], _ own: Int, _ column: borrowing Communicator
    ) throws -> any Machine {
        let spec = LayerSpec(states: machine)
        var sums = CaseMeasures(hidden: spec.hidden)
        LayerEvaluator(machine, encoding: spec.encoding, arithmetic: arithmetic)
            .addFreeEnergies(of: states, cases: own, to: &sums)
        var counts = sums.activity + [Int64](repeating: 0, count: spec.visible) + [Int64(own)]
        for row in 0..<own {
            for i in 0..<spec.visible {
                counts[spec.hidden + i] += Int64(states[row * spec.visible + i])
            }
        }
        try column.sum(&counts)
        var means = TemperingBase(plainFor: machine)
        if !machine.isSymmetric {
            let hidden = counts[..<spec.hidden].map { Double($0) * 0x1p-16 }
            let visible = counts[spec.hidden..<(spec.hidden + spec.visible)].map(Double.init)
            means = TemperingBase(
                marginals: visible + hidden, count: Int(counts[spec.hidden + spec.visible]), spec)
        }
        return machine.with(
            Parameters(
                weights: Array(repeating: 0, count: machine.own.parameters.weightCount),
                visibleBias: means.visibleBias,
                hiddenBias: Array(means.hiddenBias[machine.slice.columns])))
    }

    private func path(
        from start: any Machine, to end: any Machine, _ points: Int, _ step: Int
    ) -> ModelPath {
        ModelPath(
            from: start, to: end, steps: points, arithmetic: arithmetic, seed: seed, place: layer,
            time: step)
    }
}
