/// The gradient of a machine whose units are measured from their means [Montavon12] [Melchior16].
///
/// A machine of weights W is also one of v − μ and h − λ, with other biases; a step along its gradient
/// learns the same whether a unit is mostly on or mostly off. With offsets μ and λ this is
///
///     ∇W = ⟨(v − μ)(h − λ)ᵀ⟩_data − ⟨(v − μ)(h − λ)ᵀ⟩_model
///     ∇b = ⟨v⟩_data − ⟨v⟩_model − ∇W λ
///     ∇c = ⟨h⟩_data − ⟨h⟩_model − ∇Wᵀ s(μ)
///
/// for the parameters as they are, without offsets: the two differences by biases keep the means of
/// the fields where they would be. s(μ) is the input of the visible units to the hidden ones,
/// `UnitLaw.weigh`, times the rate of the weights over that of the hidden biases.
///
/// The offsets are slow means over the data phases of the steps: m ← (1 − r)m + r⟨v⟩, divided by the
/// weight 1 − (1 − r)ᵗ that t steps have.
///
/// Biases must be learned, for they alone make up for the offsets.
public struct Centering: GradientTerm {
    /// The share r of a step in the slow means.
    public let rate: Float

    /// The slow means; nil before the first step.
    public private(set) var means: Means?

    /// What one unit of weight adds to the hidden fields at the visible offsets, shape `[visible]`.
    private var inputs: [Float] = []
    /// The differences between the phases, shapes `[visible]` and `[hidden]`.
    private var changes = (visible: [Float](), hidden: [Float]())
    /// nil before the first step.
    private var sums: CenteringSums?

    public var place: GradientPlace { .moments }

    /// Slow means of the units' values over the data phases.
    public struct Means: Sendable, Equatable {
        /// Shape `[visible]`.
        public var visible: [Float]
        /// Shape `[hidden]`.
        public var hidden: [Float]
        /// The weight of all steps together, 1 − (1 − r)ᵗ after t of them.
        public var weight: Float
    }

    public init(rate: Float = 0.01) {
        precondition(rate > 0 && rate <= 1, "slow means of the rate \(rate)")
        self.rate = rate
    }

    public mutating func begin(_ moments: StepMoments) {
        let step = moments.dataMeans()
        means = updated(by: step)
        guard let means else { return }
        inputs = moments.inputs(ofVisible: means.visible)
        changes = moments.biasGradients
        if sums == nil {
            sums = CenteringSums(visible: step.visible.count, hidden: step.hidden.count)
        }
    }

    /// The slow means after a step; the first step starts them.
    private func updated(by step: (visible: [Float], hidden: [Float])) -> Means {
        let before = means ?? Means(visible: step.visible, hidden: step.hidden, weight: 0)
        let weight = (1 - rate) * before.weight + rate
        let share = rate / weight
        func moved(_ means: [Float], _ step: [Float]) -> [Float] {
            zip(means, step).map { $0 + ($1 - $0) * share }
        }
        return Means(
            visible: moved(before.visible, step.visible),
            hidden: moved(before.hidden, step.hidden), weight: weight)
    }

    public func addToWeights(
        ofVisible unit: Int, at weights: Span<Float>, gradient: inout MutableSpan<Float>
    ) {
        guard let means, let sums else { return }
        sums.center(
            &gradient, ofVisible: unit, mean: means.visible[unit], change: changes.visible[unit],
            input: inputs[unit], means: means.hidden.span, changes: changes.hidden.span)
    }

    public func addToHiddenBiases(_ gradient: inout MutableSpan<Float>) {
        sums?.subtract(fromHidden: &gradient)
    }

    public var hiddenSums: [Double] { sums?.overHidden ?? [] }

    public func complete(hiddenSums: ArraySlice<Double>) { sums?.take(overHidden: hiddenSums) }

    public func addToVisibleBiases(_ gradient: inout MutableSpan<Float>) {
        sums?.subtract(fromVisible: &gradient)
    }

    // MARK: State

    public func save(into state: inout StateTree) {
        guard let means else { return }
        state.set(.floats(means.visible[...], shape: [means.visible.count]), "offsets.visible")
        state.set(
            .floats(means.hidden[...], shape: [means.hidden.count]), "offsets.hidden",
            perHidden: true)
        state.set(.floats([means.weight], shape: [1]), "offsets.weight")
    }

    public mutating func restore(
        from state: StateTree, of parameters: Parameters
    ) throws(StateFault) {
        let visible = try state.floats("offsets.visible", shape: [parameters.visibleCount])
        let hidden = try state.floats(
            "offsets.hidden", shape: [parameters.hiddenCount], perHidden: true)
        let weight = try state.floats("offsets.weight", shape: [1])?[0]
        means = nil
        if let visible, let hidden, let weight {
            means = Means(visible: visible, hidden: hidden, weight: weight)
        }
    }
}

/// What biases lose for the offsets: ∇Wλ and ∇Wᵀs(μ), which are added up while rows are centered.
///
/// Several threads center rows at once. The sums have the same bits on any number of threads: the units
/// of one of the `UnitBlocks` are one thread's, in ascending order. Sums over the hidden units are of
/// groups of 64 units, each rounded to a multiple of 2⁻³⁰, so that the groups may be added in any
/// order.
private final class CenteringSums: @unchecked Sendable {
    private let blocks: UnitBlocks
    /// ∇Wλ, shape `[visible, 1]`.
    private let rows: SharedRows<Double>
    /// The share of each block in ∇Wᵀs(μ), shape `[blocks, hidden]`.
    private let columns: SharedRows<Float>

    init(visible: Int, hidden: Int) {
        blocks = UnitBlocks(units: visible)
        rows = SharedRows(visible, of: 1, repeating: 0)
        columns = SharedRows(blocks.count, of: hidden, repeating: 0)
    }

    /// Centers the gradient by the weights of one visible unit, and adds it to the sums.
    ///
    /// - Parameters:
    ///   - mean: μ of the unit.
    ///   - change: ⟨v⟩_data − ⟨v⟩_model of the unit.
    ///   - input: s(μ) of the unit.
    ///   - means: λ.
    ///   - changes: ⟨h⟩_data − ⟨h⟩_model.
    func center(
        _ gradient: inout MutableSpan<Float>, ofVisible unit: Int, mean: Float, change: Float,
        input: Float, means: Span<Float>, changes: Span<Float>
    ) {
        var sum = 0.0
        columns.withRow(blocks.block(of: unit)) { columns in
            if blocks.isFirst(unit) { for j in columns.indices { columns[j] = 0 } }
            sum = centerRow(&gradient, mean, change, input, means, changes, &columns)
        }
        rows.withRow(unit) { $0[0] = sum }
    }

    /// ∇Wλ over the hidden units of this process: multiples of 2⁻³⁰.
    var overHidden: [Double] { rows.withSpan { sums in sums.indices.map { sums[$0] } } }

    /// Takes over ∇Wλ of all processes.
    func take(overHidden totals: ArraySlice<Double>) {
        let first = totals.startIndex
        for i in totals.indices { rows.withRow(i - first) { $0[0] = totals[i] } }
    }

    func subtract(fromVisible gradient: inout MutableSpan<Float>) {
        for i in gradient.indices { rows.withRow(i) { gradient[i] -= Float($0[0]) } }
    }

    func subtract(fromHidden gradient: inout MutableSpan<Float>) {
        let hidden = gradient.count
        gradient.inBlocks(of: 0..<hidden, columns: 1) { units, gradient in
            columns.withSpan { columns in
                var sums = [Double](repeating: 0, count: units.count)
                for block in 0..<blocks.count {
                    let part = columns.extracting(units.offset(by: block * hidden))
                    for j in sums.indices { sums[j] += Double(part[j]) }
                }
                for j in gradient.indices { gradient[j] -= Float(sums[j]) }
            }
        }
    }
}

/// Centers a row and adds it to sums: g ← g − (μ·changes + change·λ), columns ← columns + s(μ)·g.
///
/// - Returns: Σ gλ: sums of 64 units in a fixed order, each rounded to a multiple of 2⁻³⁰.
private func centerRow(
    _ gradient: inout MutableSpan<Float>, _ mean: Float, _ change: Float, _ input: Float,
    _ means: Span<Float>, _ changes: Span<Float>, _ columns: inout MutableSpan<Float>
) -> Double {
    precondition(
        means.count == gradient.count && changes.count == gradient.count
            && columns.count == gradient.count,
        "\(gradient.count) gradients, \(means.count) means, \(changes.count) changes")
    return unsafe gradient.withUnsafeMutableBytes { g in
        unsafe columns.withUnsafeMutableBytes { columns in
            unsafe means.withUnsafeBytes { means in
                unsafe changes.withUnsafeBytes { changes in
                    var sum = 0.0
                    var start = 0
                    while start < g.count {
                        let end = min(start &+ 256, g.count)
                        // The compiler would keep an array of lanes in memory; it keeps these
                        // vectors in registers.
                        var lanes = SIMD8<Float>(repeating: 0)
                        var last: Float = 0
                        while start &+ 32 <= end {
                            let l = unsafe means.loadUnaligned(
                                fromByteOffset: start, as: SIMD8<Float>.self)
                            let d = unsafe changes.loadUnaligned(
                                fromByteOffset: start, as: SIMD8<Float>.self)
                            var x = unsafe g.loadUnaligned(
                                fromByteOffset: start, as: SIMD8<Float>.self)
                            x -= mean * d + change * l
                            unsafe g.storeBytes(
                                of: x, toByteOffset: start, as: SIMD8<Float>.self)
                            lanes += x * l
                            let c = unsafe columns.loadUnaligned(
                                fromByteOffset: start, as: SIMD8<Float>.self)
                            unsafe columns.storeBytes(
                                of: c + input * x, toByteOffset: start, as: SIMD8<Float>.self)
                            start &+= 32
                        }
                        while start < end {
                            let l = unsafe means.load(fromByteOffset: start, as: Float.self)
                            let d = unsafe changes.load(fromByteOffset: start, as: Float.self)
                            let x =
                                unsafe g.load(fromByteOffset: start, as: Float.self)
                                - (mean * d + change * l)
                            unsafe g.storeBytes(of: x, toByteOffset: start, as: Float.self)
                            last += x * l
                            let c = unsafe columns.load(fromByteOffset: start, as: Float.self)
                            unsafe columns.storeBytes(
                                of: c + input * x, toByteOffset: start, as: Float.self)
                            start &+= 4
                        }
                        let four = lanes.lowHalf + lanes.highHalf
                        let part = (four.x + four.z) + (four.y + four.w) + last
                        sum += (Double(part) + 0x3p21) - 0x3p21
                    }
                    return sum
                }
            }
        }
    }
}
