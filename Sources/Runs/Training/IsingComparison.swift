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
/// independent; the mean over the times of a chain is one value, and gives the errors.
struct IsingComparison {
    let model: Model
    let ising: IsingSource
    let seed: UInt64
    /// The PNG file of some of the drawn configurations.
    let picture: String

    /// Chains over all ranks, sweeps before the first measurement and between measurements, and
    /// measurements of each chain.
    static let (chains, burnIn, spacing, times) = (2048, 600, 20, 20)

    /// Configurations on the picture.
    static let pictured = 100

    /// Collective.
    ///
    /// Samples the model and draws the picture; returns nil but on rank 0.
    func run(_ world: borrowing Communicator) throws -> IsingComparisonReport? {
        let share = world.share(of: Self.chains)
        var sampler = ModelSampler(model, chains: share, seed: seed)
        sampler.run(sweeps: Self.burnIn - Self.spacing)
        let (size, times) = (ising.size, Self.times)
        let sites = size * size
        var sums = try ObservableSums(size: size, total: Self.chains * times, blockLength: times)
        var shown: [UInt8] = []
        for time in 0..<times {
            sampler.run(sweeps: Self.spacing)
            let states = sampler.visible().states
            for chain in 0..<share.count {
                let one = Array(states[(chain * sites)..<((chain + 1) * sites)])
                try sums.add(one.span, first: (share.lowerBound + chain) * times + time)
            }
            shown = states
        }
        var values = sums.values
        try world.sum(&values)
        let ownPictured = max(0, min(share.count, Self.pictured - share.lowerBound))
        let pictures = try world.gather(Array(shown.prefix(ownPictured * sites)))
        return try world.together {
            guard world.rank == 0, let pictures else { return nil }
            let grey = pictures.flatMap { $0 }.map { Float($0) }
            try SampleSheet.sheet(grey, shape: [size, size], columns: 10).writePNG(to: picture)
            var all = try ObservableSums(
                size: size, total: Self.chains * times, blockLength: times)
            all.add(values: values)
            return try report(all)
        }
    }

    private func report(_ sums: ObservableSums) throws -> IsingComparisonReport {
        let coupling = ising.k
        let exact = try Kaufman.torus(size: ising.size, coupling: coupling)
        let magnetization = try MonteCarloReference.absoluteMagnetization(
            size: ising.size, coupling: coupling, seed: seed)
        return IsingComparisonReport(
            size: ising.size, coupling: coupling,
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
    let rows: [Row]

    func encode(to encoder: any Encoder) throws {
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
        return table
    }
}
