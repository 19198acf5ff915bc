import Foundation
import RandomStreams

@testable import RBMCore

/// One step of training in double precision, every quantity by its definition.
///
/// It starts from the state that a trainer has before the step, draws the step's random numbers by
/// itself, and holds the state after it.
struct NaiveStep {
    /// What a step depends on beside the state.
    struct Rule {
        let shape: LayerSpec
        let arithmetic: ArithmeticKind
        let seed: UInt64
        let place: Int
        let sweeps: Int
        /// Whether the chains start at the data of the step.
        let startsFromData: Bool
        var decay = (l1: 0.0, l2: 0.0)
        var sparsity: (target: Double, cost: Double, memory: Double)?
        var nesterov = false
        /// The rate of the slow means that are the offsets; nil for no offsets.
        var centering: Double?
        /// The share of hidden units that dropout keeps.
        var keep = 1.0
    }

    let rule: Rule
    let step: Int

    /// In the order of `Parameters.values`.
    var parameters: [Double]
    var velocity: [Double]
    var average: [Double]
    /// The sparsity's running mean; nil before the first step.
    var activity: [Double]?
    /// The offsets of the step before; zeros before the first.
    var offsets: (visible: [Double], hidden: [Double])
    /// Hidden levels of persistent chains, shape `[chains][hidden]`.
    var chains: [[Double]]

    /// The last visible levels of the chains, shape `[chains][visible]`.
    private(set) var drawn: [[Double]] = []

    /// Where the gradient is taken, in the order of `Parameters.values`.
    private var point: [Double] = []
    /// The weights there as the arithmetic holds them, shape `[visible, hidden]`.
    private var weights: [Double] = []

    private var shape: LayerSpec { rule.shape }
    private var visible: Int { shape.visible }
    private var hidden: Int { shape.hidden }
    private var weightCount: Int { visible * hidden }
    private var hiddenStart: Int { weightCount + visible }
    private var ownStart: Int { hiddenStart + hidden }

    init(
        _ rule: Rule, step: Int, parameters: [Double], velocity: [Double], average: [Double],
        activity: [Double]?, offsets: (visible: [Double], hidden: [Double])?, chains: [[Double]]
    ) {
        self.rule = rule
        self.step = step
        self.parameters = parameters
        self.velocity = velocity
        self.average = average
        self.activity = activity
        self.offsets =
            offsets ?? (
                Array(repeating: 0, count: rule.shape.visible),
                Array(repeating: 0, count: rule.shape.hidden)
            )
        self.chains = chains
    }

    /// Makes the step.
    ///
    /// - Parameters:
    ///   - data: Levels, shape `[cases][visible]`.
    ///   - averaged: The number of this step among those that enter the average, from 1; 0 for none.
    mutating func advance(
        on data: [[Double]], rate: Double, momentum: Double, averaged: Int
    ) {
        point = parameters
        if rule.nesterov {
            for i in point.indices { point[i] += momentum * velocity[i] }
        }
        weights = heldWeights
        let up = masked(data.map(hiddenLevels))
        let down = moveChains(from: up)
        let weightRate = weightRate(rate, up, down)
        update(
            by: gradient(data: data, up, model: drawn, down, weightShare: weightRate / rate),
            rate: rate, weightRate: weightRate, momentum: momentum)
        guard averaged > 0 else { return }
        for i in average.indices {
            let before = averaged == 1 ? 0 : average[i]
            average[i] = (before * Double(averaged - 1) + parameters[i]) / Double(averaged)
        }
    }

    // MARK: States

    /// The weights at the point of the gradient, rounded as the arithmetic says.
    private var heldWeights: [Double] {
        let exact = Array(point[..<weightCount])
        guard rule.arithmetic != .float32 else { return exact }
        let isByte = rule.arithmetic == .integerOneByte
        let format: WeightFormat = isByte ? .byte : shape.encoding == .bits ? .word : .bytePair
        let rounded = RoundedWeights(rows: visible, columns: hidden, format: format)
        let random = RandomStream(
            seed: rule.seed, .weightRounding(layer: rule.place, step: step))
        let floats = exact.map { Float($0) }
        rounded.round(floats.span, at: isByte ? random : nil)
        return rounded.integers.map { Double($0) * Double(rounded.scale) }
    }

    private func variance(_ unit: Int) -> Double {
        ownStart < point.count ? exp(point[ownStart + unit]) : 1
    }

    /// The means of the hidden levels given visible levels.
    private func hiddenLevels(_ levels: [Double]) -> [Double] {
        let isGaussian = shape.visibleUnits == .gaussian
        let fields = (0..<hidden).map { j in
            (0..<visible).reduce(point[hiddenStart + j]) { sum, i in
                let value = shape.visibleUnits.value(levels[i])
                return sum + (isGaussian ? value / variance(i) : value) * weights[i * hidden + j]
            }
        }
        return means(shape.hiddenUnits, fields)
    }

    /// The means of the visible levels given hidden levels.
    private func visibleLevels(_ levels: [Double]) -> [Double] {
        let fields = (0..<visible).map { i in
            (0..<hidden).reduce(point[weightCount + i]) { sum, j in
                sum + shape.hiddenUnits.value(levels[j]) * weights[i * hidden + j]
            }
        }
        return means(shape.visibleUnits, fields)
    }

    private func means(_ kind: any UnitKind, _ fields: [Double]) -> [Double] {
        if kind == .gaussian { return fields }
        if kind.columns == 1 {
            return fields.map { 1 / (1 + exp(-(kind == .spin ? 2 : 1) * $0)) }
        }
        return stride(from: 0, to: fields.count, by: kind.columns).flatMap { start in
            let weights = fields[start..<(start + kind.columns)].map { exp($0) }
            return weights.map { $0 / weights.reduce(0, +) }
        }
    }

    /// Draws the levels of a row of units from their means, one word a unit.
    private func draw(
        _ kind: any UnitKind, _ means: [Double], _ purpose: Purpose, row: Int
    ) -> [Double] {
        let stream = RandomStream(seed: rule.seed, purpose)
        return (0..<(means.count / kind.columns)).flatMap { unit -> [Double] in
            let word = stream.word(row: row, unit: unit)
            if kind == .gaussian {
                let quantile = normalQuantile((Double(word) + 0.5) / 4_294_967_296)
                return [means[unit] + variance(unit).squareRoot() * quantile]
            }
            let place = (Double(word / 256) + 0.5) / 16_777_216
            if kind.columns == 1 { return [place < means[unit] ? 1 : 0] }
            let first = unit * kind.columns
            var below = 0
            while means[first...(first + below)].reduce(0, +) <= place, below + 1 < kind.columns {
                below += 1
            }
            return (0..<kind.columns).map { $0 == below ? 1 : 0 }
        }
    }

    /// Sets the levels of the dropped units of each row to zero; a row of data and a chain share a mask.
    private func masked(_ levels: [[Double]]) -> [[Double]] {
        guard rule.keep < 1 else { return levels }
        let stream = RandomStream(seed: rule.seed, .dropout(layer: rule.place, step: step))
        return levels.enumerated().map { row, levels in
            levels.indices.map { j in
                let place = (Double(stream.word(row: row, unit: j) / 256) + 0.5) / 16_777_216
                return place < rule.keep ? levels[j] : 0
            }
        }
    }

    private func drawHidden(_ means: [[Double]], sweep: Int) -> [[Double]] {
        means.enumerated().map { row, means in
            draw(
                shape.hiddenUnits, means,
                .hiddenState(layer: rule.place, step: step, sweep: sweep), row: row)
        }
    }

    /// Moves the chains by the sweeps of a step; returns the hidden means at their end.
    private mutating func moveChains(from up: [[Double]]) -> [[Double]] {
        var states = rule.startsFromData ? drawHidden(up, sweep: 0) : masked(chains)
        var down: [[Double]] = []
        for sweep in 0..<rule.sweeps {
            drawn = states.enumerated().map { row, state in
                draw(
                    shape.visibleUnits, visibleLevels(state),
                    .visibleState(layer: rule.place, step: step, sweep: sweep), row: row)
            }
            let full = drawn.map(hiddenLevels)
            down = masked(full)
            // The next step has other masks, so that persistent chains go on with all units.
            states = drawHidden(sweep < rule.sweeps - 1 ? down : full, sweep: sweep + 1)
        }
        if !rule.startsFromData { chains = states }
        return down
    }

    // MARK: The gradient

    /// The mean of each hidden value in a row as it enters the sums, divided by the rows of its phase.
    ///
    /// In integers it is ±127·mean·d/rows, rounded at random to a whole number, over 127·d, where d is
    /// the lesser number of rows of both phases.
    private func share(
        _ means: [Double], row: Int, of rows: Int, least: Int, isData: Bool
    ) -> [Double] {
        let kind = shape.hiddenUnits
        guard rule.arithmetic != .float32 else {
            return means.map { kind.value($0) / Double(isData ? rows : -rows) }
        }
        let stream = RandomStream(
            seed: rule.seed,
            isData
                ? .positiveRounding(layer: rule.place, step: step)
                : .negativeRounding(layer: rule.place, step: step))
        let one = 65_536 * Double(least) / Double(rows)
        let half = (hidden + 1) / 2
        return means.indices.map { j in
            let word = stream.word(row: row, unit: j % half)
            let random = j < half ? word % 65_536 : word / 65_536
            let fixed = (means[j] * one).rounded(.toNearestOrEven)
            let value = kind == .spin ? 2 * fixed - one.rounded(.toNearestOrEven) : fixed
            let byte = (((isData ? 127 : -127) * value + Double(random)) / 65_536).rounded(.down)
            return byte / Double(127 * least)
        }
    }

    /// The gradient of the log-likelihood and of all terms, in the order of `Parameters.values`.
    ///
    /// - Parameter weightShare: The rate of the weights over that of the hidden biases.
    private mutating func gradient(
        data: [[Double]], _ up: [[Double]], model: [[Double]], _ down: [[Double]],
        weightShare: Double
    ) -> [Double] {
        var gradient = point.map { _ in 0.0 }
        var dataVisible = [Double](repeating: 0, count: visible)
        var dataHidden = [Double](repeating: 0, count: hidden)
        let least = min(data.count, model.count)
        // A row of a phase: its values and hidden shares, and its own share, below 0 for the model.
        var rowsOfPhases: [(v: [Double], h: [Double], part: Double)] = []
        for (rows, hiddenMeans, isData) in [(data, up, true), (model, down, false)] {
            for row in rows.indices {
                let v = rows[row].map { shape.visibleUnits.value($0) }
                let h = share(
                    hiddenMeans[row], row: row, of: rows.count, least: least, isData: isData)
                let part = 1 / Double(isData ? rows.count : -rows.count)
                rowsOfPhases.append((v, h, part))
                for i in 0..<visible {
                    for j in 0..<hidden { gradient[i * hidden + j] += v[i] * h[j] }
                    gradient[weightCount + i] += v[i] * part
                    if isData { dataVisible[i] += v[i] * part }
                    guard ownStart < point.count else { continue }
                    let bias = point[weightCount + i]
                    let inputs = (0..<hidden).reduce(0) { $0 + weights[i * hidden + $1] * h[$1] }
                    gradient[ownStart + i] +=
                        (part * (v[i] - bias) * (v[i] - bias) / 2 - v[i] * inputs) / variance(i)
                }
                for j in 0..<hidden {
                    gradient[hiddenStart + j] += h[j]
                    if isData { dataHidden[j] += h[j] }
                }
            }
        }
        for i in ownStart..<point.count { gradient[i] = max(-1, min(1, gradient[i])) }
        if let rate = rule.centering {
            moveOffsets(visible: dataVisible, hidden: dataHidden, rate: rate)
            center(&gradient, rowsOfPhases, weightShare: weightShare)
        }
        addSparsity(visible: dataVisible, hidden: dataHidden, to: &gradient)
        for i in 0..<weightCount {
            let sign: Double = point[i] > 0 ? 1 : point[i] < 0 ? -1 : 0
            gradient[i] -= rule.decay.l2 * point[i] + rule.decay.l1 * sign
        }
        return gradient
    }

    /// Moves the offsets on: m ← (1 − r)m + rx, over 1 − (1 − r)ᵗ after t steps.
    private mutating func moveOffsets(visible: [Double], hidden: [Double], rate: Double) {
        let (before, after) = (
            1 - pow(1 - rate, Double(step)), 1 - pow(1 - rate, Double(step + 1))
        )
        func moved(_ offsets: [Double], _ means: [Double]) -> [Double] {
            zip(offsets, means).map { ((1 - rate) * before * $0 + rate * $1) / after }
        }
        offsets = (moved(offsets.visible, visible), moved(offsets.hidden, hidden))
    }

    /// Replaces the gradient by that of the centered machine, and gives the biases what makes up for
    /// the offsets.
    private func center(
        _ gradient: inout [Double], _ rows: [(v: [Double], h: [Double], part: Double)],
        weightShare: Double
    ) {
        for i in 0..<visible {
            for j in 0..<hidden {
                gradient[i * hidden + j] = rows.reduce(0) { sum, row in
                    sum + (row.v[i] - offsets.visible[i])
                        * (row.h[j] - row.part * offsets.hidden[j])
                }
                gradient[weightCount + i] -= gradient[i * hidden + j] * offsets.hidden[j]
                gradient[hiddenStart + j] -=
                    weightShare * gradient[i * hidden + j] * offsets.visible[i] / variance(i)
            }
        }
    }

    /// Adds the slope of the cross-entropy between the target and the slow mean activity.
    private mutating func addSparsity(
        visible means: [Double], hidden: [Double], to gradient: inout [Double]
    ) {
        guard let sparsity = rule.sparsity else { return }
        let isSpin = shape.hiddenUnits == .spin
        let levels = isSpin ? hidden.map { ($0 + 1) / 2 } : hidden.map { $0 / rule.keep }
        let before = activity ?? levels
        let memory = sparsity.memory
        let slow = zip(before, levels).map { memory * $0 + (1 - memory) * $1 }
        activity = slow
        for j in slow.indices {
            let pull = (isSpin ? 2 : 1) * sparsity.cost * (sparsity.target - slow[j])
            for i in means.indices { gradient[i * self.hidden + j] += pull * means[i] }
            gradient[hiddenStart + j] += pull
        }
    }

    // MARK: The update

    /// The rate of weights and visible biases: ε/(1 + ε(1 + ⟨|h|²⟩)) below Gaussian units.
    private func weightRate(_ rate: Double, _ up: [[Double]], _ down: [[Double]]) -> Double {
        guard shape.visibleUnits == .gaussian else { return rate }
        let squares =
            shape.hiddenUnits == .spin
            ? Double(hidden)
            : [up, down].map { rows in
                rows.reduce(0) { $0 + $1.reduce(0, +) } / Double(rows.count)
            }.max()!
        return rate / (1 + rate * (1 + squares))
    }

    private mutating func update(
        by gradient: [Double], rate: Double, weightRate: Double, momentum: Double
    ) {
        for i in parameters.indices {
            let rate = i < hiddenStart ? weightRate : rate
            velocity[i] = momentum * velocity[i] + rate * gradient[i]
            parameters[i] += velocity[i]
        }
    }
}
