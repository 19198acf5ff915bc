import RandomStreams

/// Draws the visible units that were not observed given the observed ones, by the machine itself.
///
/// The gradient of ln p(observed) has the mean of v hᵀ under p(unobserved, h | observed) in the place of
/// the data's v hᵀ. Gibbs sweeps that hold the observed units draw from this law. They start at units
/// drawn one by one from their marginals, so that nothing must be remembered between steps.
struct UnobservedDraw {
    /// Sweeps from the start to the states that are used.
    static let sweeps = 10

    private let units: UnobservedUnits
    /// Which rows have marks, and their random numbers' rows.
    private var rows: [Int] = []
    private var numbers: [Int] = []
    /// Whether each column of these rows was not observed, shape `[rows, visible]`.
    private var isMarked: [Bool] = []
    private var states: [UInt8] = []
    private var drawn: [UInt8] = []
    private var fields: [Float] = []
    private var means: [Float] = []
    private var hidden: [UInt8] = []

    init(_ units: UnobservedUnits) { self.units = units }

    /// Fills the marked units of some rows.
    ///
    /// - Parameters:
    ///   - all: Visible states with marks, shape `[…, visibleBytes]`.
    ///   - count: How many rows from the first on are looked at.
    ///   - number: The global number of a row, which names its random numbers.
    ///   - layer: Loaded with the machine's parameters. Processes that divide its hidden units fill the
    ///     same rows.
    ///   - stream: The random numbers of a slot in a sweep.
    mutating func fill(
        _ all: inout [UInt8], rows count: Int, number: (Int) -> Int, by layer: Layer,
        stream: (Purpose.Unobserved, _ sweep: Int) -> RandomStream
    ) {
        let shape = layer.shape
        let (visible, bytes) = (shape.visible, shape.visibleBytes)
        findMarks(all.span, count, shape)
        guard !rows.isEmpty else { return }
        numbers = rows.map(number)
        makeRoom(for: shape)
        for (place, row) in rows.enumerated() {
            states.replaceSubrange(rowRange(place, of: bytes), with: all[rowRange(row, of: bytes)])
        }
        let start = units.independentLaw(of: layer)
        for (place, number) in numbers.enumerated() {
            sample(
                start.law, start.levels, rows: 0..<1, columns: visible, bytes: bytes,
                one: UInt8(shape.encoding.maximum), stream: stream(.start, 0), firstRow: number,
                into: &drawn, at: place)
        }
        takeDrawn(shape)
        let (marked, runs) = (0..<rows.count, runs)
        for sweep in 0..<Self.sweeps {
            layer.hiddenProbabilities(states, rows: marked, into: &means)
            for (run, first) in runs {
                layer.drawHidden(
                    from: means, rows: run, stream: stream(.hidden, sweep), firstRow: first,
                    into: &hidden, at: run.lowerBound)
            }
            layer.downward(hidden, encoding: .bits, rows: marked, into: &fields)
            layer.activateVisible(&fields, rows: marked)
            for (run, first) in runs {
                layer.drawVisible(
                    from: fields, rows: run, stream: stream(.visible, sweep), firstRow: first,
                    into: &drawn, at: run.lowerBound)
            }
            takeDrawn(shape)
        }
        for (place, row) in rows.enumerated() {
            all.replaceSubrange(rowRange(row, of: bytes), with: states[rowRange(place, of: bytes)])
        }
    }

    private mutating func findMarks(_ all: Span<UInt8>, _ count: Int, _ shape: LayerSpec) {
        rows.removeAll(keepingCapacity: true)
        isMarked.removeAll(keepingCapacity: true)
        for row in 0..<count {
            let columns = rowRange(row, of: shape.visible)
            let marks = columns.map { UnobservedUnits.isMarked(all, $0, shape.encoding) }
            guard marks.contains(true) else { continue }
            rows.append(row)
            isMarked += marks
        }
    }

    private mutating func makeRoom(for shape: LayerSpec) {
        if states.count < rows.count * shape.visibleBytes {
            states = Array(repeating: 0, count: rows.count * shape.visibleBytes)
            drawn = states
        }
        if fields.count < rows.count * shape.visible {
            fields = Array(repeating: 0, count: rows.count * shape.visible)
        }
        if hidden.count < rows.count * shape.hidden {
            hidden = Array(repeating: 0, count: rows.count * shape.hidden)
            means = Array(repeating: 0, count: rows.count * shape.hidden)
        }
    }

    /// Takes the drawn states of marked units.
    private mutating func takeDrawn(_ shape: LayerSpec) {
        let width = shape.encoding.bytesPerUnit
        for column in isMarked.indices where isMarked[column] {
            for byte in (column * width)..<((column + 1) * width) { states[byte] = drawn[byte] }
        }
    }

    /// Runs of marked rows whose numbers follow one another, and the first number of each.
    private var runs: [(rows: Range<Int>, first: Int)] {
        var runs: [(Range<Int>, Int)] = []
        var start = 0
        for place in 1...numbers.count
        where place == numbers.count || numbers[place] != numbers[place - 1] + 1 {
            runs.append((start..<place, numbers[start]))
            start = place
        }
        return runs
    }
}
