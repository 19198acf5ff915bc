import RandomStreams

/// Draws the hidden units of a layer one by one, given fields from above and states below.
///
/// The layer below is p(y | h) = Π_i e^{y_i a_i}/Z(a_i) with a = b + Wh over the units that are
/// known, and p(h) ∝ e^{h·x} is the prior: turning unit j over changes ln p by its change of h·x and
/// of Σ_i (y_i a_i − ln Z(a_i)). Of Gaussian units below, p(y | h) has the means a: of
/// Σ_i (y_i a_i − a_i²/2)/σ_i².
struct EvidenceSampler {
    private let rbm: RBM
    /// Shape `[hidden, visible]`: a hidden unit's weights lie together.
    private let weights: [Float]
    /// 1/σ² of Gaussian units below, and 1 of others, shape `[visible]`.
    private let precisions: [Float]

    init(_ rbm: RBM) {
        self.rbm = rbm
        let (visible, hidden) = (rbm.visibleCount, rbm.hiddenCount)
        weights = (0..<hidden).flatMap { j in (0..<visible).map { rbm.parameters[$0, j] } }
        precisions =
            rbm.visibleUnits == .gaussian
            ? rbm.visibleVariances.map { Float(1 / $0) } : Array(repeating: 1, count: visible)
    }

    /// Draws each hidden unit of a row once, in order.
    ///
    /// - Parameters:
    ///   - states: Bytes 0 or 1, shape `[…, hidden]`.
    ///   - prior: The fields x from above, shape `[hidden]`.
    ///   - evidence: The values of the units below, NaN where nothing is known, shape `[visible]`.
    ///   - chain: The global number of the row, which names its random numbers.
    func draw(
        _ states: inout [UInt8], row: Int, prior: Span<Float>, evidence: Span<Float>,
        stream: RandomStream, chain: Int
    ) {
        var words = [UInt32](repeating: 0, count: rbm.hiddenCount)
        var wordSpan = words.mutableSpan
        stream.fill(&wordSpan, row: chain)
        let first = row * rbm.hiddenCount
        var account = EvidenceAccount(
            rbm.visibleUnits, evidence: evidence, precisions: precisions.span,
            fields: fields(states, from: first))
        for j in 0..<rbm.hiddenCount {
            let column = weights.span.extracting(rowRange(j, of: rbm.visibleCount))
            let isUp = states[first + j] == 1
            let change: Float = (rbm.hiddenUnits == .spin ? 2 : 1) * (isUp ? -1 : 1)
            let gain = account.gain(of: change, along: column) + Double(change * prior[j])
            if words[j].occurs(sigmoid(Float(gain))) {
                states[first + j] = isUp ? 0 : 1
                account.accept(change, along: column)
            }
        }
    }

    /// b + Wh of the units below.
    private func fields(_ states: [UInt8], from first: Int) -> [Float] {
        var fields = rbm.parameters.visibleBias
        var span = fields.mutableSpan
        for j in 0..<rbm.hiddenCount {
            let value = Float(rbm.hiddenUnits.value(Double(states[first + j])))
            guard value != 0 else { continue }
            let column = weights.span.extracting(rowRange(j, of: rbm.visibleCount))
            for i in span.indices { span[i] += value * column[i] }
        }
        return fields
    }
}

/// Σ (y·a − ln Z(a))/σ² over the known units below, while units above turn over; ln Z of Gaussian ones
/// stands for a²/2, and σ of others for 1.
private struct EvidenceAccount {
    private let kind: UnitKind
    /// 1/σ² where a unit is known, else 0.
    private var factors: [Float]
    private var values: [Float]
    private var fields: [Float]
    /// ln Z of `fields`, and as it would be after the change that was asked for.
    private var logs: [Float]
    private var newLogs: [Float]
    private var terms: [Float]

    init(_ kind: UnitKind, evidence: Span<Float>, precisions: Span<Float>, fields: [Float]) {
        self.kind = kind
        self.fields = fields
        let count = fields.count
        factors = Array(repeating: 0, count: count)
        values = Array(repeating: 0, count: count)
        logs = Array(repeating: 0, count: count)
        for i in 0..<count where !evidence[i].isNaN {
            factors[i] = precisions[i]
            values[i] = evidence[i]
        }
        newLogs = logs
        terms = logs
        writeLogs(change: 0, along: fields.span)
        logs = newLogs
    }

    /// How much the sum grows when a unit changes by `change` whose weights are `column`.
    mutating func gain(of change: Float, along column: Span<Float>) -> Double {
        writeLogs(change: change, along: column)
        // References of their own: `self` cannot be lent twice.
        let (factors, values, logs, newLogs) = (factors, values, logs, newLogs)
        let (factor, value, old, new) = (factors.span, values.span, logs.span, newLogs.span)
        var span = terms.mutableSpan
        for i in span.indices {
            span[i] = factor[i] * (change * column[i] * value[i] - (new[i] - old[i]))
        }
        return laneSum(terms.span)
    }

    /// Makes the change whose gain was asked for last.
    mutating func accept(_ change: Float, along column: Span<Float>) {
        var fields = fields.mutableSpan
        for i in fields.indices { fields[i] += change * column[i] }
        swap(&logs, &newLogs)
    }

    private mutating func writeLogs(change: Float, along column: Span<Float>) {
        let (kind, fields) = (kind, fields)
        let old = fields.span
        var new = newLogs.mutableSpan
        switch kind {
        case .gaussian:
            for i in new.indices {
                let mean = old[i] + change * column[i]
                new[i] = mean * mean / 2
            }
        case .bernoulli: for i in new.indices { new[i] = softplus(old[i] + change * column[i]) }
        case .spin: for i in new.indices { new[i] = logTwoCosh(old[i] + change * column[i]) }
        }
    }
}
