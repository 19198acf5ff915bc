/// The pseudo-log-likelihood of one case for units of any countable kind, in nats.
///
/// ln p(vᵢ | the others) = −ln Σ_a e^{F(v) − F(v with vᵢ = a)}, over the alternatives a of unit i.
/// Another alternative changes the visible bias term and all hidden fields, so that every hidden
/// sum over states is computed again. An alternative therefore costs as many exponentials as there
/// are hidden columns.
struct AlternativeLikelihood {
    private let rbm: RBM
    private let hiddenLaw: any UnitLaw

    init(_ rbm: RBM) {
        self.rbm = rbm
        hiddenLaw = rbm.hiddenLaw
    }

    /// - Parameters:
    ///   - states: Bytes 0 or 1, shape `[visible]`.
    ///   - fields: c + Wᵀv of these states, shape `[hidden]`.
    func value(states: [UInt8], fields: [Float]) -> Double {
        let kind = rbm.visibleUnits
        var terms: [Float] = []
        let before = hiddenLaw.logPartition(fields: fields.span, terms: &terms)
        var sum = 0.0
        for unit in 0..<(states.count / kind.columns) {
            let place = unit * kind.columns
            let now =
                kind.columns == 1 ? Int(states[place]) : states[place...].firstIndex(of: 1)! - place
            var gains: [Double] = []
            for other in 0..<(kind.alternatives ?? 0) {
                var changed = fields
                var gain = 0.0
                for column in 0..<kind.columns {
                    let change =
                        kind.value(ofAlternative: other, column: column)
                        - kind.value(ofAlternative: now, column: column)
                    guard change != 0 else { continue }
                    let visible = place + column
                    gain +=
                        change
                        * Double(
                            rbm.parameters.values[
                                rbm.parameters.visibleBiasRange.lowerBound + visible])
                    add(Float(change), ofVisible: visible, to: &changed)
                }
                gain += hiddenLaw.logPartition(fields: changed.span, terms: &terms) - before
                gains.append(other == now ? 0 : gain)
            }
            sum -= Enumeration.combine(gains)
        }
        return sum
    }

    private func add(_ change: Float, ofVisible unit: Int, to fields: inout [Float]) {
        let values = rbm.parameters.values
        let row = values.span.extracting(rowRange(unit, of: rbm.hiddenCount))
        var span = fields.mutableSpan
        for j in span.indices { span[j] += change * row[j] }
    }
}
