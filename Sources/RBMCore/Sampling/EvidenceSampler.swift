import RandomStreams

/// Draws the hidden units of a layer one by one, given fields from above and states below.
///
/// The layer below is p(y | h) = Π_i e^{y_i a_i}/Z(a_i) with a = b + Wh over the units that are
/// known, and p(h) ∝ e^{h·x} is the prior: turning unit j over changes ln p by its change of h·x and
/// of Σ_i (s_i a_i − ln Z(a_i)), where s_i is what of y_i meets the weights.
struct EvidenceSampler {
    private let rbm: RBM
    /// Shape `[hidden, visible]`: a hidden unit's weights lie together.
    private let weights: [Float]
    private let visibleLaw: any UnitLaw

    init(_ rbm: RBM) {
        self.rbm = rbm
        let (visible, hidden) = (rbm.visibleCount, rbm.hiddenCount)
        weights = (0..<hidden).flatMap { j in (0..<visible).map { rbm.parameters[$0, j] } }
        visibleLaw = rbm.visibleLaw
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
            visibleLaw, evidence: evidence, fields: fields(states, from: first))
        for j in 0..<rbm.hiddenCount {
            let column = weights.span.extracting(rowRange(j, of: rbm.visibleCount))
            let isUp = states[first + j] == 1
            let change = Float(rbm.hiddenUnits.scale) * (isUp ? -1 : 1)
            let gain = account.gain(of: change, along: column) + Double(change * prior[j])
            if words[j].occurs(sigmoid(Float(gain))) {
                states[first + j] = isUp ? 0 : 1
                account.accept()
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

/// Σ s·a − ln Z(a) over the known units below, while units above turn over.
private struct EvidenceAccount {
    private let law: any UnitLaw
    /// 1 where a unit is known, else 0.
    private var factors: [Float]
    /// What of the known values meets the weights.
    private var inputs: [Float]
    private var fields: [Float]
    /// The fields after the change that was asked for.
    private var newFields: [Float]
    /// ln Z of `fields`, and as it would be after the change that was asked for.
    private var logs: [Float]
    private var newLogs: [Float]
    private var terms: [Float]

    init(_ law: any UnitLaw, evidence: Span<Float>, fields: [Float]) {
        self.law = law
        self.fields = fields
        newFields = fields
        let count = fields.count
        factors = Array(repeating: 0, count: count)
        inputs = Array(repeating: 0, count: count)
        logs = Array(repeating: 0, count: count)
        newLogs = logs
        terms = logs
        for i in 0..<count where !evidence[i].isNaN {
            factors[i] = 1
            inputs[i] = evidence[i]
        }
        var span = inputs.mutableSpan
        law.weigh(&span)
        writeLogs(change: 0, along: fields.span)
        logs = newLogs
    }

    /// How much the sum grows when a unit changes by `change` whose weights are `column`.
    mutating func gain(of change: Float, along column: Span<Float>) -> Double {
        writeLogs(change: change, along: column)
        // References of their own: `self` cannot be lent twice.
        let (factors, inputs, logs, newLogs) = (factors, inputs, logs, newLogs)
        let (factor, input, old, new) = (factors.span, inputs.span, logs.span, newLogs.span)
        var span = terms.mutableSpan
        for i in span.indices {
            span[i] = factor[i] * (change * column[i] * input[i] - (new[i] - old[i]))
        }
        return laneSum(terms.span)
    }

    /// Makes the change whose gain was asked for last.
    mutating func accept() {
        swap(&fields, &newFields)
        swap(&logs, &newLogs)
    }

    private mutating func writeLogs(change: Float, along column: Span<Float>) {
        // References of their own: `self` cannot be lent twice.
        let (law, before) = (law, fields)
        let old = before.span
        var new = newFields.mutableSpan
        for i in new.indices { new[i] = old[i] + change * column[i] }
        let after = newFields
        var logs = newLogs.mutableSpan
        law.writeLogPartitions(fields: after.span, into: &logs)
    }
}
