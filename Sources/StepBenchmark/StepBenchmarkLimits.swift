import RBMCore
import RandomStreams

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Measures the least times that the parts of a step could take on this rank.
///
/// For the products it makes the products and nothing else, for the states it draws their random words
/// alone. For the update it makes a pass w ← w + ε·g over memory, which reads two arrays of the
/// weights' size and writes one.
final class StepBenchmarkLimits {
    private let benchmark: StepBenchmark
    private let rows: Int
    private var floats: FloatRoofline
    private var bytes: IntegerRoofline?
    /// Shape `[visible, hidden]`: what the pass over memory changes.
    private var values: [Float]
    /// A row of visible units, and one of hidden units.
    private var visibleWords: [UInt32]
    private var hiddenWords: [UInt32]

    private var oneDNN: [ProductTimes] = []
    private var openBLAS: [ProductTimes] = []
    private var integer: [ProductTimes] = []
    private var passes: [Double] = []
    private var visibleDraws: [Double] = []
    private var hiddenDraws: [Double] = []

    /// - Parameter rows: The rows of this rank in each phase of a step.
    init(_ benchmark: StepBenchmark, rows: Int) {
        self.benchmark = benchmark
        self.rows = rows
        floats = FloatRoofline(benchmark, rows: rows)
        bytes = benchmark.arithmetic == .float32 ? nil : IntegerRoofline(benchmark, rows: rows)
        values = Array(repeating: 1, count: benchmark.visible * benchmark.hidden)
        visibleWords = Array(repeating: 0, count: benchmark.visible)
        hiddenWords = Array(repeating: 0, count: benchmark.hidden)
    }

    /// Local.
    ///
    /// Measures every limit some times.
    func measure(repetitions: Int) {
        FloatLibrary.alignThreads()
        repeated(repetitions, into: &openBLAS) { floats.run(.openBLAS) }
        repeated(repetitions, into: &oneDNN) { floats.run(.oneDNN) }
        if bytes != nil { repeated(repetitions, into: &integer) { bytes!.run() } }
        repeated(repetitions, into: &passes) { passOverMemory() }
        repeated(repetitions, into: &visibleDraws) { drawWords(of: rows, into: &visibleWords) }
        repeated(repetitions, into: &hiddenDraws) { drawWords(of: rows, into: &hiddenWords) }
    }

    /// Local.
    ///
    /// Runs the products once, after which the libraries hold what they keep for themselves.
    func warmUp() {
        FloatLibrary.alignThreads()
        for library in FloatLibrary.allCases { _ = floats.run(library) }
        _ = bytes?.run()
    }

    /// Runs work once to warm up, and then notes the times of several runs.
    private func repeated<Time>(_ count: Int, into times: inout [Time], _ work: () -> Time) {
        // The threads of one library go on waiting for a while on the cores that the other needs.
        if MatrixProducts.threads > 1 { usleep(100_000) }
        _ = work()
        for _ in 0..<count { times.append(work()) }
    }

    /// Makes one pass over arrays of the weights' size, and returns its seconds.
    private func passOverMemory() -> Double {
        let start = ContinuousClock.now
        add(floats.weights, times: 0.001, to: &values)
        return (.now - start) / .seconds(1)
    }

    /// The medians of all samples.
    var medians: StepBenchmarkLimitTimes {
        // An update reads sums and weights and writes weights: the 12 bytes of the pass. Integers
        // write the rounded weights besides.
        let bytesPerWeight = 12 + Double(benchmark.arithmetic.bytesOfWeight)
        return StepBenchmarkLimitTimes(
            oneDNN: oneDNN.medians, openBLAS: openBLAS.medians, bytes: integer.medians,
            visibleWords: median(visibleDraws) * Double(benchmark.negativePhase.sweeps),
            hiddenWords: median(hiddenDraws) * Double(benchmark.negativePhase.sweeps),
            update: median(passes) * bytesPerWeight / 12)
    }
}

/// values ← values + factor·change.
private func add(_ change: [Float], times factor: Float, to values: inout [Float]) {
    let change = change.span
    var values = values.mutableSpan
    precondition(change.count == values.count, "\(change.count) and \(values.count) values")
    for i in values.indices { values[i] += factor * change[i] }
}

/// Draws a random word for each unit of some rows, row by row into the same place, and returns the
/// seconds.
private func drawWords(of rows: Int, into words: inout [UInt32]) -> Double {
    let start = ContinuousClock.now
    let stream = RandomStream(seed: 1, .benchmarkTiming)
    var span = words.mutableSpan
    for row in 0..<rows { stream.fill(&span, row: row) }
    return (.now - start) / .seconds(1)
}
