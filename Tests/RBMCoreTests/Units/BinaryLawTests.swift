import TestSupport
import Testing

@testable import RBMCore

@Suite struct BinaryLawTests {
    /// The sum term by term, four sums and products side by side: the definition of its bits.
    private func naiveSum(_ fields: [Double], floor: (Double) -> Double, excess: (Double) -> Double)
        -> Double
    {
        var sum = 0.0
        for start in stride(from: 0, to: fields.count, by: 512) {
            let part = Array(fields[start..<min(start + 512, fields.count)])
            var linear = [Double](repeating: 0, count: 4)
            var product = [Double](repeating: 1, count: 4)
            for (i, x) in part.enumerated() {
                // What is left of the last four goes to the first lane.
                let lane = i < part.count / 4 * 4 ? i % 4 : 0
                linear[lane] += floor(x)
                product[lane] *= 1 + excess(x)
            }
            sum += linear[0] + linear[1] + linear[2] + linear[3]
            sum += logarithm((product[0] * product[1]) * (product[2] * product[3]))
        }
        return sum
    }

    /// Around groups of four, parts of 128 and of 512.
    @Test(arguments: [0, 1, 3, 4, 5, 7, 127, 128, 129, 131, 500, 511, 512, 513, 515, 784, 1027])
    func sumsOfLogPartitionsKeepTheirBits(count: Int) {
        var generator = TestGenerator(seed: 71)
        for _ in 0..<10 {
            let fields = (0..<count).map { _ in Double.random(in: -30...30, using: &generator) }
            let zero = [Double](repeating: 0, count: count)
            let bernoulli = Bernoulli().logPartition(fields: fields.span, bias: zero.span)
            #expect(
                bernoulli
                    == naiveSum(
                        fields, floor: { max($0, 0) }, excess: { exponential(-$0.magnitude) }))
            let spin = Spin().logPartition(fields: fields.span, bias: zero.span)
            #expect(
                spin
                    == naiveSum(
                        fields, floor: \.magnitude, excess: { exponential(-2 * $0.magnitude) }))
        }
    }

    /// Four rows in turn, and what is left of them, have the energies of single rows.
    @Test(arguments: UnitKinds.binary) func rowsKeepTheirEnergies(kind: any UnitKind) {
        var generator = TestGenerator(seed: 72)
        let columns = 37
        let law = kind.law(own: [])
        let bias = (0..<columns).map { _ in generator.normal() }
        for rows in 0...9 {
            let values = (0..<(rows * columns)).map { _ in generator.normal() }
            let single = (0..<rows).map {
                law.energy(
                    of: values.span.extracting(rowRange($0, of: columns)), bias: bias.span)
            }
            #expect(law.energies(ofRows: values.span, bias: bias.span) == single)
        }
    }

    /// The growth by small changes is the difference of two sums over states; by large ones there is none.
    @Test(arguments: UnitKinds.binary) func growthsAreDifferencesOfSums(kind: any UnitKind) {
        var generator = TestGenerator(seed: 73)
        let law = kind.law(own: [])
        let most = 0.25 / Float(kind.scale)
        var terms: [Float] = []
        for count in [1, 31, 32, 33, 500] {
            for size: Float in [1e-4, 1e-2, 1] {
                let fields = (0..<count).map { _ in Float.random(in: -12...12, using: &generator) }
                let changes = (0..<count).map { _ in
                    size * Float.random(in: -most...most, using: &generator)
                }
                func sum(_ x: [Double]) -> Double {
                    law.logPartition(
                        fields: x.span, bias: [Double](repeating: 0, count: count).span)
                }
                let exact =
                    sum(zip(fields, changes).map { Double($0) + Double($1) })
                    - sum(fields.map(Double.init))
                var levels = fields
                var span = levels.mutableSpan
                law.levels(fields: &span)
                let growth = law.growthOfLogPartition(
                    levels: levels.span, changes: changes.span, terms: &terms)
                #expect(
                    abs((growth ?? .nan) - exact)
                        < 1e-6 * Double(size) * Double(count).squareRoot(),
                    "\(count) units, changes of \(size)")
            }
        }
        for change in [1.01 * most, -1.01 * most, .nan, .infinity] {
            var changes = [Float](repeating: 0, count: 40)
            changes[17] = change
            #expect(
                law.growthOfLogPartition(
                    levels: [Float](repeating: 0.5, count: 40).span, changes: changes.span,
                    terms: &terms) == nil)
        }
    }

    /// The difference of two energies is one sum, which is that of both.
    @Test(arguments: UnitKinds.binary, [1, 31, 32, 50, 784])
    func differencesOfEnergiesAreThose(kind: any UnitKind, count: Int) {
        var generator = TestGenerator(seed: 72)
        let levels = generator.bytes(count, .bits).map { Float($0) }
        let (a, b) = (
            (0..<count).map { _ in Float(generator.normal()) },
            (0..<count).map { _ in Float(generator.normal()) }
        )
        let law = kind.law(own: [])
        var terms: [Float] = []
        let found = law.energyDifference(
            ofLevels: levels.span, bias: a.span, other: b.span, terms: &terms)
        let expected =
            law.energy(ofLevels: levels.span, bias: a.span, terms: &terms)
            - law.energy(ofLevels: levels.span, bias: b.span, terms: &terms)
        #expect(abs(found - expected) < 1e-6 * Double(count))
    }
}
