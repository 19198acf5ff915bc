import RBMCore
import RandomStreams

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Measures the least times that the parts of a step could take on this rank.
///
/// The products bare; for sampling, its random words alone; for the update, a pass over memory of
/// w ← w + ε·g, which reads two arrays of the weights' size and writes one.
final class StepBenchmarkLimits {
    private let benchmark: StepBenchmark
    private let rows: Int
    private var floats: BareFloatProducts
    private var bytes: BareByteProducts?
    /// Shape `[visible, hidden]`: what the pass over memory changes.
    private var values: [Float]
    /// A row of hidden units, and one of visible units.
    private var words: [[UInt32]]

    private var oneDNN: [ProductTimes] = []
    private var openBLAS: [ProductTimes] = []
    private var integer: [ProductTimes] = []
    private var passes: [Double] = []
    private var draws: [Double] = []

    /// - Parameter rows: Of this rank in each phase of a step.
    init(_ benchmark: StepBenchmark, rows: Int) {
        self.benchmark = benchmark
        self.rows = rows
        floats = BareFloatProducts(benchmark, rows: rows)
        bytes = benchmark.arithmetic == .float32 ? nil : BareByteProducts(benchmark, rows: rows)
        values = Array(repeating: 1, count: benchmark.visible * benchmark.hidden)
        words = [benchmark.hidden, benchmark.visible].map { Array(repeating: 0, count: $0) }
    }

    /// Local.
    ///
    /// Takes samples of all limits.
    func measure(repetitions: Int) {
        FloatLibrary.alignThreads()
        repeated(repetitions, into: &openBLAS) { floats.run(.openBLAS) }
        repeated(repetitions, into: &oneDNN) { floats.run(.oneDNN) }
        if bytes != nil { repeated(repetitions, into: &integer) { bytes!.run() } }
        repeated(repetitions, into: &passes) { passOverMemory() }
        repeated(repetitions, into: &draws) { drawWords() }
    }

    /// Local.
    ///
    /// Runs the products once, after which the libraries hold what they keep for themselves.
    func warmUp() {
        FloatLibrary.alignThreads()
        for library in FloatLibrary.allCases { _ = floats.run(library) }
        _ = bytes?.run()
    }

    /// Runs work once without and then several times with noting its result.
    private func repeated<Time>(_ count: Int, into times: inout [Time], _ work: () -> Time) {
        // The threads of one library wait actively for a while, on the cores of the other's.
        if MatrixProducts.threads > 1 { usleep(100_000) }
        _ = work()
        for _ in 0..<count { times.append(work()) }
    }

    /// Seconds of one pass over arrays of the weights' size.
    private func passOverMemory() -> Double {
        let start = ContinuousClock.now
        add(floats.weights, times: 0.001, to: &values)
        return seconds(since: start)
    }

    /// Seconds of drawing a random word for each unit of each chain once.
    private func drawWords() -> Double {
        let start = ContinuousClock.now
        let stream = RandomStream(seed: 1, .benchmark, step: 1)
        for layer in words.indices {
            for row in 0..<rows { draw(row, of: stream, into: &words[layer]) }
        }
        return seconds(since: start)
    }

    /// The medians of all samples.
    var medians: StepBenchmarkLimitTimes {
        // An update reads sums and weights and writes weights: the 12 bytes of the pass. Integers
        // write the rounded weights besides.
        let bytesPerWeight = 12 + Double(benchmark.arithmetic.bytesOfWeight)
        return StepBenchmarkLimitTimes(
            oneDNN: oneDNN.medians, openBLAS: openBLAS.medians, bytes: integer.medians,
            words: median(draws) * Double(benchmark.rule.sweeps),
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

private func draw(_ row: Int, of stream: RandomStream, into words: inout [UInt32]) {
    var span = words.mutableSpan
    stream.fill(&span, row: row)
}
