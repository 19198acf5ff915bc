/// The pseudo-log-likelihoods of cases of units of two states, in nats.
///
/// Flipping unit i multiplies e^{−F} by e^{δbᵢ} Π_j (q_j + p_j e^{δW_ij}) with Bernoulli hidden
/// units, p_j = σ(x_j), q_j = σ(−x_j), and by Π_j (p_j e^{δW_ij} + q_j e^{−δW_ij}) with spins,
/// p_j = σ(2x_j). All terms are positive, so that nothing cancels, and a product of factors costs
/// no exponential. For hidden units whose weights are so large that a factor would overflow a
/// float, differences of logarithms are added.
///
/// Four cases and 16 visible units go together through all hidden units: their products stay in
/// registers, and the factors of 16 units stay in the second-level cache while the cases go by.
///
/// Where processes divide the hidden units, each flips a share of the visible ones, for which it takes
/// the weights of all hidden units.
struct FlipFactors {
    private let visible: Int
    /// The hidden columns of all processes.
    private let hidden: Int
    /// The visible units that this process flips.
    private let units: Range<Int>
    /// The processes that flip the others; nil where this one flips all.
    private let group: (any HiddenGroup)?
    private let hiddenLaw: any UnitLaw
    /// The sharpness s of p = σ(sx): the distance between the two values of a hidden unit.
    private let sharpness: Float
    /// Whether the lower value of a hidden unit is the opposite of the upper one, and not 0.
    private let isSigned: Bool
    /// δb of the visible units that are flipped.
    private let bias: [Float]
    /// e^{+δW} of units that go up, then e^{−δW} of units that go down, shape `[blocks, hidden, 2, 16]`.
    private let factors: [Float]
    /// The hidden units of which one |δW| exceeds `largestExponent`, in order.
    private let wideUnits: [Int]
    /// The δW of the visible units that are flipped, for each unit of `wideUnits`.
    private let wide: [[Float]]
    /// How many factors a product may have before its logarithm is taken.
    private let chunk: Int

    /// The visible units of a block.
    private static let lanes = 16
    /// The cases that go together.
    private static let casesTogether = 4

    /// The largest |δW| for which the factors above are exact.
    ///
    /// p ≥ e^{−87} is the range of `sigmoid`, and e^{−87 + 32} is negligible beside the smallest
    /// other term, e^{−32}.
    private static let largestExponent: Float = 32

    /// The bound of a product of factors, and of its inverse: e⁸⁰ is a float.
    private static let largestProduct: Float = 80

    /// Creates the factors of an RBM.
    ///
    /// - Parameters:
    ///   - rbm: With the hidden columns of this process.
    ///   - group: The processes that hold the others; nil where there are none.
    init(_ rbm: RBM, group: (any HiddenGroup)? = nil) {
        let visible = rbm.visibleCount
        let hidden = group?.slices.last?.upperBound ?? rbm.hiddenCount
        (self.visible, self.hidden, self.group) = (visible, hidden, group)
        let units = group.map { Self.shares(of: visible, $0)[$0.place] } ?? 0..<visible
        self.units = units
        hiddenLaw = rbm.hiddenLaw
        sharpness = Float(rbm.hiddenUnits.scale)
        isSigned = rbm.hiddenUnits.offset != 0
        let delta = Float(rbm.visibleUnits.scale)
        bias = rbm.parameters.visibleBias[units].map { $0 * delta }
        let bits = Self.largestMagnitudes(rbm.parameters, times: delta, group)
        let isWide = bits.map { !(Float(bitPattern: $0) <= Self.largestExponent) }
        let wideUnits = (0..<hidden).filter { isWide[$0] }
        let largest = (0..<hidden).reduce(1) { largest, j in
            isWide[j] ? largest : max(largest, Float(bitPattern: bits[j]))
        }
        chunk = Int(Self.largestProduct / largest)

        let pair = 2 * Self.lanes
        let blocks = (units.count + Self.lanes - 1) / Self.lanes
        var factors = [Float](repeating: 1, count: blocks * hidden * pair)
        var wide = wideUnits.map { _ in [Float](repeating: 0, count: units.count) }
        Self.forEachRow(rbm.parameters, of: units, group) { i, row in
            var span = factors.mutableSpan
            let start = i / Self.lanes * hidden * pair + i % Self.lanes
            for j in row.indices { span[start + j * pair] = delta * row[j] }
            for (place, j) in wideUnits.enumerated() { wide[place][i] = delta * row[j] }
        }
        (self.wideUnits, self.wide) = (wideUnits, wide)
        var span = factors.mutableSpan
        for start in stride(from: 0, to: span.count, by: pair) {
            span.withRange(start..<(start + pair)) { pair in
                for lane in 0..<Self.lanes {
                    let exponent = pair[lane]
                    pair[lane] = exponential(exponent)
                    pair[lane + Self.lanes] = exponential(-exponent)
                }
            }
        }
        self.factors = factors
    }

    /// The visible units that each process flips.
    private static func shares(of visible: Int, _ group: any HiddenGroup) -> [Range<Int>] {
        HiddenSlice.parts(of: visible, among: group.slices.count)
    }

    /// Hands over the weights of some visible units and all hidden ones, a row after the other.
    ///
    /// - Parameter body: Receives the place of a unit among them, and its weights.
    private static func forEachRow(
        _ parameters: Parameters, of units: Range<Int>, _ group: (any HiddenGroup)?,
        _ body: (_ place: Int, _ row: Span<Float>) -> Void
    ) {
        let weights = parameters.values[..<parameters.weightCount]
        func hand(_ rows: Range<Int>, _ values: ArraySlice<Float>) {
            let hidden = values.count / rows.count
            for i in rows.clamped(to: units) {
                let row = rowRange(i - rows.lowerBound, of: hidden)
                body(i - units.lowerBound, values.span.extracting(row))
            }
        }
        guard let group else { return hand(0..<parameters.visibleCount, weights) }
        group.forEachJoinedBlock(of: weights, rows: parameters.visibleCount) { hand($0, $1[...]) }
    }

    /// The bits of the largest |δW| of each hidden unit, which order numbers and put NaN above them.
    private static func largestMagnitudes(
        _ parameters: Parameters, times delta: Float, _ group: (any HiddenGroup)?
    ) -> [UInt32] {
        let own = parameters.hiddenCount
        var bits = [UInt32](repeating: 0, count: own)
        for i in 0..<parameters.visibleCount {
            let row = parameters.values.span.extracting(rowRange(i, of: own))
            var bits = bits.mutableSpan
            for j in row.indices { bits[j] = max(bits[j], (delta * row[j]).magnitude.bitPattern) }
        }
        return group?.gather(bits, counts: group?.slices.map(\.count) ?? []) ?? bits
    }

    /// Computes the pseudo-log-likelihood of each case, shape `[cases]`.
    ///
    /// - Parameters:
    ///   - states: Bytes 0 or 1, shape `[cases, visible]`.
    ///   - fields: c + Wᵀv of these states, shape `[cases, hidden]`.
    func values(of states: [UInt8], fields: [Float], cases: Int) -> [Double] {
        precondition(
            states.count >= cases * visible && fields.count >= cases * hidden,
            "\(states.count) states and \(fields.count) fields of \(cases) cases")
        let width = units.count
        var terms = [Float](repeating: 0, count: cases * width)
        var span = terms.mutableSpan
        span.shared { terms in
            inParallel(over: cases, atLeast: Self.casesTogether) { rows in
                terms.withRange((rows.lowerBound * width)..<(rows.upperBound * width)) {
                    write(states, fields, rows, into: &$0)
                }
            }
        }
        var shares = [units]
        if let group {
            shares = Self.shares(of: visible, group)
            terms = group.gather(terms, counts: shares.map { cases * $0.count })
        }
        return (0..<cases).map { row in
            var sum = 0.0
            for share in shares {
                let start = cases * share.lowerBound + row * share.count
                for i in start..<(start + share.count) { sum -= Double(terms[i]) }
            }
            return sum
        }
    }

    /// Writes −ln p of the units of some cases, shape `[rows, units]`.
    private func write(
        _ states: [UInt8], _ fields: [Float], _ rows: Range<Int>,
        into terms: inout MutableSpan<Float>
    ) {
        let numbers = (rows.lowerBound * hidden)..<(rows.upperBound * hidden)
        let fields = fields.span.extracting(numbers)
        var odds = Odds(
            upper: Array(repeating: 0, count: fields.count),
            lower: Array(repeating: 0, count: fields.count))
        var span = odds.upper.mutableSpan
        for i in fields.indices { span[i] = sigmoid(sharpness * fields[i]) }
        span = odds.lower.mutableSpan
        for i in fields.indices { span[i] = sigmoid(-sharpness * fields[i]) }
        for first in stride(from: 0, to: units.count, by: Self.lanes) {
            let part = first..<min(first + Self.lanes, units.count)
            for row in stride(from: 0, to: rows.count, by: Self.casesTogether) {
                let group = row..<min(row + Self.casesTogether, rows.count)
                var lanes = Lanes()
                for row in group {
                    let start = (rows.lowerBound + row) * visible + units.lowerBound
                    lanes.load(
                        states.span.extracting((start + first)..<(start + part.upperBound)),
                        place: row - group.lowerBound)
                }
                multiplyAll(&lanes, block: first / Self.lanes, group, odds, fields)
                lanes.finish(bias.span.extracting(part))
                for row in group {
                    let place = (row - group.lowerBound) * Self.lanes
                    for lane in 0..<part.count {
                        terms[row * units.count + first + lane] = lanes.ratios[place + lane]
                    }
                }
            }
        }
    }

    /// Collects ln of e^{−F} of each flipped state over that of the state, without the bias.
    private func multiplyAll(
        _ lanes: inout Lanes, block: Int, _ rows: Range<Int>, _ odds: Odds, _ fields: Span<Float>
    ) {
        var nextWide = 0
        var j = 0
        while j < hidden {
            let stop = min(hidden, (j / chunk + 1) * chunk)
            let end = nextWide < wideUnits.count ? min(stop, wideUnits[nextWide]) : stop
            if isSigned {
                multiply(&lanes, block: block, units: j..<end, rows, odds, isSigned: true)
            } else {
                multiply(&lanes, block: block, units: j..<end, rows, odds, isSigned: false)
            }
            j = end
            if end < stop {
                addDifferences(to: &lanes, block: block, wide: nextWide, rows, fields)
                nextWide += 1
                j += 1
            }
            if j == stop { lanes.takeLogarithms() }
        }
    }

    /// Multiplies the products of the lanes by the factors of some hidden units.
    @inline(__always)
    private func multiply(
        _ lanes: inout Lanes, block: Int, units: Range<Int>, _ rows: Range<Int>, _ odds: Odds,
        isSigned: Bool
    ) {
        typealias Vector = SIMD16<Float>
        guard !units.isEmpty else { return }
        let size = MemoryLayout<Vector>.stride
        // A group may have fewer than four cases; its last one is then made several times.
        let last = rows.upperBound - 1
        let bytes = MemoryLayout<Float>.stride * hidden
        let start0 = rows.lowerBound * bytes
        let start1 = min(rows.lowerBound + 1, last) * bytes
        let start2 = min(rows.lowerBound + 2, last) * bytes
        let start3 = min(rows.lowerBound + 3, last) * bytes
        unsafe factors.span.withUnsafeBytes { factors in
            unsafe odds.upper.span.withUnsafeBytes { upper in
                unsafe odds.lower.span.withUnsafeBytes { lower in
                    let (mask0, mask1) = (lanes.mask(0), lanes.mask(1))
                    let (mask2, mask3) = (lanes.mask(2), lanes.mask(3))
                    var (product0, product1) = (lanes.product(0), lanes.product(1))
                    var (product2, product3) = (lanes.product(2), lanes.product(3))
                    var place = (block * hidden + units.lowerBound) * 2 * size
                    for j in units {
                        let up = unsafe factors.loadUnaligned(
                            fromByteOffset: place, as: Vector.self)
                        let down = unsafe factors.loadUnaligned(
                            fromByteOffset: place &+ size, as: Vector.self)
                        place &+= 2 &* size
                        let at = 4 &* j
                        func factor(_ mask: SIMD16<UInt32>, _ start: Int) -> Vector {
                            let p = unsafe upper.load(fromByteOffset: start &+ at, as: Float.self)
                            let q = unsafe lower.load(fromByteOffset: start &+ at, as: Float.self)
                            let flipped = select(up, mask, down)
                            return isSigned
                                ? p * flipped + q * select(down, mask, up) : q + p * flipped
                        }
                        product0 *= factor(mask0, start0)
                        product1 *= factor(mask1, start1)
                        product2 *= factor(mask2, start2)
                        product3 *= factor(mask3, start3)
                    }
                    lanes.setProducts(product0, product1, product2, product3)
                }
            }
        }
    }

    /// Adds what one hidden unit with large weights contributes: the change of ln Σ_h e^{hx}.
    private func addDifferences(
        to lanes: inout Lanes, block: Int, wide place: Int, _ rows: Range<Int>,
        _ fields: Span<Float>
    ) {
        let first = block * Self.lanes
        let exponents = wide[place][first..<min(first + Self.lanes, units.count)]
        for (number, row) in rows.enumerated() {
            let x = fields[row * hidden + wideUnits[place]]
            // ln Σ_h e^{hx} of the state, and of the state after each flip.
            var changed = [x]
            for (lane, exponent) in exponents.enumerated() {
                let rises = lanes.rises[number * Self.lanes + lane] != 0
                changed.append(x + (rises ? exponent : -exponent))
            }
            var logs = changed
            var span = logs.mutableSpan
            hiddenLaw.writeLogPartitions(fields: changed.span, into: &span)
            for lane in 0..<exponents.count {
                lanes.ratios[number * Self.lanes + lane] += logs[lane + 1] - logs[0]
            }
        }
    }

    /// The probabilities of the upper and of the lower value of hidden units, shape
    /// `[rows, hidden]` each.
    private struct Odds {
        var upper: [Float]
        var lower: [Float]
    }

    /// The flips of 16 units in four cases, shape `[4, 16]` each.
    private struct Lanes {
        /// All bits set for a unit that would go up, and none for a unit that would go down.
        var rises = InlineArray<64, UInt32>(repeating: 0)
        var products = InlineArray<64, Float>(repeating: 1)
        var ratios = InlineArray<64, Float>(repeating: 0)

        mutating func load(_ states: Span<UInt8>, place: Int) {
            let start = place * FlipFactors.lanes
            for i in states.indices { rises[start + i] = states[i] == 0 ? UInt32.max : 0 }
        }

        func mask(_ row: Int) -> SIMD16<UInt32> {
            var mask = SIMD16<UInt32>()
            for lane in 0..<16 { mask[lane] = rises[16 * row + lane] }
            return mask
        }

        func product(_ row: Int) -> SIMD16<Float> {
            var product = SIMD16<Float>()
            for lane in 0..<16 { product[lane] = products[16 * row + lane] }
            return product
        }

        mutating func setProducts(
            _ a: SIMD16<Float>, _ b: SIMD16<Float>, _ c: SIMD16<Float>, _ d: SIMD16<Float>
        ) {
            for lane in 0..<16 {
                products[lane] = a[lane]
                products[16 + lane] = b[lane]
                products[32 + lane] = c[lane]
                products[48 + lane] = d[lane]
            }
        }

        mutating func takeLogarithms() {
            var products = products.mutableSpan
            var ratios = ratios.mutableSpan
            for i in 0..<64 {
                ratios[i] += logarithm(products[i])
                products[i] = 1
            }
        }

        /// Turns the ratios without the bias into −ln p of the states that are.
        mutating func finish(_ bias: Span<Float>) {
            var ratios = ratios.mutableSpan
            for row in 0..<FlipFactors.casesTogether {
                let start = row * FlipFactors.lanes
                for i in bias.indices {
                    let rises = rises[start + i] != 0
                    ratios[start + i] = ratios[start + i] + (rises ? bias[i] : -bias[i])
                }
            }
            for i in 0..<64 { ratios[i] = softplus(ratios[i]) }
        }
    }
}

/// Takes from the first vector where the mask is set, else from the second, without a branch.
@inline(__always)
private func select(
    _ a: SIMD16<Float>, _ mask: SIMD16<UInt32>, _ b: SIMD16<Float>
) -> SIMD16<Float> {
    let a = unsafe unsafeBitCast(a, to: SIMD16<UInt32>.self)
    let b = unsafe unsafeBitCast(b, to: SIMD16<UInt32>.self)
    return unsafe unsafeBitCast(a & mask | b & ~mask, to: SIMD16<Float>.self)
}
