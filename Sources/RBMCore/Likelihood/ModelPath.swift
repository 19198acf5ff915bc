import RandomStreams

/// The straight line between two RBMs with the same units, and chains that are moved along it.
///
/// The parameters of a point are weighted means of those of the two ends. A chain meets the ratios
/// p*(v) of neighbouring points, and makes a Gibbs sweep at each point; ln w is the sum of the
/// logarithms of the ratios, with the later point above also on the way back. So the mean of w over
/// chains that start in states of the first RBM is the ratio of the two partition functions, whatever the
/// sweeps reach, and the mean of 1/w over chains that come back from states of the second is its inverse
/// [Neal01], [Crooks00].
///
/// Chains are named by their global numbers, so that any division among processes gives the same
/// weights in integer arithmetic. The weights are those of the products.
public struct ModelPath {
    /// The most steps of a path.
    public static let mostSteps = 1 << 12

    private let start: any Machine
    private let end: any Machine
    /// Ratios in the weight of a chain.
    public let steps: Int
    private let arithmetic: ArithmeticKind
    private let seed: UInt64
    /// The place of the layer in its stack and the step of the second RBM name the random numbers.
    private let place: Int
    private let time: Int

    /// Creates a path.
    ///
    /// - Parameters:
    ///   - steps: From 1 to `mostSteps`.
    ///   - place: The place of the layer in its stack.
    ///   - time: The step of the training that made the second RBM.
    public init(
        from start: any Machine, to end: any Machine, steps: Int, arithmetic: ArithmeticKind,
        seed: UInt64,
        place: Int, time: Int
    ) {
        precondition(
            steps > 0 && steps <= Self.mostSteps, "\(steps) steps, not 1 to \(Self.mostSteps)")
        self.start = start
        self.end = end
        self.steps = steps
        self.arithmetic = arithmetic
        self.seed = seed
        self.place = place
        self.time = time
    }

    /// Moves states of the first RBM to the second one.
    ///
    /// - Parameters:
    ///   - states: Visible bytes of the chains, shape `[chains, visible]`.
    ///   - chains: Their global numbers.
    /// - Returns: ln w of each chain, shape `[chains]`.
    public func forward(_ states: inout [UInt8], chains: Range<Int>) -> [Double] {
        var logWeights = [Double](repeating: 0, count: chains.count)
        var here = evaluator(0)
        for point in 1...steps {
            let next = evaluator(point)
            add(here, next, states, &logWeights)
            sweep(next, &states, chains, .forward, point)
            here = next
        }
        return logWeights
    }

    /// Moves states of the second RBM to the first one.
    ///
    /// - Parameters: As `forward` has them.
    public func reverse(_ states: inout [UInt8], chains: Range<Int>) -> [Double] {
        var logWeights = [Double](repeating: 0, count: chains.count)
        var here = evaluator(steps)
        for point in (0..<steps).reversed() {
            let next = evaluator(point)
            add(next, here, states, &logWeights)
            if point > 0 { sweep(next, &states, chains, .reverse, point) }
            here = next
        }
        return logWeights
    }

    /// Moves states by sweeps of the second RBM.
    ///
    /// - Parameters: As `forward` has them.
    public func settle(_ states: inout [UInt8], chains: Range<Int>, sweeps: Int) {
        let end = evaluator(steps)
        for sweep in 0..<sweeps { self.sweep(end, &states, chains, .settling, sweep) }
    }

    private func evaluator(_ point: Int) -> LayerEvaluator {
        var machine = end
        if point < steps {
            let later = Float(point) / Float(steps)
            var between = end.own.parameters
            let first = start.own.parameters
            for i in between.values.indices {
                between.values[i] = later * between.values[i] + (1 - later) * first.values[i]
            }
            machine = end.with(between)
        }
        return LayerEvaluator(
            machine, encoding: LayerSpec(states: machine).encoding, arithmetic: arithmetic)
    }

    private func add(
        _ earlier: LayerEvaluator, _ later: LayerEvaluator, _ states: [UInt8],
        _ logWeights: inout [Double]
    ) {
        let count = logWeights.count
        guard count > 0 else { return }
        let before = earlier.freeEnergies(of: states, cases: count)
        let after = later.freeEnergies(of: states, cases: count)
        for chain in logWeights.indices { logWeights[chain] += before[chain] - after[chain] }
    }

    private func sweep(
        _ evaluator: LayerEvaluator, _ states: inout [UInt8], _ chains: Range<Int>,
        _ run: Purpose.ModelPath, _ point: Int
    ) {
        guard !chains.isEmpty else { return }
        func stream(_ side: Purpose.Side) -> RandomStream {
            RandomStream(
                seed: seed, .modelPath(run, side, layer: place, step: time, point: point))
        }
        evaluator.sweep(
            &states, cases: chains.count, first: chains.lowerBound, hidden: stream(.hidden),
            visible: stream(.visible))
    }
}

extension Machine {
    /// The machine with the same biases and without weights, whose units are independent.
    public var withoutWeights: any Machine {
        var parameters = own.parameters
        for i in 0..<parameters.weightCount { parameters.values[i] = 0 }
        return with(parameters)
    }

    /// ln Z of a machine without weights.
    ///
    /// - Precondition: All weights are zero.
    public var independentLogPartition: Double {
        precondition(own.parameters.weightNorm == 0, "the units depend on each other")
        let (visible, hidden) = (
            visibleBiases.map(Double.init), allHiddenBiases.map(Double.init)
        )
        return visibleLaw.logPartition(fields: visible.span, bias: visible.span)
            + hiddenLaw.logPartition(fields: hidden.span, bias: hidden.span)
    }
}
