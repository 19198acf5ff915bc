import Foundation
import TestSupport

@testable import RBMCore

/// A layer with bytes and probabilities of both phases: the input of `collect`.
struct PhaseSample {
    let shape: LayerSpec
    let rows: StepShare
    let visible: [UInt8]
    let probabilities: [Float]

    init(
        _ shape: LayerSpec, batch: Int, chains: Int, generator: inout TestGenerator
    ) {
        self.shape = shape
        rows = StepShare(positive: 0..<batch, of: batch, negative: 0..<chains, of: chains)
        visible = generator.bytes((batch + chains) * shape.visible, shape.encoding)
        probabilities = generator.probabilities((batch + chains) * shape.hidden)
    }

    /// The mean of each hidden unit in each row.
    var hiddenMeans: [Double] { probabilities.map { shape.hiddenUnits.value(Double($0)) } }

    /// ⟨v hᵀ⟩ of the data minus the model phase and the same of v and h, each phase divided by its
    /// own count; in the order of `Parameters.values`.
    ///
    /// - Parameter hidden: What stands for the hidden units, shape `[rows, hidden]`.
    func gradient(hidden: [Double]) -> [Double] {
        let (n, m) = (shape.visible, shape.hidden)
        var gradient = [Double](repeating: 0, count: n * m + n + m)
        for row in 0..<(rows.positive + rows.negative) {
            let factor =
                row < rows.positive ? 1 / Double(rows.positive) : -1 / Double(rows.negative)
            let v = unitValues(visible, row: row, of: n, shape.visibleUnits, shape.encoding)
            for i in 0..<n {
                for j in 0..<m { gradient[i * m + j] += factor * v[i] * hidden[row * m + j] }
                gradient[n * m + i] += factor * v[i]
            }
            for j in 0..<m { gradient[n * m + n + j] += factor * hidden[row * m + j] }
        }
        return gradient
    }
}

extension Layer {
    /// The gradient by all parameters, in the order of `Parameters.values`.
    func gradient(from statistics: borrowing Statistics, counts: StepShare) -> [Double] {
        var gradient: [Float] = []
        statistics.withWeightGradients(counts) { write in
            for unit in 0..<shape.visible {
                var row = [Float](repeating: .nan, count: shape.hidden)
                var span = row.mutableSpan
                write(unit, &span)
                gradient += row
            }
        }
        let biases = biasGradients(from: statistics, counts: counts)
        return (gradient + biases.visible + biases.hidden).map { Double($0) }
    }

    /// The gradients by the biases.
    func biasGradients(
        from statistics: borrowing Statistics, counts: StepShare
    ) -> (visible: [Float], hidden: [Float]) {
        var visible = [Float](repeating: .nan, count: shape.visible)
        var hidden = [Float](repeating: .nan, count: shape.hidden)
        var visibleSpan = visible.mutableSpan
        var hiddenSpan = hidden.mutableSpan
        statistics.writeBiasGradients(counts, visible: &visibleSpan, hidden: &hiddenSpan)
        return (visible, hidden)
    }

    /// Computes this process's whole share of the statistics of one step.
    func collect(
        visible: [UInt8], probabilities: [Float], rows: StepShare, rounding: PhaseRounding,
        into statistics: inout Statistics
    ) {
        collectMoments(
            visible: visible, probabilities: probabilities, rows: rows, rounding: rounding,
            into: &statistics)
        collectProducts(
            ofVisible: 0..<shape.visible, visible: visible, rows: rows, into: &statistics)
    }

    /// The statistics of a sample, which is this process's whole share.
    func statistics(of sample: PhaseSample, step: Int = 0) -> Statistics {
        var statistics = makeStatistics()
        collect(
            visible: sample.visible, probabilities: sample.probabilities, rows: sample.rows,
            rounding: PhaseRounding(seed: 21, layer: 0, step: step), into: &statistics)
        return statistics
    }
}

extension SumBuffer {
    /// The sums, whatever numbers they are.
    var values: [Double] {
        switch self {
        case .float32(let sums): sums.map { Double($0) }
        case .int32(let sums): sums.map { Double($0) }
        case .int16(let sums): sums.map { Double($0) }
        }
    }

    var indices: Range<Int> { values.indices }

    /// One of the sums in float32.
    subscript(index: Int) -> Float {
        get { Float(values[index]) }
        set { withFloat32 { $0[index] = newValue } }
    }

    /// Whether the sums have 16 bits.
    var isShort: Bool { if case .int16 = self { true } else { false } }
}

/// All pairings of units with both kinds of visible bytes, in an odd shape.
let allShapes: [LayerSpec] = UnitKinds.binary.flatMap { visibleUnits in
    UnitKinds.binary.flatMap { hiddenUnits in
        [StateEncoding.bits, .levels].map {
            LayerSpec(
                visible: 67, hidden: 29, visibleUnits: visibleUnits, hiddenUnits: hiddenUnits,
                encoding: $0)
        }
    }
}

/// The largest absolute difference.
func largestDifference(_ a: [Double], _ b: [Double]) -> Double {
    zip(a, b).reduce(a.count == b.count ? 0 : .infinity) { max($0, abs($1.0 - $1.1)) }
}
