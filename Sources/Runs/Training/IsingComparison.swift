import Analysis
import Datasets
import DistributedTraining
import Experiments
import Ising
import RBMCore
import Reports
import Storage

/// Sets a model's observables next to the exact ones of the lattice it was trained on.
///
/// The model is sampled from noise, not from the data: what it shows is its own. Chains are
/// independent; their average over several times is one value each, and gives the errors.
struct IsingComparison {
    let model: Model
    let ising: IsingSource
    let seed: UInt64
    let folder: RunFolder

    /// Chains over all ranks, sweeps before the first measurement and between measurements, and
    /// measurements of each chain.
    static let (chains, burnIn, spacing, times) = (2048, 600, 20, 20)

    /// Configurations on the picture.
    static let pictured = 100

    /// Collective.
    ///
    /// Samples the model, prints the table and draws the picture on rank 0.
    func run(_ log: RunLog?, _ world: borrowing Communicator) throws {
        let share = world.share(of: Self.chains)
        var sampler = ModelSampler(model, chains: share, seed: seed)
        sampler.run(sweeps: Self.burnIn - Self.spacing)
        let (size, times) = (ising.size, Self.times)
        let sites = size * size
        var sums = try ObservableSums(size: size, total: Self.chains * times, blockLength: times)
        var picture: [UInt8] = []
        for time in 0..<times {
            sampler.run(sweeps: Self.spacing)
            let states = sampler.visible().states
            for chain in 0..<share.count {
                let one = Array(states[(chain * sites)..<((chain + 1) * sites)])
                try sums.add(one.span, first: (share.lowerBound + chain) * times + time)
            }
            picture = states
        }
        var values = sums.values
        try world.sum(&values)
        let shown = try world.gather(
            Array(
                picture.prefix(max(0, min(share.count, Self.pictured - share.lowerBound)) * sites))
        )
        try world.together {
            guard world.rank == 0, let log, let shown else { return }
            var all = try ObservableSums(
                size: size, total: Self.chains * times, blockLength: times)
            all.add(values: values)
            try report(all, log)
            let grey = shown.flatMap { $0 }.map { Float($0) }
            let file = "\(folder.path)/samples.png"
            try SampleSheet.sheet(grey, shape: [size, size], columns: 10).writePNG(to: file)
            log.tell("samples  \(file)")
        }
    }

    private func report(_ sums: ObservableSums, _ log: RunLog) throws {
        let coupling = ising.coupling.value
        let exact = try Kaufman.torus(size: ising.size, coupling: coupling)
        let magnetization = try MonteCarloReference.absoluteMagnetization(
            size: ising.size, coupling: coupling, seed: seed)
        let rows = [
            ComparisonRow(
                name: "energy", model: sums.energyPerSite,
                reference: Estimate(exact: exact.energyPerSite), source: "Kaufman, exact"),
            ComparisonRow(
                name: "specific heat", model: sums.specificHeatPerSite(coupling: coupling),
                reference: Estimate(exact: exact.specificHeatPerSite),
                source: "Kaufman, exact"),
            ComparisonRow(
                name: "|magnetization|", model: sums.absoluteMagnetizationPerSite,
                reference: magnetization,
                source: magnetization.error == 0 ? "enumeration, exact" : "Monte Carlo"),
        ]
        log.tell(
            """

            the model beside the \(ising.size)×\(ising.size) Ising torus at K = \
            \(decimal(coupling, 6)), per site
            """)
        log.tell(ComparisonRow.header)
        for row in rows { log.tell(row.line) }
        let json =
            "{" + rows.map(\.json).joined(separator: ", ") + "}\n"
        try AtomicFile.write(json, to: "\(folder.path)/ising.json")
    }
}

/// One observable of the model beside its reference.
private struct ComparisonRow {
    let name: String
    let model: Estimate
    let reference: Estimate
    let source: String

    static var header: String {
        pad("", 16) + pad("model", 22) + pad("reference", 24) + pad("difference", 13)
            + "   reference by"
    }

    var difference: Double { (model.value / reference.value - 1) * 100 }

    var line: String {
        func text(_ estimate: Estimate) -> String {
            estimate.error == 0
                ? decimal(estimate.value, 6)
                : "\(decimal(estimate.value, 5)) ± \(decimal(estimate.error, 5))"
        }
        return pad(name, 16) + pad(text(model), 22) + pad(text(reference), 24)
            + pad((difference > 0 ? "+" : "") + decimal(difference, 2) + " %", 13)
            + "   \(source)"
    }

    /// Entries of ising.json.
    var json: String {
        let key =
            name == "|magnetization|"
            ? "abs_magnetization"
            : name.split(separator: " ")
                .joined(separator: "_")
        return "\"\(key)\": \(model.value), \"\(key)_error\": \(model.error), "
            + "\"\(key)_reference\": \(reference.value), "
            + "\"\(key)_reference_error\": \(reference.error)"
    }
}
