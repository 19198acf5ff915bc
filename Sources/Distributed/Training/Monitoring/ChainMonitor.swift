import Ranks
import RBMCore
import RandomStreams

/// Compares the chains of a training with its data: what their states are like, and how they move.
///
/// Overlaps are those of states about the mean of the data, so that the mean overlap of two sets tells
/// whether they have the same means, and the mean square of the overlaps whether they have the same
/// correlations between units.
final class ChainMonitor {
    /// The most chains and cases whose overlaps are taken.
    private static let (mostChains, mostCases) = (100, 200)
    /// The most values of all these cases together.
    private static let mostValues = 1 << 22

    private let source: any CaseSource
    private let kind: any UnitKind
    private let order: KeyedPermutation
    /// What is known of the data; nil before the first record, and where a model fills the cases.
    private var data: OverlapData?

    /// - Parameter training: The training cases, of which the first of the monitor's are taken.
    init(training: any CaseSource, kind: any UnitKind, seed: UInt64, layer: Int) {
        source = training
        self.kind = kind
        order = KeyedPermutation(count: training.count, seed: seed, .monitorCases(layer: layer))
    }

    /// Collective.
    ///
    /// Measures the chains, and sets what it finds in a record.
    ///
    /// - Parameter cases: The training cases, whose unobserved units are filled.
    func measure(
        _ chains: TrainedChains, _ evaluator: LayerEvaluator, cases: any CaseSource,
        into record: inout MonitorRecord,
        _ world: borrowing Communicator
    ) throws {
        let data = try world.together { try self.data ?? self.load(cases) }
        // Other models fill cases in another way.
        if source.unobserved == nil { self.data = data }
        let own = chains.numbers
        var energy = FixedPointSum()
        for value in evaluator.freeEnergies(of: chains.visible, cases: own.count) {
            energy.add(value)
        }
        let few = try shared(chains, world)
        let sums = data.overlaps(
            of: few, from: world.share(of: few.count / data.columns), kind: kind)
        var units = [energy.units] + sums.map(\.units) + chains.check.units
        units.append(Int64(chains.roundTrips ?? 0))
        try world.sum(&units)
        let count = chains.count
        record.set(.freeEnergyChains, FixedPointSum(units: units[0]).value / Double(count))
        let overlaps = units[1..<5].map { FixedPointSum(units: $0).value }
        let (means, structure) = data.deviations(
            overlaps, chains: min(count, Self.mostChains))
        record.set(.chainMeansDeviation, means)
        record.set(.chainStructureDeviation, structure)
        record.set(.swapAcceptance, chains.swapAcceptance)
        if chains.roundTrips != nil { record.set(.roundTrips, Int(units[units.count - 1])) }
        guard kind.isDiscrete else { return }
        var check = chains.check
        check.units = Array(units[5..<(units.count - 1)])
        record.set(
            .flipsPerSweep, Double(check.flips) / Double(count * ChainCheck.sweeps))
        record.set(.chainAutocorrelation, check.autocorrelation(chains: count))
        guard kind.isSymmetric else { return }
        record.set(.chainsUp, Double(check.up) / Double(count))
        record.set(.casesUp, data.shareUp)
    }

    /// Loads the cases that chains are compared with; the same on all ranks.
    private func load(_ source: any CaseSource) throws -> OverlapData {
        let count = max(
            2, min(Self.mostCases, source.count, Self.mostValues / max(1, source.visible)))
        var bytes = [UInt8](repeating: 0, count: count * source.caseBytes)
        let all = count == source.count ? source.withFactors : nil
        let numbers = (0..<count).map { order[$0 % source.count] }
        try (all?.cases ?? source).load(numbers, draw: 0, into: &bytes)
        return OverlapData(
            bytes, factors: all.map { all in numbers.map { all.factors[$0] } }, kind: kind,
            encoding: source.encoding, columns: source.visible)
    }

    /// Collective.
    ///
    /// The values of the first chains of the run, on all ranks, shape `[chains, visible]`.
    private func shared(
        _ chains: TrainedChains, _ world: borrowing Communicator
    ) throws -> [Float] {
        let bytes = try gather(chains, atMost: Self.mostChains, world)
        return values(of: try world.broadcast(bytes ?? []))
    }

    /// Collective.
    ///
    /// The values of the first chains of the run, on rank 0, shape `[chains, visible]`; nil elsewhere.
    func gathered(
        _ chains: TrainedChains, atMost most: Int, _ world: borrowing Communicator
    ) throws -> [Float]? {
        try gather(chains, atMost: most, world).map(values)
    }

    /// Collective.
    ///
    /// The states of the first chains of the run, on rank 0.
    private func gather(
        _ chains: TrainedChains, atMost most: Int, _ world: borrowing Communicator
    ) throws -> [UInt8]? {
        let own = max(0, min(chains.numbers.upperBound, most) - chains.numbers.lowerBound)
        return try world.gather(Array(chains.visible.prefix(own * source.caseBytes)))
            .map { $0.flatMap { $0 } }
    }

    private func values(of bytes: [UInt8]) -> [Float] {
        unitValues(bytes, kind: kind, encoding: source.encoding, columns: source.visible)
    }
}

/// The chains of a training after a step, on one rank.
struct TrainedChains {
    /// The numbers of this rank's chains among all chains.
    let numbers: Range<Int>
    /// How many chains all ranks have.
    let count: Int
    /// Visible states, shape `[chains, bytes of a row]`.
    let visible: [UInt8]
    let check: ChainCheck
    let swapAcceptance: Double?
    let roundTrips: Int?
}

/// Cases about their mean, and their overlaps with one another.
struct OverlapData {
    let columns: Int
    /// The share of cases with more units up than down, for symmetric kinds.
    let shareUp: Double
    private let means: [Float]
    /// Shape `[cases, columns]`.
    private let values: [Float]
    /// By what each case counts; their sum is the number of cases.
    private let factors: [Double]
    /// The factor that makes the mean square of a case 1.
    private let scale: Double
    /// The mean overlap of two different cases, and the mean of its square.
    private let own: (first: Double, second: Double)

    private var count: Int { values.count / columns }

    /// Takes cases.
    ///
    /// - Parameter factors: By what each case counts, 1 in the mean; nil where all count alike.
    init(
        _ bytes: [UInt8], factors: [Double]? = nil, kind: any UnitKind, encoding: StateEncoding,
        columns: Int
    ) {
        let raw = unitValues(bytes, kind: kind, encoding: encoding, columns: columns)
        let count = raw.count / columns
        let factors = factors ?? Array(repeating: 1, count: count)
        var sums = [Double](repeating: 0, count: columns)
        var up = 0.0
        for row in 0..<count {
            var total = 0.0
            for i in 0..<columns {
                sums[i] += factors[row] * Double(raw[row * columns + i])
                total += Double(raw[row * columns + i])
            }
            if total > 0 { up += factors[row] }
        }
        let means = sums.map { Float($0 / Double(count)) }
        let values = raw.indices.map { raw[$0] - means[$0 % columns] }
        let squares = values.indices.reduce(0.0) {
            $0 + factors[$1 / columns] * (Double(values[$1]) * Double(values[$1]))
        }
        let variance = squares / Double(count)
        self.columns = columns
        self.means = means
        self.values = values
        self.factors = factors
        shareUp = up / Double(count)
        scale = variance > 0 ? 1 / variance : 0
        var (first, second, pairs) = (0.0, 0.0, 0.0)
        for a in 0..<count {
            for b in 0..<a {
                let overlap = Self.overlap(values, a, values, b, columns) * scale
                let factor = factors[a] * factors[b]
                first += factor * overlap
                second += factor * (overlap * overlap)
                pairs += factor
            }
        }
        own = pairs > 0 ? (first / pairs, second / pairs) : (0, 0)
    }

    private static func overlap(
        _ a: [Float], _ row: Int, _ b: [Float], _ other: Int, _ columns: Int
    ) -> Double {
        laneDot(
            a.span.extracting((row * columns)..<((row + 1) * columns)),
            b.span.extracting((other * columns)..<((other + 1) * columns)))
    }

    /// Sums of some chains' overlaps with the cases, and with the chains before them: of the overlaps and
    /// of their squares.
    ///
    /// - Parameters:
    ///   - chains: Values of all chains, shape `[chains, columns]`.
    ///   - rows: The chains whose overlaps are summed.
    func overlaps(of chains: [Float], from rows: Range<Int>, kind: any UnitKind) -> [FixedPointSum]
    {
        let centered = chains.indices.map { chains[$0] - means[$0 % columns] }
        var sums = [FixedPointSum](repeating: FixedPointSum(), count: 4)
        for row in rows {
            for other in 0..<count {
                let overlap = Self.overlap(centered, row, values, other, columns) * scale
                sums[0].add(factors[other] * overlap)
                sums[1].add(factors[other] * (overlap * overlap))
            }
            for other in 0..<row {
                let overlap = Self.overlap(centered, row, centered, other, columns) * scale
                sums[2].add(overlap)
                sums[3].add(overlap * overlap)
            }
        }
        return sums
    }

    /// How far chains are from the cases: the squared distance of their means as a share of the variance
    /// of the cases, and the squared distance of their covariances as a share of the cases' own.
    ///
    /// Both are free of bias: 0 in the mean for chains that are like the data, and may be below.
    ///
    /// - Parameter sums: Those of `overlaps`, of all chains.
    func deviations(_ sums: [Double], chains: Int) -> (means: Double?, structure: Double?) {
        guard chains > 1, scale > 0, own.second > 0 else { return (nil, nil) }
        let (cross, pairs) = (Double(chains * count), Double(chains * (chains - 1) / 2))
        let means = own.first + sums[2] / pairs - 2 * sums[0] / cross
        let structure = own.second + sums[3] / pairs - 2 * sums[1] / cross
        return (means, structure / own.second)
    }
}

/// The values of rows of stored states, shape `[rows, columns]`.
private func unitValues(
    _ bytes: [UInt8], kind: any UnitKind, encoding: StateEncoding, columns: Int
) -> [Float] {
    guard encoding != .float32 else {
        var values: [Float] = []
        readReals(bytes, 0..<(bytes.count / 4), into: &values)
        return values
    }
    let (scale, offset) = (Float(kind.scale), Float(kind.offset))
    let table = (0...127).map { scale * (Float($0) / Float(encoding.maximum)) + offset }
    return bytes.map { table[Int($0)] }
}
