import Foundation
import RandomStreams
import TestSupport
import Testing

@testable import RBMCore

@Suite struct IntegerWeightProductsTests {
    /// Parameters that rounding changes.
    private func parameters(_ shape: LayerSpec, _ generator: inout TestGenerator) -> Parameters {
        func values(_ count: Int) -> [Float] { (0..<count).map { _ in Float(generator.normal()) } }
        return Parameters(
            weights: values(shape.visible * shape.hidden), visibleBias: values(shape.visible),
            hiddenBias: values(shape.hidden))
    }

    /// The weights that the products see.
    private func rounded(_ parameters: Parameters, _ format: WeightFormat) -> [Double] {
        let weights = RoundedWeights(
            rows: parameters.visibleCount, columns: parameters.hiddenCount, format: format)
        weights.round(parameters.weights.span, at: rounding(format)?.stream(step: 9))
        return weights.integers.map { Double($0) * Double(weights.scale) }
    }

    /// Randomness for a format that needs it.
    private func rounding(_ format: WeightFormat) -> WeightRounding? {
        format == .byte ? WeightRounding(seed: 2, layer: 1) : nil
    }

    /// Σ value·weight + bias in doubles, and the sum of the magnitudes, to which errors relate.
    private func field(_ bias: Float, _ terms: [Double]) -> (exact: Double, size: Double) {
        (terms.reduce(Double(bias), +), terms.reduce(Double(bias.magnitude)) { $0 + abs($1) })
    }

    @Test(arguments: allShapes, WeightFormat.allCases)
    func preactivationsAreThoseOfTheRoundedWeights(shape: LayerSpec, format: WeightFormat) {
        // Words are multiplied by bits.
        guard format != .word || shape.encoding == .bits else { return }
        var generator = TestGenerator(seed: 12)
        let parameters = parameters(shape, &generator)
        let weights = rounded(parameters, format)
        let arithmetic = Layer(
            IntegerWeightProducts(shape, format: format, rounding: rounding(format)))
        arithmetic.load(parameters, step: 9)
        let (n, m, rows) = (shape.visible, shape.hidden, 11)

        let visible = generator.bytes(rows * n, shape.encoding)
        var up = [Float](repeating: .nan, count: rows * m)
        arithmetic.upward(visible, rows: 0..<rows, into: &up)
        var worst = 0.0
        for row in 0..<rows {
            let v = unitValues(visible, row: row, of: n, shape.visibleUnits, shape.encoding)
            for j in 0..<m {
                let (exact, size) = field(
                    parameters.hiddenBias[j], (0..<n).map { v[$0] * weights[$0 * m + j] })
                worst = max(worst, abs(Double(up[row * m + j]) - exact) / size)
            }
        }

        for encoding in format == .word ? [.bits] : [StateEncoding.bits, .levels] {
            let hidden = generator.bytes(rows * m, encoding)
            var down = [Float](repeating: .nan, count: rows * n)
            arithmetic.downward(hidden, encoding: encoding, rows: 0..<rows, into: &down)
            for row in 0..<rows {
                let h = unitValues(hidden, row: row, of: m, shape.hiddenUnits, encoding)
                for i in 0..<n {
                    let (exact, size) = field(
                        parameters.visibleBias[i], (0..<m).map { h[$0] * weights[i * m + $0] })
                    worst = max(worst, abs(Double(down[row * n + i]) - exact) / size)
                }
            }
        }
        // The products are exact; what rounds is their sum, its scale and the bias.
        #expect(worst <= 3e-7)
    }

    @Test(arguments: allShapes)
    func blocksOfRowsGiveTheBitsOfTheWhole(shape: LayerSpec) {
        var generator = TestGenerator(seed: 13)
        let arithmetic = Layer(IntegerWeightProducts(shape, format: .bytePair))
        arithmetic.load(parameters(shape, &generator))
        let rows = 13
        let visible = generator.bytes(rows * shape.visible, shape.encoding)
        let hidden = generator.bytes(rows * shape.hidden, .bits)
        func up(_ blocks: [Range<Int>]) -> [Float] {
            var result = [Float](repeating: .nan, count: rows * shape.hidden)
            for block in blocks { arithmetic.upward(visible, rows: block, into: &result) }
            return result
        }
        func down(_ blocks: [Range<Int>]) -> [Float] {
            var result = [Float](repeating: .nan, count: rows * shape.visible)
            for block in blocks {
                arithmetic.downward(hidden, encoding: .bits, rows: block, into: &result)
            }
            return result
        }
        let blocks = [5..<13, 0..<1, 1..<1, 1..<5]
        #expect(up(blocks) == up([0..<rows]))
        #expect(down(blocks) == down([0..<rows]))
    }

    @Test(arguments: allShapes, [(5, 5), (4, 9), (9, 4), (1, 100)])
    func gradientsAreTheMeansOfTheRoundedBytes(
        shape: LayerSpec, counts: (batch: Int, chains: Int)
    ) {
        var generator = TestGenerator(seed: 14)
        let sample = PhaseSample(
            shape, batch: counts.batch, chains: counts.chains, generator: &generator)
        let arithmetic = Layer(IntegerWeightProducts(shape, format: .bytePair))
        let statistics = arithmetic.statistics(of: sample)

        var bytes = [Int8](repeating: 0, count: sample.probabilities.count)
        roundMeans(
            of: shape.hiddenUnits, hidden: shape.hidden, probabilities: sample.probabilities,
            rows: sample.rows, rounding: PhaseRounding(seed: 21, layer: 0, step: 0), into: &bytes)
        // A byte is ±127·d/count of the mean, d = min(batch, chains).
        let divisor = Double(min(counts.batch, counts.chains))
        let hidden = bytes.indices.map { index in
            let isPositive = index / shape.hidden < counts.batch
            return Double(bytes[index]) / (127 * divisor)
                * Double(isPositive ? counts.batch : -counts.chains)
        }
        let gradient = arithmetic.gradient(from: statistics, counts: sample.rows)
        #expect(largestDifference(gradient, sample.gradient(hidden: hidden)) < 1e-6)
    }

    @Test(arguments: allShapes, [(6, 6), (3, 8), (8, 3)])
    func gradientsAreUnbiased(shape: LayerSpec, counts: (batch: Int, chains: Int)) {
        var generator = TestGenerator(seed: 15)
        let small = LayerSpec(
            visible: 7, hidden: 5, visibleUnits: shape.visibleUnits,
            hiddenUnits: shape.hiddenUnits, encoding: shape.encoding)
        let sample = PhaseSample(
            small, batch: counts.batch, chains: counts.chains, generator: &generator)
        let arithmetic = Layer(IntegerWeightProducts(small, format: .bytePair))
        let trials = 4000
        let exact = sample.gradient(hidden: sample.hiddenMeans)
        var sum = [Double](repeating: 0, count: exact.count)
        var squares = sum
        for step in 0..<trials {
            let gradient = arithmetic.gradient(
                from: arithmetic.statistics(of: sample, step: step), counts: sample.rows)
            for i in exact.indices {
                sum[i] += gradient[i] - exact[i]
                squares[i] += (gradient[i] - exact[i]) * (gradient[i] - exact[i])
            }
        }
        for i in exact.indices {
            let mean = sum[i] / Double(trials)
            let variance = max(0, squares[i] / Double(trials) - mean * mean)
            let error = (variance / Double(trials)).squareRoot()
            // Four standard errors, and the 16 bits to which a probability is rounded first.
            #expect(abs(mean) < 4 * error + 0x1p-15, "parameter \(i)")
        }
    }

    @Test func visibleMomentsAreExact() {
        var generator = TestGenerator(seed: 16)
        for shape in allShapes {
            let sample = PhaseSample(shape, batch: 5, chains: 8, generator: &generator)
            let statistics = Layer(IntegerWeightProducts(shape, format: .bytePair)).statistics(
                of: sample)
            let column = { (unit: Int, rows: Range<Int>) in
                rows.reduce(0.0) { $0 + Double(sample.visible[$1 * shape.visible + unit]) }
            }
            #expect(
                Array(statistics.moments.values[statistics.layout.positiveVisible])
                    == (0..<shape.visible).map { column($0, 0..<5) })
            #expect(
                Array(statistics.moments.values[statistics.layout.negativeVisible])
                    == (0..<shape.visible).map { column($0, 5..<13) })
        }
    }

    // MARK: Bounds

    private func shape(
        _ visible: Int, _ hidden: Int, _ kind: any UnitKind, _ encoding: StateEncoding
    ) -> LayerSpec {
        LayerSpec(
            visible: visible, hidden: hidden, visibleUnits: kind, hiddenUnits: kind,
            encoding: encoding)
    }

    /// (2³¹ − 1) over 127 for bits, 127² for grey, and half as many for spins.
    @Test(arguments: [
        (Bernoulli() as any UnitKind, StateEncoding.bits, 16_909_320),
        (.spin, .bits, 8_454_660),
        (.bernoulli, .levels, 133_144),
        (.spin, .levels, 66_572),
    ])
    func theLargestNumberOfCasesIsNamed(kind: any UnitKind, encoding: StateEncoding, most: Int)
        throws
    {
        let shape = shape(784, 500, kind, encoding)
        #expect(ArithmeticKind.refusal(ofIntegersFor: shape, batch: most - 100, chains: 100) == nil)
        let message = try #require(
            ArithmeticKind.refusal(ofIntegersFor: shape, batch: most - 99, chains: 100))
        for part in ["batch \(most - 99)", "chains 100", "at most \(most) cases", "float32"] {
            #expect(message.contains(part), "\(message)")
        }
    }

    @Test(arguments: [(Bernoulli() as any UnitKind, 132_104), (.spin, 66_052)])
    func theLargestLayerIsNamed(kind: any UnitKind, most: Int) throws {
        #expect(
            ArithmeticKind.refusal(ofIntegersFor: shape(most, 3, kind, .bits), batch: 9, chains: 9)
                == nil)
        for shape in [shape(most + 1, 3, kind, .bits), shape(3, most + 1, kind, .bits)] {
            let message = try #require(
                ArithmeticKind.refusal(ofIntegersFor: shape, batch: 9, chains: 9))
            for part in ["\(most + 1) units", "at most \(most) units", "float32"] {
                #expect(message.contains(part), "\(message)")
            }
        }
    }

    @Test func otherParametersThanTheLayersTrap() async {
        await #expect(processExitsWith: .failure) {
            let arithmetic = Layer(
                IntegerWeightProducts(
                    LayerSpec(
                        visible: 3, hidden: 2, visibleUnits: .spin, hiddenUnits: .spin,
                        encoding: .bits),
                    format: .word))
            arithmetic.load(Parameters(visible: 2, hidden: 3))
        }
    }
}
