import RandomStreams

/// Draws the hidden units of a layer one by one, given fields from above and states below.
///
/// The layer below is p(y | h) = Π_i e^{y_i a_i}/Z(a_i) with a = b + Wh, over the known units, and
/// the prior is p(h) ∝ e^{h·x}. Another state of unit j therefore changes ln p by the changes of
/// h·x and of Σ_i (s_i a_i − ln Z(a_i)). Here s_i is the input of y_i to the hidden units.
///
/// Where processes divide the columns of the layer, they draw in the order of their columns, each after the
/// one before has handed it the fields below.
struct EvidenceSampler {
    private let machine: any Machine
    /// Shape `[hidden columns of this process, visible]`: the weights of a hidden unit lie together.
    private let weights: [Float]
    private let visibleLaw: any UnitLaw

    init(_ machine: any Machine) {
        self.machine = machine
        let rbm = machine.own
        let (visible, hidden) = (rbm.visibleCount, rbm.hiddenCount)
        weights = (0..<hidden).flatMap { j in (0..<visible).map { rbm.parameters[$0, j] } }
        visibleLaw = machine.visibleLaw
    }

    /// Draws each hidden unit of some rows once, in order.
    ///
    /// - Parameters:
    ///   - states: Bytes 0 or 1, shape `[rows, hidden]`.
    ///   - prior: The fields x from above, shape `[rows, hidden]`.
    ///   - evidence: The values of the units below, NaN for unknown ones, shape `[rows, visible]`.
    ///   - firstChain: The global number of the first row; numbers name the random numbers of rows.
    func draw(
        _ states: inout [UInt8], prior: Span<Float>, evidence: Span<Float>, stream: RandomStream,
        firstChain: Int
    ) {
        let (hidden, visible) = (machine.hiddenCount, machine.visibleCount)
        let rows = states.count / hidden
        let bias = machine.visibleBiases
        var fields = (0..<rows).flatMap { _ in bias }
        inTurns(&fields) { fields in
            for row in 0..<rows {
                addFields(
                    of: states, from: row * hidden, to: &fields, rowRange(row, of: visible))
            }
        }
        inTurns(&fields) { fields in
            for row in 0..<rows {
                let part = rowRange(row, of: visible)
                var account = EvidenceAccount(
                    visibleLaw, columns: machine.visibleUnits.columns,
                    evidence: evidence.extracting(part), fields: Array(fields[part]))
                draw(
                    &states, from: row * hidden, prior: prior.extracting(rowRange(row, of: hidden)),
                    stream: stream, chain: firstChain + row, &account)
                fields.replaceSubrange(part, with: account.fields)
            }
        }
        guard let group = machine.group else { return }
        states = group.join(machine.slice.cut(states[...])[...], rows: rows)
    }

    /// Lets each process of the group change values, one after the other; all have them then.
    private func inTurns(_ values: inout [Float], _ change: (inout [Float]) -> Void) {
        guard let group = machine.group else { return change(&values) }
        for place in group.slices.indices {
            if place == group.place { change(&values) }
            group.hand(&values, from: place)
        }
    }

    /// Draws the units of this process in a row.
    private func draw(
        _ states: inout [UInt8], from first: Int, prior: Span<Float>, stream: RandomStream,
        chain: Int, _ account: inout EvidenceAccount
    ) {
        let columns = machine.hiddenUnits.columns
        var words = [UInt32](repeating: 0, count: machine.hiddenCount / columns)
        var wordSpan = words.mutableSpan
        stream.fill(&wordSpan, row: chain)
        let own = machine.slice.columns
        for unit in (own.lowerBound / columns)..<(own.upperBound / columns) {
            if columns == 1 {
                turn(&states[first + unit], unit, prior: prior[unit], words[unit], &account)
            } else {
                choose(&states, from: first, unit, prior: prior, words[unit], &account)
            }
        }
    }

    /// Draws a unit of two states: turns it over or not.
    private func turn(
        _ state: inout UInt8, _ unit: Int, prior: Float, _ word: UInt32,
        _ account: inout EvidenceAccount
    ) {
        let isUp = state == 1
        let change = Float(machine.hiddenUnits.scale) * (isUp ? -1 : 1)
        let gain =
            account.gain(of: change, along: weights.span.extracting(column(unit)))
            + Double(change * prior)
        guard word.occurs(sigmoid(Float(gain))) else { return }
        state = isUp ? 0 : 1
        account.accept()
    }

    /// Draws a unit whose columns are its alternatives.
    private func choose(
        _ states: inout [UInt8], from first: Int, _ unit: Int, prior: Span<Float>, _ word: UInt32,
        _ account: inout EvidenceAccount
    ) {
        let columns = unit * machine.hiddenUnits.columns..<(unit + 1) * machine.hiddenUnits.columns
        guard let now = columns.first(where: { states[first + $0] == 1 }) else {
            preconditionFailure("hidden unit \(unit) is in no state")
        }
        var levels = columns.map { other in
            other == now
                ? 0
                : Float(
                    account.gain(of: 1, along: step(from: now, to: other).span)
                        + Double(prior[other] - prior[now]))
        }
        var span = levels.mutableSpan
        machine.hiddenLaw.levels(fields: &span)
        var drawn = [UInt8](repeating: 0, count: levels.count)
        var drawnSpan = drawn.mutableSpan
        machine.hiddenLaw.draw(levels.span, [word].span, one: 1, into: &drawnSpan)
        for (place, state) in zip(columns, drawn) {
            states[first + place] = state
            guard state == 1, place != now else { continue }
            _ = account.gain(of: 1, along: step(from: now, to: place).span)
            account.accept()
        }
    }

    /// The range of the weights of a hidden column of this process.
    private func column(_ place: Int) -> Range<Int> {
        rowRange(place - machine.slice.columns.lowerBound, of: machine.visibleCount)
    }

    /// How much the fields below change when a unit goes from one column to another.
    private func step(from old: Int, to new: Int) -> [Float] {
        zip(weights[column(old)], weights[column(new)]).map { $1 - $0 }
    }

    /// Adds Wh of the columns of this process to the fields of the units below.
    private func addFields(
        of states: [UInt8], from first: Int, to fields: inout [Float], _ part: Range<Int>
    ) {
        var span = fields.mutableSpan
        span.withRange(part) { span in
            for j in machine.slice.columns {
                let value = Float(machine.hiddenUnits.value(Double(states[first + j])))
                guard value != 0 else { continue }
                let column = weights.span.extracting(column(j))
                for i in span.indices { span[i] += value * column[i] }
            }
        }
    }
}

/// Σ s·a − ln Z(a) over the known units below, kept up to date while units above change.
private struct EvidenceAccount {
    private let law: any UnitLaw
    /// 1 for a known value, 0 for an unknown one.
    private var known: [Float]
    /// How many values belong to one unit, and so share one of `logs`.
    private let columns: Int
    /// The inputs of the known values to the hidden units.
    private var inputs: [Float]
    private(set) var fields: [Float]
    /// The fields after the change that `gain` was asked for last.
    private var newFields: [Float]
    /// ln Z of `fields`, and of `newFields`.
    private var logs: [Float]
    private var newLogs: [Float]
    private var terms: [Float]

    init(_ law: any UnitLaw, columns: Int, evidence: Span<Float>, fields: [Float]) {
        self.law = law
        self.columns = columns
        self.fields = fields
        newFields = fields
        let count = fields.count
        known = Array(repeating: 0, count: count)
        inputs = Array(repeating: 0, count: count)
        logs = Array(repeating: 0, count: count)
        newLogs = logs
        terms = logs
        for i in 0..<count where !evidence[i].isNaN {
            known[i] = 1
            inputs[i] = evidence[i]
        }
        var span = inputs.mutableSpan
        law.weigh(&span)
        writeLogs(change: 0, along: fields.span)
        logs = newLogs
    }

    /// Returns the growth of the sum when a unit with the weights `column` changes by `change`.
    mutating func gain(of change: Float, along column: Span<Float>) -> Double {
        writeLogs(change: change, along: column)
        // Local references: Swift cannot lend two parts of `self` at once while it changes.
        let (known, inputs, logs, newLogs, unitColumns) = (known, inputs, logs, newLogs, columns)
        let (factor, input, old, new) = (known.span, inputs.span, logs.span, newLogs.span)
        var span = terms.mutableSpan
        for i in span.indices { span[i] = factor[i] * (change * column[i] * input[i]) }
        for unit in 0..<(span.count / unitColumns) {
            let i = unit * unitColumns
            span[i] -= factor[i] * (new[unit] - old[unit])
        }
        return laneSum(terms.span)
    }

    /// Makes the change that `gain` was asked for last.
    mutating func accept() {
        swap(&fields, &newFields)
        swap(&logs, &newLogs)
    }

    private mutating func writeLogs(change: Float, along column: Span<Float>) {
        // Local references: Swift cannot lend two parts of `self` at once while it changes.
        let (law, before) = (law, fields)
        let old = before.span
        var new = newFields.mutableSpan
        for i in new.indices { new[i] = old[i] + change * column[i] }
        let after = newFields
        var logs = newLogs.mutableSpan
        law.writeLogPartitions(fields: after.span, into: &logs)
    }
}
