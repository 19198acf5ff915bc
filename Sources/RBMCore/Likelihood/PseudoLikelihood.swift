/// The pseudo-log-likelihood of cases: Σ over all visible units of ln p(vᵢ | the others), in nats.
///
/// Every unit of every case is flipped, not one unit drawn at random, so that the value has no
/// sampling noise.
///
/// Flipping unit i multiplies e^{−F} by e^{δbᵢ} Π_j (q_j + p_j e^{δW_ij}) with Bernoulli hidden
/// units, p_j = σ(x_j), q_j = σ(−x_j), and by Π_j (p_j e^{δW_ij} + q_j e^{−δW_ij}) with spins,
/// p_j = σ(2x_j). All terms are positive, so that nothing cancels, and a product of factors costs
/// no exponential. For hidden units whose weights are so large that a factor would overflow a
/// float, differences of logarithms are added. Units of several columns go through all their
/// alternatives, see `AlternativeLikelihood`.
/// Source: [Besag75].
public struct PseudoLikelihood {
    private let shape: LayerSpec
    /// The factors of flips; nil unless both sides have units of two states.
    private let alternatives: AlternativeLikelihood?
    private let bias: [Float]
    /// e^{+δW} of a unit that goes up, shape `[hidden, visible]`: flips of one unit are one column.
    private let up: [Float]
    /// e^{−δW} of a unit that goes down.
    private let down: [Float]
    /// For each hidden unit the δW of all visible units, if one δW exceeds `largestExponent`; empty
    /// otherwise.
    private let wide: [[Float]]
    /// How many factors a product may have before its logarithm is taken.
    private let chunk: Int

    /// The largest |δW| for which the factors above are exact.
    ///
    /// p ≥ e^{−87} is the range of `sigmoid`, and e^{−87 + 32} is negligible beside the smallest
    /// other term, e^{−32}.
    private static let largestExponent: Float = 32

    /// The bound of a product of factors, and of its inverse: e⁸⁰ is a float.
    private static let largestProduct: Float = 80

    /// Creates the tables of an RBM.
    public init(_ rbm: RBM) {
        shape = LayerSpec(rbm, encoding: .bits)
        let isBinary = rbm.visibleUnits.columns == 1 && rbm.hiddenUnits.columns == 1
        alternatives = isBinary ? nil : AlternativeLikelihood(rbm)
        let delta = Float(rbm.visibleUnits.scale)
        bias = rbm.parameters.visibleBias.map { $0 * delta }
        let (visible, hidden) = (rbm.visibleCount, rbm.hiddenCount)
        var up = [Float](repeating: 0, count: visible * hidden)
        var down = up
        var wide = [[Float]](repeating: [], count: hidden)
        var largest: Float = 1
        for j in 0..<hidden {
            let exponents = (0..<visible).map { delta * rbm.parameters[$0, j] }
            let magnitude = Float(bitPattern: largestMagnitudeBits(exponents.span))
            guard magnitude <= Self.largestExponent else {
                wide[j] = exponents
                continue
            }
            largest = max(largest, magnitude)
            for i in 0..<visible {
                up[j * visible + i] = exponential(exponents[i])
                down[j * visible + i] = exponential(-exponents[i])
            }
        }
        self.up = up
        self.down = down
        self.wide = wide
        chunk = Int(Self.largestProduct / largest)
    }

    /// Adds the pseudo-log-likelihoods of cases of bits.
    ///
    /// - Parameters:
    ///   - states: Visible bytes 0 or 1, shape `[cases, visible]`.
    ///   - evaluator: An evaluator of the same RBM, with levels `.bits`.
    public func add(
        of states: [UInt8], cases: Int, evaluator: LayerEvaluator, to sum: inout FixedPointSum
    ) {
        precondition(
            evaluator.shape == shape, "the evaluator is of \(evaluator.shape), not \(shape)")
        let fields = evaluator.preactivations(of: states, cases: cases)
        for row in 0..<cases {
            let states = Array(states[rowRange(row, of: shape.visible)])
            let fields = Array(fields[rowRange(row, of: shape.hidden)])
            sum.add(
                alternatives?.value(states: states, fields: fields)
                    ?? value(states: states, fields: fields))
        }
    }

    private func value(states: [UInt8], fields: [Float]) -> Double {
        let sharpness = Float(shape.hiddenUnits.scale)
        let p = fields.map { sigmoid(sharpness * $0) }
        let q = fields.map { sigmoid(-sharpness * $0) }
        // ln of e^{−F} of the flipped state over that of the state, without the bias. The mask has
        // all bits set for a unit that would go up, and none for a unit that would go down.
        let rises = states.map { $0 == 0 ? UInt32.max : 0 }
        var ratios = [Float](repeating: 0, count: shape.visible)
        var products = [Float](repeating: 1, count: shape.visible)
        for j in 0..<shape.hidden {
            if wide[j].isEmpty {
                multiply(&products, unit: j, p: p[j], q: q[j], rises: rises)
            } else {
                addDifferences(to: &ratios, unit: j, field: fields[j], states: states)
            }
            if (j + 1) % chunk == 0 || j == shape.hidden - 1 { takeLogarithms(&products, &ratios) }
        }
        var sum = 0.0
        for i in 0..<shape.visible {
            let ratio = ratios[i] + (states[i] == 0 ? bias[i] : -bias[i])
            sum -= Double(softplus(ratio))
        }
        return sum
    }

    /// Multiplies every unit's product by the factor of one hidden unit.
    private func multiply(
        _ products: inout [Float], unit: Int, p: Float, q: Float, rises: [UInt32]
    ) {
        let up = up.span.extracting(rowRange(unit, of: shape.visible))
        let down = down.span.extracting(rowRange(unit, of: shape.visible))
        let rises = rises.span
        var products = products.mutableSpan
        if shape.hiddenUnits.offset == 0 {
            for i in products.indices {
                products[i] *= q + p * select(up[i], rises[i], down[i])
            }
        } else {
            // The lower value is the opposite of the upper one.
            for i in products.indices {
                let flipped = select(up[i], rises[i], down[i])
                let opposite = select(down[i], rises[i], up[i])
                products[i] *= p * flipped + q * opposite
            }
        }
    }

    /// Adds what one hidden unit with large weights contributes: the change of ln Σ_h e^{hx}.
    private func addDifferences(
        to ratios: inout [Float], unit: Int, field x: Float, states: [UInt8]
    ) {
        let exponents = wide[unit]
        let law = shape.hiddenUnits.law(own: [])
        // ln Σ_h e^{hx} of the state, and of the state after each flip.
        let fields =
            [x] + ratios.indices.map { x + (states[$0] == 0 ? exponents[$0] : -exponents[$0]) }
        var logs = fields
        var span = logs.mutableSpan
        law.writeLogPartitions(fields: fields.span, into: &span)
        for i in ratios.indices { ratios[i] += logs[i + 1] - logs[0] }
    }

    private func takeLogarithms(_ products: inout [Float], _ ratios: inout [Float]) {
        var products = products.mutableSpan
        var ratios = ratios.mutableSpan
        for i in products.indices {
            ratios[i] += logarithm(products[i])
            products[i] = 1
        }
    }
}

/// Returns the first value where the mask is set and the second where it is not, without a branch.
@inline(__always)
private func select(_ a: Float, _ mask: UInt32, _ b: Float) -> Float {
    Float(bitPattern: a.bitPattern & mask | b.bitPattern & ~mask)
}
