import RBMCore

/// Measures a machine on one rank's share of the cases.
///
/// Free energies are computed in double precision with the weights as they are, to fit an exact ln Z.
/// Pseudo-likelihoods and reconstructions run on the products that the trainer's monitor has. Each
/// case is rounded to fixed point by itself. So the sums do not depend on how cases are shared out,
/// unless a layer is too large for integer products.
struct CaseEvaluator {
    private let machine: any Machine
    private let values: any CaseSource
    /// The cases as states; `values` itself where these are bits.
    let states: any CaseSource
    private let reconstruction: LayerEvaluator
    private let fields: LayerEvaluator
    /// nil for Gaussian units, whose states have no probability.
    private let pseudoLikelihood: PseudoLikelihood?

    /// Cases that are loaded at a time.
    private static let blockRows = 256

    /// Creates the evaluator of a layer; `values` are the cases as that layer sees them.
    init(_ machine: any Machine, on values: any CaseSource, seed: UInt64, layer: Int) {
        precondition(
            values.visible == machine.visibleCount,
            "cases of \(values.visible) values for \(machine.visibleCount) visible units")
        self.machine = machine
        self.values = values
        states =
            values.encoding == .levels
            ? BinarizedCases(values, of: machine.visibleUnits, seed: seed, layer: layer) : values
        reconstruction = LayerEvaluator(
            machine, encoding: values.encoding,
            arithmetic: ArithmeticKind.measuring(machine, values.encoding))
        let own = LayerSpec(states: machine).encoding
        fields = LayerEvaluator(
            machine, encoding: own, arithmetic: ArithmeticKind.measuring(machine, own))
        pseudoLikelihood = own == .float32 ? nil : PseudoLikelihood(machine)
    }

    /// What is measured of each case by itself, in nats.
    struct Scores {
        /// Of the values as they are.
        var freeEnergies: [Double] = []
        /// Empty for units whose states have no probability.
        var pseudoLogLikelihoods: [Double] = []
        var crossEntropies: [Double] = []

        static let columns = 3

        /// A row for each case: free energy, pseudo-log-likelihood (NaN without one), cross-entropy.
        var rows: [Double] {
            freeEnergies.indices.flatMap { number in
                [
                    freeEnergies[number],
                    pseudoLogLikelihoods.isEmpty ? .nan : pseudoLogLikelihoods[number],
                    crossEntropies[number],
                ]
            }
        }
    }

    /// Sums over the cases of a range, in the fixed draw.
    ///
    /// - Parameters:
    ///   - factors: The weight of each case over the mean weight; nil where all are 1. What a case adds to
    ///     a sum is multiplied by its factor.
    ///   - progress: Receives the share that is done, in [0, 1].
    ///   - scores: Receives what was measured of each case, in their order.
    func sums(
        over range: Range<Int>, factors: [Double]? = nil, progress: (Double) -> Void = { _ in },
        scores: (Scores) -> Void = { _ in }
    ) throws -> CaseMeasures {
        var sums = CaseMeasures()
        func add(_ values: [Double], from start: Int, to sum: inout FixedPointSum) {
            sum.add(values, times: factors.map { Array($0[start..<(start + values.count)]) })
        }
        var bytes = [UInt8](
            repeating: 0, count: min(Self.blockRows, range.count) * values.caseBytes)
        for start in stride(from: range.lowerBound, to: range.upperBound, by: Self.blockRows) {
            let cases = Array(start..<min(start + Self.blockRows, range.upperBound))
            try values.load(cases, draw: 0, into: &bytes)
            var found = Scores()
            found.freeEnergies = freeEnergies(bytes, cases.count, values.encoding)
            add(found.freeEnergies, from: start, to: &sums.freeEnergy)
            found.crossEntropies = reconstruction.crossEntropies(of: bytes, cases: cases.count)
            add(found.crossEntropies, from: start, to: &sums.crossEntropy)
            if values.encoding == .levels {
                try states.load(cases, draw: 0, into: &bytes)
                add(
                    freeEnergies(bytes, cases.count, .bits), from: start,
                    to: &sums.stateFreeEnergy)
            }
            if let pseudoLikelihood {
                found.pseudoLogLikelihoods = pseudoLikelihood.values(
                    of: bytes, cases: cases.count, evaluator: fields)
                add(found.pseudoLogLikelihoods, from: start, to: &sums.pseudoLogLikelihood)
            }
            scores(found)
            progress(
                Double(cases[cases.count - 1] + 1 - range.lowerBound) / Double(range.count))
        }
        if values.encoding != .levels { sums.stateFreeEnergy = sums.freeEnergy }
        return sums
    }

    /// The free energy of each row of bytes.
    private func freeEnergies(
        _ bytes: [UInt8], _ cases: Int, _ encoding: StateEncoding
    ) -> [Double] {
        var values: [Double] = []
        values.reserveCapacity(cases * machine.visibleCount)
        var visible = [Double](repeating: 0, count: machine.visibleCount)
        for row in 0..<cases {
            readValues(
                of: machine.visibleUnits, stored: encoding, bytes.span, row: row, into: &visible)
            values += visible
        }
        return machine.freeEnergies(ofVisible: values)
    }
}
