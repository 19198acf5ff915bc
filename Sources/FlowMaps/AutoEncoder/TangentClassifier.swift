public import Analysis
import RandomStreams
import RealModule

/// A classifier over a stack of encoders that is asked not to change along the tangents of the manifold
/// [Rifai11b].
///
/// Its loss is −ln p of a case's class plus β Σ_u ‖∂z/∂x · u‖² over the tangents u of the stack from which
/// it started; z are the fields of the classes, of which p is the softmax. The slopes of the penalty are
/// those of tangent propagation [Simard92].
public struct TangentClassifier: Sendable {
    /// How it is trained.
    public struct Plan: Sendable, Equatable {
        public let batchSize: Int
        public let epochs: Int
        /// The learning rate of the first step; it falls to 0 along a line.
        public let rate: Double
        public let momentum: Double
        /// β; 0 for training without tangents.
        public let penalty: Double
        /// The tangents of a case.
        public let tangents: Int
        /// Names the random numbers.
        public let seed: UInt64

        public init(
            batchSize: Int, epochs: Int, rate: Double, momentum: Double, penalty: Double,
            tangents: Int, seed: UInt64
        ) {
            self.batchSize = batchSize
            self.epochs = epochs
            self.rate = rate
            self.momentum = momentum
            self.penalty = penalty
            self.tangents = tangents
            self.seed = seed
        }
    }

    public let plan: Plan
    /// The stack that knows the manifold, which stays as it is.
    private let guide: EncoderStack
    var stack: EncoderStack
    /// Shape [units of the topmost layer, classes].
    var classWeights: Matrix
    /// Shape [classes].
    var classBias: [Double]
    private var velocity: [Double]
    /// The tangents of the cases that this process has met.
    private var known: [[Float]?] = []
    public private(set) var epoch = 0

    /// The most parts of a batch.
    private static let mostParts = 4

    /// Starts from a stack, with small weights to the classes.
    public init(_ stack: EncoderStack, classes: Int, plan: Plan) {
        self.plan = plan
        guide = stack
        self.stack = stack
        let units = stack.layers[stack.layers.count - 1].bias.count
        let stream = RandomStream(seed: plan.seed, .autoEncoder(.classes, layer: 0, step: 0))
        let reach = (6 / Double(units + classes)).squareRoot()
        classWeights = Matrix(rows: units, columns: classes) { row, unit in
            reach * (Double(stream.word(row: row, unit: unit)) * 0x1p-31 - 1)
        }
        classBias = Array(repeating: 0, count: classes)
        velocity = []
        velocity = Array(repeating: 0, count: parameters.count)
    }

    /// −ln p of a case's class where each class is as likely as any other.
    public var lossOfGuess: Double { .log(Double(classBias.count)) }

    /// Returns the class of each row.
    public func classify(_ cases: Matrix) -> [Int] {
        let fields = (stack.encode(cases) * classWeights).adding(toRows: classBias)
        return (0..<fields.rows).map { row in
            (0..<fields.columns).max { fields[row, $0] < fields[row, $1] } ?? 0
        }
    }

    /// Trains one epoch; returns the mean loss of a case without and of the penalty alone.
    ///
    /// - Parameters:
    ///   - data: All cases, on every process.
    ///   - labels: Their classes.
    ///   - work: Does the parts of the work.
    public mutating func runEpoch(
        _ data: Matrix, labels: [Int], work: PartWork
    ) throws -> (loss: Double, penalty: Double) {
        if known.isEmpty { known = Array(repeating: nil, count: data.rows) }
        let order = KeyedPermutation(count: data.rows, seed: plan.seed, .epoch(epoch, layer: 255))
        let batches = (data.rows + plan.batchSize - 1) / plan.batchSize
        var (loss, penalty) = (0.0, 0.0)
        for batch in 0..<batches {
            let first = batch * plan.batchSize
            let places = (first..<min(data.rows, first + plan.batchSize)).map { order[$0] }
            let step = epoch * batches + batch
            let rate = plan.rate * (1 - Double(step) / Double(plan.epochs * batches))
            let parts = FixedParts(places.count, most: Self.mostParts)
            let start = parameters
            var cache = known
            let sums = try work(parts.count, start.count + 2) { part in
                let own = parts.rows(of: part).map { places[$0] }
                let cases = data.rows(at: own)
                let found = gradient(
                    cases, labels: own.map { labels[$0] },
                    tangents: plan.penalty > 0 ? tangents(own, cases, &cache) : nil)
                return found.slopes + [found.loss, found.penalty]
            }
            known = cache
            let total = RowParts.total(sums, parts: parts.count)
            let factor = rate / Double(places.count)
            var values = start
            for place in values.indices {
                velocity[place] = plan.momentum * velocity[place] - factor * total[place]
                values[place] += velocity[place]
            }
            parameters = values
            loss += total[start.count]
            penalty += total[start.count + 1]
        }
        epoch += 1
        return (loss / Double(data.rows), penalty / Double(data.rows))
    }

    /// The tangents of some cases, which are computed once.
    private func tangents(
        _ places: [Int], _ cases: Matrix, _ known: inout [[Float]?]
    ) -> Matrix {
        let missing = places.indices.filter { known[places[$0]] == nil }
        if !missing.isEmpty {
            let found = guide.tangents(at: cases.rows(at: missing), count: plan.tangents)
            let width = plan.tangents * guide.inputs
            for (number, place) in missing.enumerated() {
                known[places[place]] = found.elements[number * width..<(number + 1) * width]
                    .map { Float($0) }
            }
        }
        return Matrix(
            rows: places.count * plan.tangents, columns: guide.inputs,
            elements: places.flatMap { (known[$0] ?? []).map { Double($0) } })
    }

    /// All that is learned: the weights and biases of each layer, then those of the classes.
    var parameters: [Double] {
        get {
            stack.layers.flatMap { $0.weights.elements + $0.bias } + classWeights.elements
                + classBias
        }
        set {
            var place = 0
            func take(_ count: Int) -> [Double] {
                defer { place += count }
                return Array(newValue[place..<place + count])
            }
            for layer in stack.layers.indices {
                let (rows, columns) = (
                    stack.layers[layer].weights.rows, stack.layers[layer].weights.columns
                )
                stack.layers[layer].weights = Matrix(
                    rows: rows, columns: columns, elements: take(rows * columns))
                stack.layers[layer].bias = take(columns)
            }
            let (rows, columns) = (classWeights.rows, classWeights.columns)
            classWeights = Matrix(rows: rows, columns: columns, elements: take(rows * columns))
            classBias = take(columns)
        }
    }

    /// Returns the slopes of the summed loss along `parameters`, and the loss.
    ///
    /// - Parameter tangents: Shape [cases · d, inputs], the directions of a case together; nil for none.
    func gradient(
        _ cases: Matrix, labels: [Int], tangents: Matrix?
    ) -> (slopes: [Double], loss: Double, penalty: Double) {
        let count = tangents.map { $0.rows / cases.rows } ?? 0
        // Upward: values, and what the tangents become.
        var values = [cases]
        var moved = [tangents]
        var (levels, stretched): ([Matrix], [Matrix?]) = ([], [])
        for layer in stack.layers {
            let level = layer.levels(values[values.count - 1])
            levels.append(level)
            values.append(level.mapped(layer.value))
            let product = moved[moved.count - 1].map { $0 * layer.weights }
            stretched.append(product)
            moved.append(product?.times(level.mapped(layer.slope).repeatingRows(count)))
        }
        let top = values[values.count - 1]
        let fields = (top * classWeights).adding(toRows: classBias)
        var (loss, penalty) = (0.0, 0.0)
        var fieldSlopes = Matrix(zeros: fields.rows, fields.columns)
        for row in 0..<fields.rows {
            let own = (0..<fields.columns).map { fields[row, $0] }
            let largest = own.max() ?? 0
            let powers = own.map { Double.exp($0 - largest) }
            let sum = powers.reduce(0, +)
            loss += largest + .log(sum) - own[labels[row]]
            for column in own.indices {
                fieldSlopes[row, column] = powers[column] / sum - (column == labels[row] ? 1 : 0)
            }
        }
        let movedFields = moved[moved.count - 1].map { $0 * classWeights }
        penalty = plan.penalty * (movedFields?.squares ?? 0)
        let movedSlopes = movedFields?.mapped { 2 * plan.penalty * $0 }

        // Downward.
        var classSlopes = top.transposedTimes(fieldSlopes)
        if let movedSlopes, let moved = moved[moved.count - 1] {
            classSlopes.addTransposed(moved, times: movedSlopes)
        }
        var slopes = classSlopes.elements + fieldSlopes.sumsOfColumns
        var valueSlopes = fieldSlopes.timesTransposed(classWeights)
        var tangentSlopes = movedSlopes?.timesTransposed(classWeights)
        for number in stack.layers.indices.reversed() {
            let layer = stack.layers[number]
            let level = levels[number]
            let slope = level.mapped(layer.slope)
            var own = valueSlopes.times(slope)
            var productSlopes: Matrix?
            if let tangentSlopes, let stretched = stretched[number] {
                let bent = stretched.times(tangentSlopes).summingRows(count)
                    .times(level.mapped(layer.bend))
                own = Matrix(
                    rows: own.rows, columns: own.columns,
                    elements: zip(own.elements, bent.elements).map { $0 + $1 })
                productSlopes = tangentSlopes.times(slope.repeatingRows(count))
            }
            var weightSlopes = values[number].transposedTimes(own)
            if let productSlopes, let moved = moved[number] {
                weightSlopes.addTransposed(moved, times: productSlopes)
            }
            slopes = weightSlopes.elements + own.sumsOfColumns + slopes
            guard number > 0 else { break }
            valueSlopes = own.timesTransposed(layer.weights)
            tangentSlopes = productSlopes?.timesTransposed(layer.weights)
        }
        return (slopes, loss, penalty)
    }
}
