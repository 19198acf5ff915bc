import Analysis
import Datasets
import DistributedTraining
import Experiments
import Ising
import RBMCore
import Renormalization
import Reports

/// Draws configurations and measures the lattices that coarse grainings make of each, every rank a
/// share.
struct BlockMeasurement {
    let size: Int
    let sampler: ConfigurationSampler
    let samples: Int

    /// Collective.
    ///
    /// Checks what is asked for, and plans the drawing.
    init(
        size: Int, coupling: Double, samples: Int, seed: UInt64, _ world: borrowing Communicator
    ) throws {
        guard coupling >= 0 else {
            throw RenormalizationError.argument(
                "coupling \(coupling): majorities need a ferromagnet, K ≥ 0; under an "
                    + "antiferromagnet every block of 2×2 is a tie")
        }
        try checkCoupling(coupling)
        let most = OperatorCorrelations.mostConfigurations(size: size)
        guard samples <= most else {
            throw RenormalizationError.argument(
                "--samples is \(samples), but the integer sums of a size \(size) hold at most \(most)"
            )
        }
        self.size = size
        self.samples = samples
        sampler = try world.together {
            try ConfigurationSampler.fresh(size: size, coupling: coupling, seed: seed)
        }
    }

    /// Collective.
    ///
    /// Adds up the operators on the lattices of every configuration.
    ///
    /// - Parameter lattices: Makes of a block of configurations, bytes 0/1, their lattices: for each
    ///   configuration spins with their size, the finest first.
    func correlations(
        lattices count: Int, _ world: borrowing Communicator,
        lattices: (_ block: Span<UInt8>, _ numbers: Range<Int>) throws -> [[Lattice]]
    ) throws -> OperatorCorrelations {
        let plan = sampler.plan
        var correlations = OperatorCorrelations(
            lattices: count, total: samples, runLength: plan.samplesPerReplica)
        try world.together {
            let share = plan.share(of: samples, world)
            for first in stride(from: share.lowerBound, to: share.upperBound, by: plan.blockSize) {
                let numbers = first..<min(first + plan.blockSize, share.upperBound)
                var bytes = [UInt8](repeating: 0, count: numbers.count * size * size)
                var span = bytes.mutableSpan
                sampler.draw(numbers, into: &span)
                for (row, lattices) in try lattices(bytes.span, numbers).enumerated() {
                    correlations.add(
                        lattices.map { LatticeOperators.sums($0.spins, size: $0.size) },
                        configuration: numbers.lowerBound + row)
                }
            }
        }
        var values = correlations.values
        try world.sum(&values)
        var total = OperatorCorrelations(
            lattices: count, total: samples, runLength: plan.samplesPerReplica)
        total.add(values: values)
        return total
    }

    /// The majority of blocks, again and again: the lattices of a block of configurations.
    func majorities(
        _ block: Span<UInt8>, _ numbers: Range<Int>, sizes: [Int], _ blocks: MajorityBlocks
    ) -> [[Lattice]] {
        numbers.map { number in
            let first = (number - numbers.lowerBound) * size * size
            var lattices = [Lattice(spins: (0..<size * size).map { block[first + $0] }, size: size)]
            for (step, fine) in sizes.dropLast().enumerated() {
                lattices.append(
                    Lattice(
                        spins: blocks.coarsen(
                            lattices[step].spins, size: fine, configuration: number, step: step),
                        size: fine / 2))
            }
            return lattices
        }
    }
}

/// Spins of a torus: bytes 0/1, shape [size, size].
struct Lattice {
    let spins: [UInt8]
    let size: Int
}

/// The exponents of one coarse graining, for people and as JSON.
struct ScalingTable {
    let sizes: [Int]
    let steps: [ScalingExponents]

    /// Each step of halving, between lattices of the sizes.
    init(sizes: [Int], _ correlations: OperatorCorrelations) throws {
        self.sizes = sizes
        steps = try ScalingExponents.steps(correlations)
        guard steps.contains(where: { $0.thermal.value.isFinite || $0.magnetic.value.isFinite })
        else {
            throw RenormalizationError.argument(
                "the configurations do not fluctuate enough for a stability matrix; draw more of "
                    + "them, or at a coupling nearer to the critical one")
        }
    }

    /// Lines under a heading of columns.
    var lines: [String] {
        var lines = [
            pad("lattice", 10) + pad("y_T", 20) + pad("y_H", 20)
                + pad("y_T of 1, 2, 3 operators", 30)
        ]
        for (index, step) in steps.enumerated() {
            let truncated = step.truncatedThermal.map { decimal($0.value, 4) }
            lines.append(
                pad("\(sizes[index]) → \(sizes[index + 1])", 10) + pad(text(step.thermal), 20)
                    + pad(text(step.magnetic), 20) + pad(truncated.joined(separator: "  "), 30))
        }
        return lines
    }

    static var exactLine: String { pad("exact", 10) + pad("1", 20) + pad("1.875", 20) }

    var json: String {
        let objects = steps.enumerated().map { index, step in
            """
            {"from": \(sizes[index]), "to": \(sizes[index + 1]), \
            "y_t": \(jsonNumber(step.thermal.value)), \
            "y_t_error": \(jsonNumber(step.thermal.error)), \
            "y_h": \(jsonNumber(step.magnetic.value)), \
            "y_h_error": \(jsonNumber(step.magnetic.error)), \
            "y_t_by_operators": \(numbers(step.truncatedThermal)), \
            "y_h_by_operators": \(numbers(step.truncatedMagnetic))}
            """
        }
        return "[" + objects.joined(separator: ", ") + "]"
    }

    private func numbers(_ estimates: [Estimate]) -> String {
        "[" + estimates.map { jsonNumber($0.value) }.joined(separator: ", ") + "]"
    }

    private func text(_ estimate: Estimate) -> String {
        estimate.value.isFinite
            ? "\(decimal(estimate.value, 4)) ± \(decimal(estimate.error, 4))" : "none"
    }
}

/// Says what exponents off the critical point are worth; nil at the critical point.
func offCriticalRemark(_ coupling: Double) -> String? {
    guard abs(coupling - criticalCoupling) > 1e-9 else { return nil }
    return
        "K is not K_c = \(decimal(criticalCoupling, 6)): the eigenvalues are no critical exponents"
}
