import Analysis
import Configuration
import Datasets
import Ising
import ModelFiles
import Ranks
import RBMCore
import Reports
import Storage

/// Sets a model's observables next to the exact ones of the lattice that it was trained on.
///
/// Chains start from noise, not from the data: what the model shows is its own. Chains are
/// independent; the mean over the times of a chain is one value, and gives the errors. While the chains
/// still move from the first half of the measurements to the second, they are measured again later, at
/// twice the distance.
struct IsingComparison {
    let model: any LayeredModel
    let ising: IsingSource
    let seed: UInt64
    /// The PNG file of some of the drawn configurations.
    let picture: String

    /// Chains over all ranks, sweeps before the first measurement and between measurements, and
    /// measurements of each chain.
    static let (chains, burnIn, spacing, times) = (2048, 600, 20, 20)

    /// How often the chains are measured at most; the last time begins after 3,380 sweeps.
    static let rounds = 4

    /// Configurations on the picture.
    static let pictured = 100

    /// Collective.
    ///
    /// Samples the model and draws the picture; returns nil but on rank 0.
    ///
    /// - Parameter column: The ranks that share the chains, each with the same hidden columns.
    func run(
        _ world: borrowing Communicator, _ column: borrowing Communicator
    ) throws -> IsingComparisonReport? {
        let share = column.share(of: Self.chains)
        var sampler = ModelSampler(model, chains: share, seed: seed)
        var left = Self.burnIn - Self.spacing
        while left > 0 {
            sampler.run(sweeps: min(left, Self.spacing))
            left -= Self.spacing
            RankProgress.advance()
        }
        var spacing = Self.spacing
        var measured = try measure(&sampler, share, spacing: spacing, column)
        var sweeps = Self.burnIn + (Self.times - 1) * spacing
        for _ in 1..<Self.rounds where !measured.relaxation.isOver {
            spacing *= 2
            measured = try measure(&sampler, share, spacing: spacing, column)
            sweeps += Self.times * spacing
        }
        let sites = ising.size * ising.size
        let shown = sampler.visible().states
        let ownPictured = max(0, min(share.count, Self.pictured - share.lowerBound))
        let pictures = try column.gather(Array(shown.prefix(ownPictured * sites)))
        return try world.together {
            guard world.rank == 0, let pictures else { return nil }
            let grey = pictures.flatMap { $0 }.map { Float($0) }
            try SampleSheet.sheet(grey, shape: [ising.size, ising.size], columns: 10)
                .writePNG(to: picture)
            return try report(measured.sums, measured.relaxation, sweeps: sweeps)
        }
    }

    /// Collective.
    ///
    /// Measures all chains `times` times, and compares the first half of the times with the second.
    private func measure(
        _ sampler: inout ModelSampler, _ share: Range<Int>, spacing: Int,
        _ column: borrowing Communicator
    ) throws -> (sums: ObservableSums, relaxation: Relaxation) {
        let (sites, half) = (ising.size * ising.size, Self.times / 2)
        let nothing = try ObservableSums(
            size: ising.size, total: Self.chains * half, blockLength: half)
        var halves = [nothing, nothing]
        for time in 0..<Self.times {
            sampler.run(sweeps: spacing)
            RankProgress.advance()
            let states = sampler.visible().states
            for chain in 0..<share.count {
                let one = Array(states[(chain * sites)..<((chain + 1) * sites)])
                let first = (share.lowerBound + chain) * half + time % half
                try halves[time / half].add(one.span, first: first)
            }
        }
        var sums = try ObservableSums(
            size: ising.size, total: Self.chains * Self.times, blockLength: Self.times)
        for part in halves.indices {
            var values = halves[part].values
            try column.sum(&values)
            halves[part] = nothing
            halves[part].add(values: values)
            sums.add(values: values)
        }
        return (sums, Relaxation(from: halves[0], to: halves[1]))
    }

    private func report(
        _ sums: ObservableSums, _ relaxation: Relaxation, sweeps: Int
    ) throws -> IsingComparisonReport {
        let coupling = ising.k
        let exact = try Kaufman.torus(size: ising.size, coupling: coupling)
        let magnetization = try MonteCarloReference.absoluteMagnetization(
            size: ising.size, coupling: coupling, seed: seed)
        return IsingComparisonReport(
            size: ising.size, coupling: coupling, sweeps: sweeps, relaxed: relaxation.isOver,
            rows: [
                IsingComparisonReport.Row(
                    name: "energy", key: "energy", model: sums.energyPerSite,
                    reference: Estimate(exact: exact.energyPerSite),
                    source: "Kaufman, exact"),
                IsingComparisonReport.Row(
                    name: "specific heat", key: "specific_heat",
                    model: sums.specificHeatPerSite(coupling: coupling),
                    reference: Estimate(exact: exact.specificHeatPerSite),
                    source: "Kaufman, exact"),
                IsingComparisonReport.Row(
                    name: "|magnetization|", key: "abs_magnetization",
                    model: sums.absoluteMagnetizationPerSite, reference: magnetization,
                    source: magnetization.error == 0 ? "enumeration, exact" : "Monte Carlo"),
            ])
    }
}

/// Observables of a model beside those of its lattice, each per site.
struct IsingComparisonReport: Report {
    /// One observable.
    struct Row {
        let name: String
        let key: String
        let model: Estimate
        let reference: Estimate
        /// Where the reference comes from.
        let source: String
    }

    let size: Int
    let coupling: Double
    /// How many sweeps from noise the chains made.
    let sweeps: Int
    /// Whether the chains no longer moved in one direction while they were measured.
    let relaxed: Bool
    let rows: [Row]

    private enum Key: String, CodingKey { case sweeps, relaxed }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(sweeps, forKey: .sweeps)
        try container.encode(relaxed, forKey: .relaxed)
        let values = rows.flatMap { row in
            [
                (row.key, row.model.value), ("\(row.key)_error", row.model.error),
                ("\(row.key)_reference", row.reference.value),
                ("\(row.key)_reference_error", row.reference.error),
            ]
        }
        try NamedValues(values).encode(to: encoder)
    }

    var table: Table {
        func text(_ estimate: Estimate) -> String {
            estimateText(estimate.value, estimate.error, estimate.error == 0 ? 6 : 5)
        }
        var table = Table(
            "the model beside the \(size)×\(size) Ising torus at K = \(decimal(coupling, 6)), per site"
        )
        table.columns("", "model", "reference", "difference", .left("reference by"))
        for row in rows {
            let difference = (row.model.value / row.reference.value - 1) * 100
            table.row(
                row.name, text(row.model), text(row.reference),
                "\(difference > 0 ? "+" : "")\(decimal(difference, 2)) %", row.source)
        }
        if !relaxed {
            table.line(
                "the chains still move after \(sweeps) sweeps from noise: these are not yet the model's "
                    + "means; sample longer with `wilson sample`")
        }
        return table
    }
}
