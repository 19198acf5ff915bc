/// The sums of one step over the cases of both phases, and the gradients that follow from them.
///
/// Processes add up `moments` once, and `products` in panels of visible units. Each panel is
/// computed, added up over the processes and applied before the next one, so that no buffer is as
/// large as the weights. The products are Σ v hᵀ of the positive minus the negative phase, shape
/// `[panel, hidden]`. `StatisticsLayout` says what the moments are.
public struct Statistics: Sendable {
    public let layout: StatisticsLayout
    public var products: SumBuffer
    public var moments: SumBuffer

    /// The visible units whose products are held now.
    public internal(set) var panel: Range<Int>

    private let shape: LayerSpec

    /// - Parameters:
    ///   - panelUnits: The most visible units of a panel.
    ///   - products: The type of the products. If they are integers, moments are integers of 32
    ///     bits.
    init(_ shape: LayerSpec, panelUnits: Int, products form: SumBuffer.Form) {
        precondition(
            (1...shape.visible).contains(panelUnits),
            "a panel of \(panelUnits) of \(shape.visible) units")
        self.shape = shape
        layout = StatisticsLayout(
            visible: shape.visible, hidden: shape.hidden, panelUnits: panelUnits,
            hasOwnParameters: shape.visibleUnits.hasOwnParameters)
        products = SumBuffer(form, count: panelUnits * shape.hidden)
        moments = SumBuffer(form == .float32 ? .float32 : .int32, count: layout.count)
        panel = 0..<panelUnits
    }

    /// Whether every integer Σ v hᵀ of a step fits 16 bits.
    ///
    /// In each phase its magnitude is at most the number of rows times 127.
    ///
    /// - Parameter rows: The most rows that a phase has over all processes.
    public static func productsFit16Bits(_ shape: LayerSpec, rows: Int) -> Bool {
        shape.encoding == .bits && rows <= Int(Int16.max) / 127
    }

    /// The range of the panel's products.
    public var panelProducts: Range<Int> { 0..<(panel.count * layout.hidden) }

    /// How many panels make up the visible units.
    public var panelCount: Int {
        (layout.visible + layout.panelUnits - 1) / layout.panelUnits
    }

    /// The visible units of a panel, counted from 0.
    public func panel(_ number: Int) -> Range<Int> {
        let first = number * layout.panelUnits
        return first..<min(first + layout.panelUnits, layout.visible)
    }

    /// Takes over the moments of statistics of the same layout.
    public mutating func copyMoments(of other: Statistics) {
        switch other.moments {
        case .float32(let sums):
            moments.withFloat32 { for i in $0.indices { $0[i] = sums[i] } }
        case .int32(let sums):
            moments.withInt32 { for i in $0.indices { $0[i] = sums[i] } }
        case .int16: preconditionFailure("moments in 16 bits")
        }
    }

    /// A small whole number that is added up with the moments, and costs no message of its own.
    ///
    /// Whoever adds up the moments gives it a meaning; no gradient depends on it.
    public var rider: Int {
        get {
            switch moments {
            case .float32(let sums): Int(sums[layout.rider])
            case .int32(let sums): Int(sums[layout.rider])
            case .int16: preconditionFailure("moments in 16 bits")
            }
        }
        set {
            let place = layout.rider
            if case .float32 = moments {
                moments.withFloat32 { $0[place] = Float(newValue) }
            } else {
                moments.withInt32 { $0[place] = Int32(newValue) }
            }
        }
    }

    /// The range of the products of one visible unit, which must belong to the panel.
    func products(ofVisible unit: Int) -> Range<Int> {
        precondition(panel.contains(unit), "unit \(unit) is not of the panel \(panel)")
        return rowRange(unit - panel.lowerBound, of: layout.hidden)
    }

    // MARK: Gradients

    /// Lends a function that writes the gradient of the log-likelihood by the weights of one
    /// visible unit of the panel.
    ///
    /// For a Gaussian unit it writes the gradient times the unit's variance.
    ///
    /// Several threads may call the function at once. The statistics must already be summed over
    /// all processes. The gradient has the shape `[hidden]` and is a mean over cases, in nats.
    func withWeightGradients(
        _ counts: StepShare,
        _ body: (_ write: (_ unit: Int, inout MutableSpan<Float>) -> Void) -> Void
    ) {
        switch products {
        case .float32(let products):
            body { unit, gradient in
                let row = products.span.extracting(self.products(ofVisible: unit))
                for j in gradient.indices { gradient[j] = row[j] }
            }
        case .int32(let products): withWeightGradients(of: products, counts, body)
        case .int16(let products): withWeightGradients(of: products, counts, body)
        }
    }

    private func withWeightGradients<Sum: FixedWidthInteger & BitwiseCopyable>(
        of products: [Sum], _ counts: StepShare,
        _ body: (_ write: (_ unit: Int, inout MutableSpan<Float>) -> Void) -> Void
    ) {
        let maximum = shape.encoding.maximum
        let factor = 1 / Float(127 * maximum * counts.divisor)
        guard shape.visibleUnits.offset != 0 else {
            return body { unit, gradient in
                let row = products.span.extracting(self.products(ofVisible: unit))
                for j in gradient.indices {
                    gradient[j] = Float(Int32(truncatingIfNeeded: row[j])) * factor
                }
            }
        }
        // The value of a level x of m is 2x/m − 1, so Σ v h = (2·Σ x h − m·Σ h)/m.
        guard case .int32(let moments) = moments else { preconditionFailure("no integers") }
        let (positiveHidden, negativeHidden) = (layout.positiveHidden, layout.negativeHidden)
        let levels = Int32(maximum)
        body { unit, gradient in
            let row = products.span.extracting(self.products(ofVisible: unit))
            let positive = moments.span.extracting(positiveHidden)
            let negative = moments.span.extracting(negativeHidden)
            for j in gradient.indices {
                let product = Int32(truncatingIfNeeded: row[j])
                let sum = 2 &* product &- levels &* (positive[j] &+ negative[j])
                gradient[j] = Float(sum) * factor
            }
        }
    }

    /// Writes the gradients by the visible and the hidden biases.
    ///
    /// For Gaussian units it writes the gradients times the variances.
    ///
    /// - Parameters:
    ///   - visible: Shape `[visible]`.
    ///   - hidden: Shape `[hidden]`.
    func writeBiasGradients(
        _ counts: StepShare, visible: inout MutableSpan<Float>, hidden: inout MutableSpan<Float>
    ) {
        // The offset of a value is the same in both phases and cancels.
        let positive = visibleUnit / Float(visibleMaximum * counts.globalPositive)
        let negative = visibleUnit / Float(visibleMaximum * counts.globalNegative)
        switch moments {
        case .float32(let sums):
            let data = sums.span.extracting(layout.positiveVisible)
            let model = sums.span.extracting(layout.negativeVisible)
            for i in visible.indices { visible[i] = data[i] * positive - model[i] * negative }
            let up = sums.span.extracting(layout.positiveHidden)
            let down = sums.span.extracting(layout.negativeHidden)
            for j in hidden.indices { hidden[j] = up[j] + down[j] }
        case .int32(let sums):
            let data = sums.span.extracting(layout.positiveVisible)
            let model = sums.span.extracting(layout.negativeVisible)
            for i in visible.indices {
                visible[i] = Float(data[i]) * positive - Float(model[i]) * negative
            }
            let up = sums.span.extracting(layout.positiveHidden)
            let down = sums.span.extracting(layout.negativeHidden)
            let factor = hiddenUnit(counts)
            for j in hidden.indices { hidden[j] = Float(up[j] &+ down[j]) * factor }
        case .int16: preconditionFailure("moments in 16 bits")
        }
    }

    /// The gradient by the parameters that visible units have beside their biases, in nats, shape
    /// `[visible]`.
    ///
    /// - Precondition: All units are in one panel.
    /// - Parameter parameters: The parameters at which the statistics were taken.
    func ownGradient(at parameters: Parameters) -> [Float] {
        guard case .float32(let products) = products, case .float32(let moments) = moments else {
            preconditionFailure("\(shape.visibleUnits) units have no parameters of their own")
        }
        let law = shape.visibleUnits.law(own: parameters.logVariances)
        return (0..<layout.visible).map { i in
            let row = rowRange(i, of: layout.hidden)
            return law.ownGradient(
                ofUnit: i, sum: moments[layout.ownParameters.lowerBound + i],
                weights: parameters.values.span.extracting(row),
                products: products.span.extracting(self.products(ofVisible: i)))
        }
    }

    // MARK: Means

    /// The means of the units' values over the rows of the data phase.
    func dataMeans(_ counts: StepShare) -> (visible: [Float], hidden: [Float]) {
        let share = visibleUnit / Float(visibleMaximum * counts.globalPositive)
        switch moments {
        case .float32(let sums):
            return (
                sums[layout.positiveVisible].map { $0 * share }, Array(sums[layout.positiveHidden])
            )
        case .int32(let sums):
            let offset = Float(shape.visibleUnits.offset)
            let factor = hiddenUnit(counts)
            return (
                sums[layout.positiveVisible].map { Float($0) * share + offset },
                sums[layout.positiveHidden].map { Float($0) * factor }
            )
        case .int16: preconditionFailure("moments in 16 bits")
        }
    }

    /// The mean of Σ_j h_j² in the phase where it is larger, as far as the means of the units tell.
    ///
    /// - Precondition: The sums are in float32.
    var hiddenSquares: Float {
        // The square of a symmetric unit's value is 1.
        if shape.hiddenUnits.isSymmetric { return Float(layout.hidden) }
        guard case .float32(let sums) = moments else { preconditionFailure("no floats") }
        var (data, model): (Float, Float) = (0, 0)
        for j in 0..<layout.hidden {
            data += sums[layout.positiveHidden.lowerBound + j]
            model -= sums[layout.negativeHidden.lowerBound + j]
        }
        return max(data, model)
    }

    /// The value of one unit of the visible sums, times `visibleMaximum`.
    private var visibleUnit: Float {
        if case .float32 = moments { 1 } else { Float(shape.visibleUnits.scale) }
    }

    private var visibleMaximum: Int {
        if case .float32 = moments { 1 } else { shape.encoding.maximum }
    }

    /// The value of one unit of the hidden sums in integers.
    private func hiddenUnit(_ counts: StepShare) -> Float { 1 / Float(127 * counts.divisor) }
}
