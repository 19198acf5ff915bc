public import Analysis
import RandomStreams

/// Layers of units with sigmoid means, one over the other, and how they stretch the space of their inputs.
public struct EncoderStack: Sendable, Equatable {
    /// A layer: the means offset + scale·σ(scale·a) of units with the fields a = c + Wᵀx.
    ///
    /// Its scale is 1 for units of 0 and 1, and 2 for spins, whose means are tanh a.
    public struct Layer: Sendable, Equatable {
        /// Shape [inputs, units].
        public internal(set) var weights: Matrix
        /// Shape [units].
        public internal(set) var bias: [Double]
        public let scale: Double
        public let offset: Double

        public init(weights: Matrix, bias: [Double], scale: Double = 1, offset: Double = 0) {
            precondition(
                weights.columns == bias.count,
                "\(weights.columns) columns of weights for \(bias.count) biases")
            self.weights = weights
            self.bias = bias
            self.scale = scale
            self.offset = offset
        }

        /// Returns σ(scale·a) of each row.
        func levels(_ cases: Matrix) -> Matrix {
            (cases * weights).adding(toRows: bias).mapped { logistic(scale * $0) }
        }

        func value(_ level: Double) -> Double { offset + scale * level }
        /// The slope of a mean along its field.
        func slope(_ level: Double) -> Double { scale * scale * level * (1 - level) }
        /// The slope of the slope.
        func bend(_ level: Double) -> Double { scale * slope(level) * (1 - 2 * level) }
    }

    public internal(set) var layers: [Layer]

    /// - Precondition: Each layer takes what the one below it gives.
    public init(_ layers: [Layer]) {
        precondition(!layers.isEmpty, "a stack of no layers")
        for (below, above) in zip(layers, layers.dropFirst()) {
            precondition(
                below.bias.count == above.weights.rows,
                "\(below.bias.count) units below \(above.weights.rows) inputs")
        }
        self.layers = layers
    }

    /// The stack of an auto-encoder's encoders, lowest first.
    public init(encoders: [AutoEncoder]) {
        self.init(encoders.map { Layer(weights: $0.weights, bias: $0.hiddenBias) })
    }

    public var inputs: Int { layers[0].weights.rows }

    /// Returns the means of the topmost units of each row.
    public func encode(_ cases: Matrix) -> Matrix {
        layers.reduce(cases) { cases, layer in layer.levels(cases).mapped(layer.value) }
    }

    /// The slopes of all units along their fields at each of some cases, a matrix for each layer.
    private func slopes(_ cases: Matrix) -> [Matrix] {
        var cases = cases
        return layers.map { layer in
            let levels = layer.levels(cases)
            cases = levels.mapped(layer.value)
            return levels.mapped(layer.slope)
        }
    }

    /// Returns the Jacobians ∂h/∂x of all layers at one case, each of shape [inputs, units].
    ///
    /// - Parameter input: One row.
    public func jacobians(at input: Matrix) -> [Matrix] {
        var product: Matrix?
        return zip(layers, slopes(input)).map { layer, slopes in
            let stretched = (product.map { $0 * layer.weights } ?? layer.weights)
                .scaled(columns: slopes.elements)
            product = stretched
            return stretched
        }
    }

    /// Returns the singular values of the Jacobians of all layers at one case, in falling order, and the
    /// directions in the space of the inputs that belong to them, one a row.
    ///
    /// - Parameter input: One row.
    /// - Throws: `DecompositionError` when they do not converge.
    public func spectra(
        at input: Matrix
    ) throws(DecompositionError) -> [(values: [Double], directions: Matrix)] {
        var spectra: [(values: [Double], directions: Matrix)] = []
        for jacobian in jacobians(at: input) {
            let found = try jacobian.singularValueDecomposition()
            spectra.append((found.values, found.u.transposed))
        }
        return spectra
    }

    /// The iterations after which the leading directions count as found.
    private static let tangentIterations = 10

    /// Returns orthonormal directions that span nearly those along which the topmost units change most, for
    /// each of some cases: the tangents of the manifold that the stack knows [Rifai11b].
    ///
    /// Subspace iteration with JJᵀ; a direction is missing a share of (σ_{d+1}/σ_d)²⁰ of its span.
    ///
    /// - Parameter count: d, at most as many as there are units and inputs.
    /// - Returns: Shape [cases · d, inputs], the directions of a case together.
    public func tangents(at cases: Matrix, count: Int) -> Matrix {
        let slopes = slopes(cases).map { $0.repeatingRows(count) }
        let stream = RandomStream(seed: 0, .autoEncoder(.tangents, layer: 0, step: 0))
        let start = Matrix(rows: count, columns: inputs) { row, unit in
            Double(stream.word(row: row, unit: unit)) * 0x1p-31 - 1
        }
        var directions = Matrix(
            rows: cases.rows * count, columns: inputs,
            elements: Array(repeating: start.elements, count: cases.rows).flatMap { $0 })
        for _ in 0..<Self.tangentIterations {
            for (layer, slopes) in zip(layers, slopes) {
                directions = (directions * layer.weights).times(slopes)
            }
            for (layer, slopes) in zip(layers, slopes).reversed() {
                directions = directions.times(slopes).timesTransposed(layer.weights)
            }
            for number in 0..<cases.rows {
                directions.orthonormalize(rows: number * count..<(number + 1) * count)
            }
        }
        return directions
    }
}

extension Matrix {
    /// Returns the matrix with each column times its factor.
    func scaled(columns factors: [Double]) -> Matrix {
        Matrix(
            rows: rows, columns: columns,
            elements: elements.indices.map { elements[$0] * factors[$0 % columns] })
    }

    /// Returns the products of elements of the same place.
    func times(_ other: Matrix) -> Matrix {
        var products = elements
        var span = products.mutableSpan
        let factors = other.elements.span
        for place in span.indices { span[place] *= factors[place] }
        return Matrix(rows: rows, columns: columns, elements: products)
    }

    /// Returns each row as many times, one after the other.
    func repeatingRows(_ count: Int) -> Matrix {
        rows(at: (0..<rows * count).map { $0 / count })
    }

    /// Returns the sums of as many rows each time.
    func summingRows(_ count: Int) -> Matrix {
        var sums = Matrix(zeros: rows / count, columns)
        for row in 0..<rows {
            for column in 0..<columns { sums[row / count, column] += self[row, column] }
        }
        return sums
    }

    /// Makes some rows orthogonal to each other and of norm 1; a row that depends on those before it
    /// becomes 0.
    mutating func orthonormalize(rows range: Range<Int>) {
        let width = columns
        var values = Array(elements[range.lowerBound * width..<range.upperBound * width])
        var span = values.mutableSpan
        for row in 0..<range.count {
            let before = square(span, row, width)
            // Twice: rounding leaves a share of the others after the first time.
            for _ in 0..<2 {
                for other in 0..<row {
                    var product = 0.0
                    let (own, before) = (row * width, other * width)
                    for i in 0..<width { product += span[own + i] * span[before + i] }
                    for i in 0..<width { span[own + i] -= product * span[before + i] }
                }
            }
            let norm = square(span, row, width).squareRoot()
            let factor = norm > 1e-10 * before.squareRoot() ? 1 / norm : 0
            for i in 0..<width { span[row * width + i] *= factor }
        }
        replace(rows: range, with: Matrix(rows: range.count, columns: width, elements: values))
    }
}

private func square(_ values: borrowing MutableSpan<Double>, _ row: Int, _ width: Int) -> Double {
    var sum = 0.0
    for i in 0..<width { sum += values[row * width + i] * values[row * width + i] }
    return sum
}
